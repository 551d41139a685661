//go:build linux

package browser

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"stsx/session/page"
)

// withVariables is an environment with some of its variables changed.
func withVariables(environ []string, changes ...string) []string {
	return append(append([]string(nil), environ...), changes...)
}

// tinyDisk is a folder on a disk of its own that has room for so many bytes; where none can be mounted the test is skipped.
func tinyDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700,size="+size); err != nil {
		t.Skip("mounting a disk: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// TestFullDisk: the error is about the disk, and not what Chromium or its crash handler made of it.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"16k", "256k"} {
		t.Run(size, func(t *testing.T) {
			t.Parallel()
			root := filepath.Join(tinyDisk(t, size), "browser")
			_, err := Launch(within(t, patient), Options{
				Path: chromium(t), ProfileRoot: root, Environ: withVariables(os.Environ(), "TMPDIR="+root),
			})
			if err == nil || !strings.Contains(err.Error(), "the disk is full") && !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("it ended with %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "crash") {
				t.Errorf("it quotes the crash handler: %v", err)
			}
		})
	}
}

// TestFewFiles: a limit on open files that Chromium can't start with is named, with its cure. The limit is the process's,
// so the test starts itself again.
func TestFewFiles(t *testing.T) {
	if os.Getenv("STSX_TEST_FEW_FILES") == "" {
		t.Parallel()
		for _, limit := range []string{"40", "20", "12"} {
			again := exec.Command("sh", "-c", "ulimit -n "+limit+`; exec "$0" -test.run='^TestFewFiles$' -test.v`, os.Args[0])
			again.Env = append(os.Environ(), "STSX_TEST_FEW_FILES=yes")
			if out, err := again.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestFewFiles") {
				t.Errorf("with %s files: %v\n%s", limit, err, out)
			}
		}
		return
	}
	b, err := Launch(within(t, patient), Options{Path: chromium(t), ProfileRoot: t.TempDir(), Environ: os.Environ()})
	if err == nil {
		t.Fatal("it started", b.Close())
	}
	if !strings.Contains(err.Error(), openFilesCure) {
		t.Errorf("it ended with %v", err)
	}
}

