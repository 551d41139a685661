package vault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"stsx/session"
	"stsx/tests/require"
)

func systemHelpers() map[string]func() error {
	return map[string]func() error{
		"put":           helpPut,
		"get":           helpGet,
		"apart":         helpApart,
		"forbidden":     helpForbidden,
		"full disk":     helpFullDisk,
		"read-only dir": helpReadOnly,
	}
}

// kernelStore is a store with the real kernel keyring; its key is removed at
// the end.
func kernelStore(t *testing.T, k Keyring) *Store {
	t.Helper()
	s := newStore(t, k, nil)
	err := s.keys.kernel.put(makeKey())
	require.Part(t, "the kernel's keyring", err == nil, fmt.Sprintf("allow keyctl (%v)", err))
	s.keys.kernel.remove()
	t.Cleanup(func() {
		if err := s.keys.kernel.remove(); err != nil {
			t.Error(err)
		}
		if _, err := s.keys.kernel.get(); !errors.Is(err, errAbsent) {
			t.Errorf("the key is still in the kernel: %v", err)
		}
	})
	return s
}

func helpPut() error {
	ctx, cancel := limited()
	defer cancel()
	return helperStore().Put(ctx, "key", canarySession("a", noon().Add(time.Hour)))
}

func helpGet() error {
	ctx, cancel := limited()
	defer cancel()
	got, err := helperStore().Get(ctx, "key")
	fmt.Println(got.Profile)
	return err
}

const helperThen = "STSX_VAULT_THEN"

// helpApart becomes helperThen in a session keyring that isn't linked to the
// user keyring, as a systemd service or a cron job may have.
func helpApart() error {
	runtime.LockOSThread()
	if _, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0); err != nil {
		return err
	}
	return become()
}

// helpForbidden becomes helperThen under a seccomp filter like a container's,
// to which keyctl and add_key are forbidden.
func helpForbidden() error {
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	deny := uint32(unix.SECCOMP_RET_ERRNO) | uint32(unix.EPERM)
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the call's number
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_KEYCTL, Jt: 2},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_ADD_KEY, Jt: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		{Code: unix.BPF_RET | unix.BPF_K, K: deny},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
		return err
	}
	return become()
}

func become() error {
	if err := os.Setenv(helperEnv, os.Getenv(helperThen)); err != nil {
		return err
	}
	return syscall.Exec("/proc/self/exe", os.Args, os.Environ())
}

