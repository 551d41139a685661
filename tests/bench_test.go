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
		command := exec.Command(stsx, "version")
		command.Env = []string{"HOME=" + os.TempDir()}
		if err := command.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCachedExec is what a command pays whose session is kept.
func BenchmarkCachedExec(b *testing.B) {
	testing.Init()
	ready, done := make(chan *desk), make(chan struct{})
	go testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "desk", F: func(t *testing.T) {
		defer close(ready)
		d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).with("STSX_PASSWORD=" + janePassword)
		d.expect(d.run("login", "prod"), 0)
		ready <- d
		<-done
	}}})
	defer close(done)
	d, ok := <-ready
	if !ok {
		b.Skip("no desk")
	}
	for b.Loop() {
		command := exec.Command(stsx, "exec", "prod", "--", "true")
		command.Env = d.env
		if err := command.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
