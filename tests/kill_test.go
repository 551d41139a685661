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
		return func(d *desk) { d.waitFor(string(kind), func() bool { return d.countEvents(kind) > 0 }) }
	}
	requests := func(n int) func(*desk) {
		return func(d *desk) {
			d.waitFor(strconv.Itoa(n)+" requests", func() bool { return d.countEvents(okta.Requested) >= n })
		}
	}
	file := func(pattern ...string) func(*desk) {
		path := filepath.Join(append([]string{".local", "state", "stsx"}, pattern...)...)
		return func(d *desk) {
			d.waitFor(path, func() bool { found, _ := filepath.Glob(filepath.Join(d.home, path)); return len(found) > 0 })
		}
	}
	asked := func(d *desk) {
		n := len(d.aws.Log())
		d.waitFor("a call of STS", func() bool { return len(d.aws.Log()) > n })
	}
	kept := func(d *desk) { // beside the one of dev
		d.waitFor("a session kept", func() bool {
			found, _ := filepath.Glob(filepath.Join(d.home, ".local", "state", "stsx", "sessions", "*"))
			return len(found) > 1
		})
	}
	for engine, moments := range map[okta.Engine][]func(*desk){
		okta.Classic: {
			func(*desk) {}, file("browser"), file("browser", "run-*.lock"), file("browser", "run-*", "Default"), event(okta.Asserted),
			asked,
		},
		okta.Gen2: {
			func(d *desk) { d.waitFor("a browser", func() bool { return len(d.browserProcesses()) > 0 }) },
			func(d *desk) { d.waitFor("its children", func() bool { return len(d.browserProcesses()) > 3 }) },
			requests(1), requests(3), event(okta.PasswordTried), event(okta.SignedIn),
		},
		okta.Gen3: {
			requests(2), requests(5), requests(8), event(okta.Identified), event(okta.CodeTried), kept,
		},
	} {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			killAtEach(t, engine, moments)
		})
	}
}

func killAtEach(t *testing.T, engine okta.Engine, moments []func(*desk)) {
	d := newDesk(t, okta.Config{Engine: engine})
	d.wantStatus(d.withPasswordAndCode().run("login", "dev"), 0) // what the store holds
	for i, reach := range moments {
		// A login of its own each time: the codes that the dead have spent are
		// good again, and the log is empty.
		d.org.Reset()
		r := d.withPasswordAndCode().start("exec", "prod", "--", "sleep", "60")
		reach(d)
		if r.hasEnded() {
			t.Fatalf("moment %d: ended too early: %s", i, r.wait())
		}
		if err := r.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-r.ended
		if !eventually(5*time.Second, func() bool { return len(d.browserProcesses()) == 0 }) {
			t.Fatalf("moment %d: still there: %v", i, d.browserProcesses())
		}
		d.wantNoLock()
		d.wantStatus(d.run("exec", "dev", "--", "true"), 0)
	}
	d.org.Reset()
	d.wantStatus(d.run("logout", "prod"), 0)
	r := d.wantStatus(d.withPasswordAndCode().run("exec", "prod", "--", "echo", "in"), 0)
	if r.stdout != "in\n" || strings.Contains(r.stderr, "waiting") {
		t.Error(r)
	}
	d.wantNoBrowserProfile()
	d.wantNoBrowserOrLock()
	left, _ := filepath.Glob(filepath.Join(d.home, ".local", "state", "stsx", "*", ".tmp-*"))
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > time.Hour {
			t.Errorf("left: %s", path)
		}
	}
}
