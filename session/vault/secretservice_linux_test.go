package vault

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"stsx/session"
	"stsx/tests/require"
)

const insideBus = "STSX_VAULT_INSIDE_BUS"

// withBus runs the test called name again in this binary under a D-Bus session
// of its own, with an empty home and what the shell command before starts.
func withBus(t *testing.T, name, before string) {
	t.Helper()
	bus := require.Command(t, "dbus-run-session", "apt install dbus")
	require.Command(t, "dbus-send", "apt install dbus")
	root := t.TempDir()
	cmd := exec.Command(bus, "--", "sh", "-c", before+` exec "$0" "$@"`, os.Args[0], "-test.run=^"+name+"$", "-test.v", "-test.count=1")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "DBUS_") && !strings.HasPrefix(v, "XDG_") && !strings.HasPrefix(v, "DISPLAY=") &&
			!strings.HasPrefix(v, "WAYLAND_DISPLAY=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	for _, v := range []string{"HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		dir := filepath.Join(root, v)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, v+"="+dir)
	}
	cmd.Env = append(cmd.Env, insideBus+"=yes")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+name) {
		t.Errorf("%v\n%s", err, out)
	} else if testing.Verbose() {
		t.Logf("%s", out)
	}
}

// TestSecretService is the whole of it against gnome-keyring.
func TestSecretService(t *testing.T) {
	if os.Getenv(insideBus) == "" {
		require.Command(t, "gnome-keyring-daemon", "apt install gnome-keyring")
		withBus(t, "TestSecretService",
			`printf 'a password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 || exit 1;`)
		return
	}
	real := OSKeyring(os.Getenv)
	org := session.Org{URL: "https://acme.okta.com/home/amazon_aws/x/272", Username: "jane@acme.example"}
	want := canarySession("a", noon().Add(time.Hour))
	fresh := func(t *testing.T) {
		t.Helper()
		if err := real.Delete(keyringService, keyUser); err != nil && !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
	}

	t.Run("key", func(t *testing.T) {
		fresh(t)
		s := newStore(t, real, noRing{})
		mustPut(t, s, "key", want)
		if got := run(t, "get", s, helperRing+"=os"); got != "a" {
			t.Errorf("another process got %q", got)
		}
		if key, passwords := s.Where(background); key != "OS keyring (Secret Service)" || passwords != key {
			t.Errorf("Where: %q, %q", key, passwords)
		}
		if err := s.DeleteAll(background, true); err != nil {
			t.Error(err)
		}
		if _, err := real.Get(keyringService, keyUser); !errors.Is(err, ErrNotFound) {
			t.Errorf("the key is still there: %v", err)
		}
		if key, _ := s.Where(background); key != "OS keyring (Secret Service), once there is a session" {
			t.Errorf("Where: %q", key)
		}
	})

	t.Run("password", func(t *testing.T) {
		p := newStore(t, real, noRing{}).Passwords()
		password := session.NewSecret("pässword\n'\"\\ " + strings.Repeat("x", 1900))
		if _, err := p.Password(background, org); !errors.Is(err, session.ErrNoPassword) {
			t.Errorf("got %v", err)
		}
		for range 2 {
			if err := p.Remember(background, org, password); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := p.Password(background, org); err != nil || !got.Equal(password) {
			t.Errorf("got %v", err)
		}
		for _, want := range []bool{true, false} {
			if forgot, err := p.Forget(background, org); err != nil || forgot != want {
				t.Fatal(forgot, err)
			}
		}
		if _, err := p.Password(background, org); !errors.Is(err, session.ErrNoPassword) {
			t.Errorf("got %v", err)
		}
	})

	t.Run("race", func(t *testing.T) {
		fresh(t)
		raceFirstPut(t, newStore(t, real, noRing{}), helperRing+"=os")
	})

	t.Run("race with kernel", func(t *testing.T) {
		fresh(t)
		raceFirstPut(t, kernelStore(t, real), helperRing+"=os", helperKern+"=yes")
	})

	t.Run("kernel holds another key", func(t *testing.T) {
		fresh(t)
		s := kernelStore(t, real)
		mustPut(t, s, "key", want)
		right, _ := s.keys.kernel.get()
		if err := s.keys.kernel.put(makeKey()); err != nil {
			t.Fatal(err)
		}
		if got := run(t, "get", s, helperRing+"=os", helperKern+"=yes"); got != "a" {
			t.Errorf("got %q", got)
		}
		if now, err := s.keys.kernel.get(); err != nil || now != right {
			t.Errorf("the kernel's copy was not put right: %v", err)
		}
	})

	// The last two end the keyring's use.
	t.Run("locked", func(t *testing.T) {
		out, err := exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
			"org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "collection/login") {
			t.Fatalf("locking the collection: %v: %s", err, out)
		}
		assertBounded(t, newStore(t, real, noRing{}), org)
	})

	t.Run("stopped", func(t *testing.T) {
		out, err := exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
			"org.freedesktop.DBus.GetConnectionUnixProcessID", "string:org.freedesktop.secrets").CombinedOutput()
		match := regexp.MustCompile(`uint32 (\d+)`).FindSubmatch(out)
		if err != nil || match == nil {
			t.Fatalf("asking for the daemon's pid: %v: %s", err, out)
		}
		pid, _ := strconv.Atoi(string(match[1]))
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		defer syscall.Kill(pid, syscall.SIGCONT)
		assertBounded(t, newStore(t, real, noRing{}), org)
	})
}

