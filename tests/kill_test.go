//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"stsx/tests/okta"
)

// TestKilled: kill -9 at any moment of a sign-in. Chromium goes, the locks are
// free, the next run works at once and sweeps up, and what was kept before
// stays readable.
func TestKilled(t *testing.T) {
	t.Parallel()
	onLinux(t)
	event := func(kind okta.Kind) func(*desk) {
		return func(d *desk) { d.await(string(kind), func() bool { return d.count(kind) > 0 }) }
	}
	requests := func(n int) func(*desk) {
		return func(d *desk) {
			d.await(strconv.Itoa(n)+" requests", func() bool { return d.count(okta.Requested) >= n })
		}
	}
	file := func(pattern ...string) func(*desk) {
		path := filepath.Join(append([]string{".local", "state", "stsx"}, pattern...)...)
		return func(d *desk) {
			d.await(path, func() bool { found, _ := filepath.Glob(filepath.Join(d.home, path)); return len(found) > 0 })
		}
	}
	asked := func(d *desk) {
		n := len(d.aws.Log())
		d.await("a call of STS", func() bool { return len(d.aws.Log()) > n })
	}
	kept := func(d *desk) { // beside the one of dev
		d.await("a session kept", func() bool {
			found, _ := filepath.Glob(filepath.Join(d.home, ".local", "state", "stsx", "sessions", "*"))
			return len(found) > 1
		})
	}
	for engine, moments := range map[okta.Engine][]func(*desk){
		okta.Classic: {
			func(*desk) {}, file("browser"), file("browser", "run-*.lock"), file("browser", "run-*", "Default"), event(okta.Asserted), asked,
		},
		okta.Gen2: {
			func(d *desk) { d.await("a browser", func() bool { return len(d.browsers()) > 0 }) },
			func(d *desk) { d.await("its children", func() bool { return len(d.browsers()) > 3 }) },
			requests(1), requests(3), event(okta.PasswordTried), event(okta.SignedIn),
		},
		okta.Gen3: {
			requests(2), requests(5), requests(8), event(okta.Identified), event(okta.CodeTried), kept,
		},
	} {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			killed(t, engine, moments)
		})
	}
}

func killed(t *testing.T, engine okta.Engine, moments []func(*desk)) {
	d := newDesk(t, okta.Config{Engine: engine})
	d.expect(d.signed().run("login", "dev"), 0) // what the store holds
	for i, reach := range moments {
		// A login of its own each time: the codes that the dead have spent are
		// good again, and the log is empty.
		d.org.Reset()
		r := d.signed().start("exec", "prod", "--", "sleep", "60")
		reach(d)
		if r.over() {
			t.Fatalf("moment %d: ended too early: %s", i, r.wait())
		}
		if err := r.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-r.ended
		if !eventually(5*time.Second, func() bool { return len(d.browsers()) == 0 }) {
			t.Fatalf("moment %d: still there: %v", i, d.browsers())
		}
		d.unlocked()
		d.expect(d.run("exec", "dev", "--", "true"), 0)
	}
	d.org.Reset()
	d.expect(d.run("logout", "prod"), 0)
	r := d.expect(d.signed().run("exec", "prod", "--", "echo", "in"), 0)
	if r.stdout != "in\n" || strings.Contains(r.stderr, "waiting") {
		t.Error(r)
	}
	d.clean()
	d.alone()
	left, _ := filepath.Glob(filepath.Join(d.home, ".local", "state", "stsx", "*", ".tmp-*"))
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > time.Hour {
			t.Errorf("left: %s", path)
		}
	}
}