func TestKernelAlone(t *testing.T) {
	s := kernelStore(t, &fakeKeyring{err: noServiceError("none")})
	want := canarySession("a", noon().Add(time.Hour))
	mustPut(t, s, "key", want)
	if got, err := s.Get(background, "key"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	first, id, err := s.keys.kernel.(userRing).find()
	if err != nil {
		t.Fatal(err)
	}
	mustPut(t, s, "key", want)
	if second, again, err := s.keys.kernel.(userRing).find(); err != nil || second != first || again != id {
		t.Errorf("a second Put changed the key %d to %d, %v", id, again, err)
	}
	description, err := unix.KeyctlString(unix.KEYCTL_DESCRIBE, id)
	if want := fmt.Sprintf("user;%d;", os.Getuid()); err != nil || !strings.HasPrefix(description, want) ||
		!strings.Contains(description, ";3f2b0000;stsx:") {
		t.Errorf("the key is %q, %v", description, err)
	}
	if got := run(t, "get", s, helperRing+"=none", helperKern+"=yes"); got != "a" {
		t.Errorf("another process got %q", got)
	}
}

// TestKernelFromApart: processes in other session keyrings make, read and
// replace the same key.
func TestKernelFromApart(t *testing.T) {
	env := []string{helperRing + "=none", helperKern + "=yes"}
	t.Run("read", func(t *testing.T) {
		s := kernelStore(t, &fakeKeyring{err: noServiceError("none")})
		mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
		if got := run(t, "apart", s, append(env, helperThen+"=get")...); got != "a" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("made", func(t *testing.T) {
		s := kernelStore(t, &fakeKeyring{err: noServiceError("none")})
		for range 2 { // the second prolongs it
			run(t, "apart", s, append(env, helperThen+"=put")...)
		}
		if _, err := s.Get(background, "key"); err != nil {
			t.Error(err)
		}
		if got := run(t, "apart", s, append(env, helperThen+"=get")...); got != "a" {
			t.Errorf("got %q", got)
		}
	})
}

func TestKernelForbidden(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, fileKeyring(dir), noRing{})
	env := []string{helperRing + "=" + dir, helperKern + "=yes"}
	run(t, "forbidden", s, append(env, helperThen+"=put")...)
	if got := run(t, "forbidden", s, append(env, helperThen+"=get")...); got != "a" {
		t.Errorf("got %q", got)
	}
	h := start(t, "forbidden", s, helperRing+"=none", helperKern+"=yes", helperThen+"=put")
	h.line(t, "failed: saving the session: no keyring: none; the kernel keyring: ")
	if !strings.HasSuffix(h.out.Text(), "operation not permitted") {
		t.Error(h.out.Text())
	}
}

func TestKernelKeyEnded(t *testing.T) {
	s := kernelStore(t, &fakeKeyring{})
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	for name, end := range map[string]func(id int) error{
		"revoked": func(id int) error {
			_, err := unix.KeyctlInt(unix.KEYCTL_REVOKE, id, 0, 0, 0)
			return err
		},
		"unlinked": func(int) error { return s.keys.kernel.remove() },
	} {
		_, id, err := s.keys.kernel.(userRing).find()
		if err != nil {
			t.Fatal(err)
		}
		if err := end(id); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := s.keys.kernel.get(); !errors.Is(err, errAbsent) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := s.Get(background, "key"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRaceForTheKernelsKey(t *testing.T) {
	raceFirstPut(t, kernelStore(t, &fakeKeyring{err: noServiceError("none")}), helperRing+"=none", helperKern+"=yes")
}

// inNamespace runs a helper where it may mount what it likes.
func inNamespace(t *testing.T, name string) {
	t.Helper()
	require.RunInNamespaces(t, helperEnv+"="+name, helperDir+"="+t.TempDir(), helperRing+"="+t.TempDir(), "GORACE=atexit_sleep_ms=0")
}

// storeOnSmallDisk is a store on 64 KiB of its own, and the session in it.
func storeOnSmallDisk() (*Store, session.Session, error) {
	s, held := helperStore(), canarySession("a", noon().Add(time.Hour))
	if err := unix.Mount("tmpfs", string(s.home), "tmpfs", 0, "size=64k,mode=700"); err != nil {
		return nil, held, fmt.Errorf("mounting: %w", err)
	}
	return s, held, s.Put(background, "key", held)
}

func TestFullDisk(t *testing.T) { inNamespace(t, "full disk") }
func TestReadOnly(t *testing.T) { inNamespace(t, "read-only dir") }

func helpFullDisk() error {
	s, want, err := storeOnSmallDisk()
	if err != nil {
		return err
	}
	fill, err := os.Create(filepath.Join(string(s.home), "fill"))
	if err != nil {
		return err
	}
	for err == nil {
		_, err = fill.Write(make([]byte, 512))
	}
	if !errors.Is(err, unix.ENOSPC) {
		return err
	}
	if err := s.Put(background, "key", canarySession("b", noon().Add(time.Hour))); !errors.Is(err, unix.ENOSPC) {
		return fmt.Errorf("Put on a full disk: %v", err)
	}
	if got, err := s.Get(background, "key"); err != nil || !reflect.DeepEqual(got, want) {
		return fmt.Errorf("the session of before: %v, %v", got, err)
	}
	entries, err := os.ReadDir(s.home.path(sessionsFolder))
	if err != nil || len(entries) != 1 {
		return fmt.Errorf("left: %v, %v", entries, err)
	}
	return nil
}

func helpReadOnly() error {
	s, want, err := storeOnSmallDisk()
	if err != nil {
		return err
	}
	if err := unix.Mount("", string(s.home), "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("remounting: %w", err)
	}
	if got, err := s.Get(background, "key"); err != nil || !reflect.DeepEqual(got, want) {
		return fmt.Errorf("reading: %v, %v", got, err)
	}
	if err := s.Put(background, "key", want); !errors.Is(err, unix.EROFS) || errors.Is(err, session.ErrNoKeyring) {
		return fmt.Errorf("Put: %v", err)
	}
	if _, err := s.Lock(background, "a", "", nil); !errors.Is(err, unix.EROFS) {
		return fmt.Errorf("Lock: %v", err)
	}
	if err := s.Passwords().Decline(background, session.Org{}); !errors.Is(err, unix.EROFS) {
		return fmt.Errorf("Decline: %v", err)
	}
	s.Passwords().MarkRefused(background, session.Org{}, session.NewSecret("x"))
	return nil
}

// run waits for a helper that needs no talking to and returns what it said.
func run(t *testing.T, name string, s *Store, env ...string) string {
	t.Helper()
	h := start(t, name, s, env...)
	h.in.Close()
	var said []string
	for h.out.Scan() {
		said = append(said, h.out.Text())
	}
	if err := h.Wait(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, strings.Join(said, "\n"))
	}
	return strings.Join(said, "\n")
}