// assertBounded uses a keyring in trouble: everything ends with a reason in the
// deadline of one call.
func assertBounded(t *testing.T, s *Store, org session.Org) {
	t.Helper()
	began := time.Now()
	_, err := s.Passwords().Password(background, org)
	t.Logf("after %s: %v", time.Since(began).Round(time.Millisecond), err)
	if !errors.Is(err, session.ErrNoKeyring) {
		t.Errorf("Password: %v", err)
	}
	if err := s.Put(background, "key", canarySession("a", noon().Add(time.Hour))); !errors.Is(err, session.ErrNoKeyring) {
		t.Errorf("Put: %v", err)
	}
	if _, passwords := s.Where(background); !strings.HasPrefix(passwords, "not saved: ") {
		t.Errorf("Where: %q", passwords)
	}
	if took := time.Since(began); took > keyringWait+2*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestNoLoginCollection: a Secret Service that has never been unlocked, as on
// a server where nobody logs in graphically, ends with a reason.
func TestNoLoginCollection(t *testing.T) {
	if os.Getenv(insideBus) == "" {
		require.Command(t, "gnome-keyring-daemon", "apt install gnome-keyring")
		withBus(t, "TestNoLoginCollection", `gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1 || exit 1;`)
		return
	}
	assertBounded(t, newStore(t, OSKeyring(os.Getenv), noRing{}), session.Org{URL: "https://acme.okta.com", Username: "jane"})
}

// TestBusWithoutService: a D-Bus session with no Secret Service, as in a
// container, is no keyring, at once.
func TestBusWithoutService(t *testing.T) {
	if os.Getenv(insideBus) == "" {
		config := filepath.Join(t.TempDir(), "bus.conf")
		err := os.WriteFile(config,
			[]byte(`<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`), 0o600)
		if err != nil {
			t.Fatal(err)
		}
		bus := require.Command(t, "dbus-run-session", "apt install dbus")
		cmd := exec.Command(bus, "--config-file="+config, "--", os.Args[0], "-test.run=^TestBusWithoutService$", "-test.v", "-test.count=1")
		cmd.Env = append(os.Environ(), insideBus+"=yes")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		} else {
			t.Logf("%s", out)
		}
		return
	}
	s := newStore(t, OSKeyring(os.Getenv), noRing{})
	began := time.Now()
	err := s.Put(background, "key", canarySession("a", noon().Add(time.Hour)))
	t.Logf("after %s: %v", time.Since(began).Round(time.Millisecond), err)
	if !errors.Is(err, session.ErrNoKeyring) || !strings.Contains(err.Error(), "has no Secret Service") {
		t.Errorf("got %v", err)
	}
	if err := s.DeleteAll(background, true); err != nil {
		t.Errorf("with no service there is no key to remove: %v", err)
	}
}

// TestNoBusIsStarted: without a D-Bus session, none is launched.
func TestNoBusIsStarted(t *testing.T) {
	if _, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid())); err == nil {
		t.Skip("this user has a D-Bus session")
	}
	dir := t.TempDir()
	script := "#!/bin/sh\ntouch " + dir + "/launched\n"
	if err := os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	for _, address := range []string{"", "autolaunch:"} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		s := newStore(t, OSKeyring(os.Getenv), noRing{})
		if err := s.Put(background, "key", canarySession("a", noon().Add(time.Hour))); !errors.Is(err, session.ErrNoKeyring) ||
			!strings.Contains(err.Error(), "no D-Bus session") {
			t.Errorf("got %v", err)
		}
		if forgot, err := s.Passwords().Forget(background, session.Org{URL: "https://a.example", Username: "jane"}); err != nil || forgot {
			t.Errorf("with no keyring there is no password to forget: %v, %v", forgot, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "launched")); err == nil {
		t.Error("dbus-launch was run")
	}
}

// TestSilentBus: a session bus that takes the connection and never answers costs
// one wait, whatever is asked of the keyring, and the kernel's keyring does.
func TestSilentBus(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "bus")
	bus, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	go func() {
		for {
			if _, err := bus.Accept(); err != nil { // kept open by not being closed
				return
			}
		}
	}()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+socket)
	const wait = 300 * time.Millisecond
	s := newStore(t, OSKeyring(os.Getenv), &fakeRing{})
	s.keyring.wait = wait
	org := session.Org{URL: "https://a.example", Username: "jane"}
	start := time.Now()
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	if _, err := s.Get(background, "key"); err != nil {
		t.Error(err)
	}
	if _, err := s.Passwords().Password(background, org); !errors.Is(err, session.ErrNoKeyring) || !strings.Contains(err.Error(),
		"did not answer") {
		t.Errorf("got %v", err)
	}
	if err := s.Passwords().Remember(background, org, session.NewSecret("x")); !errors.Is(err, session.ErrNoKeyring) {
		t.Errorf("got %v", err)
	}
	warned := ""
	s.warn = func(text string) { warned += text }
	if n, err := s.Delete(background, func(session.Session) bool { return true }); n != 1 || err != nil ||
		!strings.Contains(warned, "did not answer") {
		t.Errorf("%d, %v, warned %q", n, err, warned)
	}
	if key, passwords := s.Where(background); key != "kernel keyring" || !strings.Contains(passwords, "did not answer") {
		t.Errorf("%q, %q", key, passwords)
	}
	if took := time.Since(start); took > 10*wait {
		t.Errorf("it took %s", took)
	}
}
