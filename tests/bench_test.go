//go:build unix

package tests

import (
	"os"
	"os/exec"
	"testing"

	"stsx/tests/okta"
)

// BenchmarkStart is what every command pays.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		command := exec.Command(stsxPath, "version")
		command.Env = []string{"HOME=" + os.TempDir()}
		if err := command.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCachedExec is what a command pays whose session is kept.
func BenchmarkCachedExec(b *testing.B) {
	d := benchDesk(b, okta.Config{Engine: okta.Classic}, func(d *desk) { d.wantStatus(d.run("login", "prod"), 0) })
	d.repeatRuns(b, "exec", "prod", "--", "true")
}

// BenchmarkSignIn is a whole sign-in at Okta with username and password alone,
// the least that a browser has to do, without STS.
func BenchmarkSignIn(b *testing.B) {
	for _, engine := range allEngines() {
		b.Run(engine.String(), func(b *testing.B) {
			d := benchDesk(b, okta.Config{Engine: engine}, func(*desk) {})
			d.repeatRuns(b, "roles")
		})
	}
}

// BenchmarkProbe is BenchmarkSignIn where the page looks for Okta Verify first,
// on two ports that nobody listens on.
func BenchmarkProbe(b *testing.B) {
	for _, engine := range []okta.Engine{okta.Gen2, okta.Gen3} {
		b.Run(engine.String(), func(b *testing.B) {
			reach := okta.Reach{Method: "LOOPBACK", Silent: true, Ports: []string{unusedPort(b), unusedPort(b)}}
			d := benchDesk(b, okta.Config{Engine: engine, Reach: reach}, func(*desk) {})
			d.repeatRuns(b, "roles")
		})
	}
}

// BenchmarkRenewal is the same with a session at Okta that is remembered.
func BenchmarkRenewal(b *testing.B) {
	for _, engine := range allEngines() {
		b.Run(engine.String(), func(b *testing.B) {
			d := benchDesk(b, okta.Config{Engine: engine}, func(d *desk) { d.withRemember().wantStatus(d.run("roles"), 0) })
			d.withoutBrowser().repeatRuns(b, "roles")
			if d.countEvents(okta.PasswordTried) != 1 {
				b.Fatal("a browser signed in")
			}
		})
	}
}

// benchDesk is a desk for a benchmark; without config.Users, its person has no second factor.
func benchDesk(b *testing.B, config okta.Config, prepare func(*desk)) *desk {
	b.Helper()
	testing.Init()
	if config.Users == nil {
		config.Users = noFactorPerson()
	}
	ready, done, over := make(chan *desk), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		defer close(ready)
		testing.RunTests(func(string, string) (bool, error) { return true, nil },
			[]testing.InternalTest{{Name: "desk", F: func(t *testing.T) {
				d := newDesk(t, config).with("STSX_PASSWORD=" + janePassword)
				prepare(d)
				ready <- d
				<-done
			}}})
	}()
	b.Cleanup(func() { close(done); <-over })
	d, ok := <-ready
	if !ok {
		b.Skip("no desk")
	}
	return d
}

// repeatRuns runs stsx as often as b wants.
func (d *desk) repeatRuns(b *testing.B, args ...string) {
	for b.Loop() {
		command := exec.Command(stsxPath, args...)
		command.Env, command.Dir = d.env, d.home
		if out, err := command.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
}
