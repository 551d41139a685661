//go:build unix

package tests

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
)

// moment is a point of a sign-in that a test can wait for.
type moment struct {
	config okta.Config
	with   func(d *desk) *desk          // what the run is given; nil: all it needs
	reach  func(d *desk, t *terminal)   // waits until the run is there
	before func(d *desk) (after func()) // before the run, and when it has ended
}

func moments() map[string]moment {
	return map[string]moment{
		"at the password prompt": {
			with:  func(d *desk) *desk { return d },
			reach: func(_ *desk, t *terminal) { t.expect("Okta password for " + jane) },
		},
		"at the code prompt": {
			with:  func(d *desk) *desk { return d.with("STSX_PASSWORD=" + janePassword) },
			reach: func(_ *desk, t *terminal) { t.expect("Code from Google Authenticator") },
		},
		"while the browser starts": {
			reach: func(d *desk, _ *terminal) { d.await("a browser", func() bool { return len(d.browsers()) > 0 }) },
		},
		"while a page loads": {
			config: okta.Config{Latency: 30 * time.Second},
			reach: func(d *desk, _ *terminal) {
				d.await("a request that is not answered", func() bool { return d.requested("/api/v1/") || d.requested("/idp/idx/") })
			},
		},
		"while another signs in": {
			before: func(d *desk) func() {
				other := d.with("STSX_PASSWORD="+janePassword).open("exec", "prod", "--", "true") // stops at the code
				other.expect("Code from")
				return func() {
					other.send("\x03")
					d.expect(other.wait(), 130)
				}
			},
			reach: func(_ *desk, t *terminal) { t.expect("waiting for stsx (pid ") },
		},
		"while STS is asked": {
			before: func(d *desk) func() {
				d.aws.Fail("AssumeRoleWithSAML", aws.Hang())
				return func() {}
			},
			reach: func(d *desk, _ *terminal) {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				if err := d.aws.Await(ctx, "AssumeRoleWithSAML", 1); err != nil {
					d.Fatal(err)
				}
			},
		},
	}
}

// requested reports whether a request below that path has come.
func (d *desk) requested(path string) bool {
	for _, e := range d.events(okta.Requested) {
		if strings.HasPrefix(e.Path, path) {
			return true
		}
	}
	return false
}

// ways are what ends stsx from outside, and its exit status then.
func ways() map[string]struct {
	do     func(t *terminal)
	status int
} {
	send := func(s syscall.Signal) func(t *terminal) {
		return func(t *terminal) { _ = t.command.Process.Signal(s) }
	}
	return map[string]struct {
		do     func(t *terminal)
		status int
	}{
		"Ctrl-C":            {func(t *terminal) { t.send("\x03") }, 130},
		"SIGINT":            {send(syscall.SIGINT), 130},
		"SIGTERM":           {send(syscall.SIGTERM), 143},
		"SIGHUP":            {send(syscall.SIGHUP), 129},
		"the window closed": {(*terminal).hangUp, 129},
	}
}

// TestInterrupt: whatever ends stsx in the middle of a sign-in, the terminal
// is sane afterwards and no browser, lock or profile directory is left.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	onLinux(t)
	for when, how := range map[string][]string{
		"at the password prompt":   {"Ctrl-C", "SIGHUP", "SIGTERM", "the window closed"},
		"at the code prompt":       {"Ctrl-C", "SIGTERM"},
		"while the browser starts": {"Ctrl-C", "SIGTERM"},
		"while a page loads":       {"Ctrl-C", "SIGHUP", "the window closed"},
		"while another signs in":   {"Ctrl-C", "SIGTERM"},
		"while STS is asked":       {"Ctrl-C", "SIGINT"},
	} {
		for _, way := range how {
			t.Run(way+" "+when, func(t *testing.T) {
				t.Parallel()
				interrupt(t, moments()[when], way)
			})
		}
	}
}

func interrupt(t *testing.T, m moment, way string) {
	m.config.Engine = okta.Gen3
	d := newDesk(t, m.config)
	after := func() {}
	if m.before != nil {
		after = m.before(d)
	}
	run := d.signed
	if m.with != nil {
		run = func() *desk { return m.with(d) }
	}
	started := filepath.Join(d.home, "started")
	term := run().open("exec", "prod", "--", "touch", started)
	m.reach(d, term)
	end := ways()[way]
	end.do(term)
	sent := time.Now()
	r := term.wait()
	if took := time.Since(sent); took > 8*time.Second {
		t.Errorf("it took %s to end", took)
	}
	if way != "the window closed" || r.status != 130 { // the end of the input may be noticed before the signal
		d.expect(r, end.status)
	}
	if way != "the window closed" {
		<-term.ended
		term.sane()
		if text := term.text(); strings.Contains(text, "error") || !strings.Contains(text, "interrupted") {
			t.Errorf("the screen:\n%s", text)
		}
	}
	if found, _ := filepath.Glob(started); len(found) > 0 {
		t.Error("the command was started")
	}
	after()
	d.alone()
	d.clean()
}
