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

// signInMoment is a point of a sign-in that a test can wait for.
type signInMoment struct {
	config okta.Config
	with   func(d *desk) *desk          // what the run is given; nil: all it needs
	reach  func(d *desk, t *terminal)   // waits until the run is there
	before func(d *desk) (after func()) // before the run, and when it has ended
}

func signInMoments() map[string]signInMoment {
	return map[string]signInMoment{
		"at the password prompt": {
			with:  func(d *desk) *desk { return d },
			reach: func(_ *desk, t *terminal) { t.waitFor("Okta password for " + jane) },
		},
		"at the code prompt": {
			with:  func(d *desk) *desk { return d.with("STSX_PASSWORD=" + janePassword) },
			reach: func(_ *desk, t *terminal) { t.waitFor("Code from Google Authenticator") },
		},
		"while the browser starts": {
			reach: func(d *desk, _ *terminal) {
				d.waitFor("a browser", func() bool { return len(d.browserProcesses()) > 0 })
			},
		},
		"while a page loads": {
			config: okta.Config{Latency: 30 * time.Second},
			reach: func(d *desk, _ *terminal) {
				d.waitFor("a request that is not answered", func() bool {
					return d.hasRequested("/api/v1/") || d.hasRequested("/idp/idx/")
				})
			},
		},
		"while another signs in": {
			before: func(d *desk) func() {
				other := d.with("STSX_PASSWORD="+janePassword).openTerminal("exec", "prod", "--", "true") // stops at the code
				other.waitFor("Code from")
				return func() {
					other.typeText("\x03")
					d.wantStatus(other.wait(), 130)
				}
			},
			reach: func(_ *desk, t *terminal) { t.waitFor("waiting for stsx (pid ") },
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

// interruptions are what ends stsx from outside, and its exit status then.
func interruptions() map[string]struct {
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
		"Ctrl-C":            {func(t *terminal) { t.typeText("\x03") }, 130},
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
				runInterrupted(t, signInMoments()[when], way)
			})
		}
	}
}

func runInterrupted(t *testing.T, m signInMoment, way string) {
	m.config.Engine = okta.Gen3
	d := newDesk(t, m.config)
	after := func() {}
	if m.before != nil {
		after = m.before(d)
	}
	run := d.withPasswordAndCode
	if m.with != nil {
		run = func() *desk { return m.with(d) }
	}
	started := filepath.Join(d.home, "started")
	term := run().openTerminal("exec", "prod", "--", "touch", started)
	m.reach(d, term)
	end := interruptions()[way]
	end.do(term)
	sent := time.Now()
	r := term.wait()
	if took := time.Since(sent); took > 8*time.Second {
		t.Errorf("it took %s to end", took)
	}
	if way != "the window closed" || r.status != 130 { // the end of the input may be noticed before the signal
		d.wantStatus(r, end.status)
	}
	if way != "the window closed" {
		<-term.ended
		term.wantSaneModes()
		if text := term.text(); strings.Contains(text, "error") || !strings.Contains(text, "interrupted") {
			t.Errorf("the screen:\n%s", text)
		}
	}
	if found, _ := filepath.Glob(started); len(found) > 0 {
		t.Error("the command was started")
	}
	after()
	d.wantNoBrowserOrLock()
	d.wantNoBrowserProfile()
}