// TestUnwritableRoot: where the state folder can't be written to, the profile is in the one for temporary files.
func TestUnwritableRoot(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	said := ""
	b, err := Launch(within(t, patient), Options{
		Path: chromium(t), ProfileRoot: "/sys/stsx/browser", Environ: withVariables(os.Environ(), "TMPDIR="+temp),
		Say: func(text string) { said += text },
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.profile.dir, temp) || !strings.Contains(said, "/sys/stsx") {
		t.Errorf("the profile is in %s; it said %q", b.profile.dir, said)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*", "run-*")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// TestStrangeHome: a home whose name is not UTF-8.
func TestStrangeHome(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "caf\xe9 ü")
	b, err := Launch(within(t, patient), Options{
		Path: chromium(t), ProfileRoot: filepath.Join(home, "browser"), Environ: withVariables(os.Environ(), "HOME="+home),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	tab, err := b.Tab(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	open(t, tab, serve(t, map[string]string{"/": "<p>here"}).URL)
	if got := text(t, tab, "p"); got != "here" {
		t.Errorf("the page shows %q", got)
	}
}

// TestIsUnwritable: which folders another takes the place of.
func TestIsUnwritable(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		syscall.EROFS: true, syscall.EACCES: true, syscall.ENOSPC: true, syscall.EDQUOT: true,
		syscall.ENOLCK: true, syscall.EOPNOTSUPP: true, syscall.ENOSYS: true, // no locks
		syscall.EIO: false, syscall.EMFILE: false, syscall.ENAMETOOLONG: false, syscall.ENOTDIR: false,
	} {
		if got := isUnwritable(fmt.Errorf("locking: %w", &os.PathError{Op: "flock", Path: "x", Err: err})); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}

// TestSilentBus: a message bus that takes connections and never answers is not asked anything.
func TestSilentBus(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var asked atomic.Int32
	go func() {
		for {
			if _, err := listener.Accept(); err != nil {
				return
			}
			asked.Add(1)
		}
	}()
	address := "unix:path=" + listener.Addr().String()
	tab := ownTab(t, func(o *Options) {
		o.Environ = withVariables(o.Environ, "DBUS_SESSION_BUS_ADDRESS="+address, "DBUS_SYSTEM_BUS_ADDRESS="+address)
	})
	open(t, tab, serve(t, map[string]string{"/": "<p>here"}).URL)
	if got := text(t, tab, "p"); got != "here" || asked.Load() > 0 {
		t.Errorf("the page shows %q, and the bus was asked %d times", got, asked.Load())
	}
}

// TestSlowStart: a browser that does not answer costs its own short time, and not the sign-in's.
func TestSlowStart(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho 'it waits for something' >&2; exec sleep 1000\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	_, err := Launch(t.Context(), Options{Path: script, ProfileRoot: t.TempDir(), Environ: os.Environ(), startTimeout: time.Second})
	if !errors.Is(err, errSlowStart) || time.Since(begun) > 20*time.Second {
		t.Errorf("it ended with %v after %v", err, time.Since(begun))
	}
}

// TestCrashLeavesNothing: a page that crashes ends the wait, and neither it nor the browser writes outside the profile.
func TestCrashLeavesNothing(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	root := filepath.Join(home, "browser")
	b, err := Launch(within(t, patient), Options{
		Path: chromium(t), ProfileRoot: root, Environ: withVariables(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME=", "XDG_CACHE_HOME="),
	})
	if err != nil {
		t.Fatal(err)
	}
	limit, err := exec.Command("grep", "core file", fmt.Sprintf("/proc/%d/limits", b.process.cmd.Process.Pid)).Output()
	if fields := strings.Fields(string(limit)); err != nil || len(fields) < 6 || fields[4] != "0" || fields[5] != "0" {
		t.Errorf("its limit of core files is %q, %v", limit, err)
	}
	tab, err := b.Tab(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	_ = tab.Open(within(t, patient), "chrome://crash")
	if _, err := tab.Await(within(t, patient), "#never"); !errors.Is(err, ErrCrashed) {
		t.Errorf("the wait ended with %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	_ = filepath.WalkDir(home, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			t.Errorf("left: %s", path)
		}
		return nil
	})
	if _, err := tab.SketchControls(within(t, patient)); errors.Is(err, page.ErrPosted) {
		t.Error("a crash counts as posted")
	}
}

// TestSharedMemory: a browser starts and shows a page where /dev/shm is too small, can't be written or is not there. Only the
// browser sees that one.
func TestSharedMemory(t *testing.T) {
	t.Parallel()
	for name, mount := range map[string]string{
		"too small": "mount -t tmpfs -o size=64k none /dev/shm",
		"read-only": "mount -t tmpfs -o ro none /dev/shm",
		// Another /dev, with all that a container has but that.
		"missing": "d=" + t.TempDir() + " && mount -t tmpfs none $d && mkdir $d/pts && ln -s /proc/self/fd $d/fd && " +
			"for name in null zero full random urandom tty; do touch $d/$name && mount --bind /dev/$name $d/$name || exit 1; done && " +
			"mount --move $d /dev && test ! -e /dev/shm",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if out, err := exec.Command("unshare", "-m", "sh", "-c", mount).CombinedOutput(); err != nil {
				t.Skipf("no mount namespace: %v, %s", err, out)
			}
			path := filepath.Join(t.TempDir(), "chromium")
			script := "#!/bin/sh\nexec unshare -m sh -c '" + mount + " && exec \"$0\" \"$@\"' " + chromium(t) + " \"$@\"\n"
			if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			b, err := Launch(within(t, patient), Options{Path: path, ProfileRoot: t.TempDir(), Environ: os.Environ(), NoSandbox: true})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			tab, err := b.Tab(within(t, patient))
			if err == nil {
				err = tab.Open(within(t, patient), serve(t, map[string]string{"/": "<p>shown</p>"}).URL)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}
