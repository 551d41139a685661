package tests

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"stsx/tests/require"
)

// withKeyring is the desk with a D-Bus session and an unlocked gnome-keyring of its
// own, which end with the test.
func (d *desk) withKeyring() *desk {
	d.Helper()
	bus := require.Command(d.T, "dbus-run-session", "apt-get install dbus")
	require.Command(d.T, "gnome-keyring-daemon", "apt-get install gnome-keyring")
	home := d.TempDir()
	command := exec.Command(bus, "--", "sh", "-c",
		`printf throw-away | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 && echo "$DBUS_SESSION_BUS_ADDRESS" && cat`)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + home,
		"XDG_DATA_HOME=" + filepath.Join(home, "data")}
	in, err := command.StdinPipe()
	if err != nil {
		d.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		d.Fatal(err)
	}
	if err := command.Start(); err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() {
		_ = in.Close() // cat ends, and with it the session
		_ = command.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		d.Fatalf("starting gnome-keyring: %v", err)
	}
	return d.with("DBUS_SESSION_BUS_ADDRESS="+strings.TrimSpace(address), "XDG_STATE_HOME="+d.TempDir())
}

// withoutKeyctlEnv makes the test binary become the program it names, with the
// kernel's keyrings forbidden as in most containers; withoutLocksEnv with a file
// system that can't lock files, as NFS without its lock service.
const (
	withoutKeyctlEnv = "STSX_TESTS_WITHOUT_KEYCTL"
	withoutLocksEnv  = "STSX_TESTS_WITHOUT_LOCKS"
)

// runWithoutKeyrings runs stsx where neither a D-Bus session nor the kernel's keyring
// can be had.
func (d *desk) runWithoutKeyrings(args ...string) runResult {
	d.Helper()
	return d.with(withoutKeyctlEnv + "=" + stsxPath).runProgram(append([]string{os.Args[0]}, args...)...)
}

// runWithoutLocks runs stsx where no file can be locked.
func (d *desk) runWithoutLocks(args ...string) runResult {
	d.Helper()
	return d.with(withoutLocksEnv + "=" + stsxPath).runProgram(append([]string{os.Args[0]}, args...)...)
}

func becomeWithoutKeyctl(program string) int {
	return becomeWithoutCalls(program, unix.EPERM, unix.SYS_KEYCTL, unix.SYS_ADD_KEY)
}

func becomeWithoutLocks(program string) int {
	return becomeWithoutCalls(program, unix.ENOLCK, unix.SYS_FLOCK)
}

// becomeWithoutCalls becomes program, to which the kernel answers those system calls with
// an error. It returns only when that fails.
func becomeWithoutCalls(program string, answer syscall.Errno, calls ...uint32) int {
	runtime.LockOSThread() // a filter is a thread's
	refuse, allow := 0x00050000|uint32(answer), uint32(0x7fff0000)
	statement := func(code uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: code, Jt: yes, Jf: no, K: k}
	}
	const load, equal, end = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	filter := []unix.SockFilter{statement(load, 0, 0, 0)} // the number of the system call
	for i, call := range calls {
		filter = append(filter, statement(equal, call, uint8(len(calls)-i), 0)) // to the last statement
	}
	filter = append(filter, statement(end, allow, 0, 0), statement(end, refuse, 0, 0))
	list := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	if err == nil {
		err = unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&list)), 0, 0)
	}
	if err == nil {
		var environ []string
		for _, entry := range os.Environ() {
			if !strings.HasPrefix(entry, withoutKeyctlEnv+"=") && !strings.HasPrefix(entry, withoutLocksEnv+"=") {
				environ = append(environ, entry)
			}
		}
		err = syscall.Exec(program, append([]string{"stsx"}, os.Args[1:]...), environ)
	}
	fmt.Fprintln(os.Stderr, "becoming", program, "without some system calls:", err)
	return 1
}
