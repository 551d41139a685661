package require_test

import (
	"fmt"
	"runtime"
	"testing"

	"stsx/tests/require"
)

// ending is a testing.TB that keeps how the test was ended instead of ending it.
type ending struct {
	testing.TB
	how, said string
}

func (e *ending) Helper() {}

func (e *ending) Skipf(format string, args ...any) {
	e.how, e.said = "skip", fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (e *ending) Fatalf(format string, args ...any) {
	e.how, e.said = "fail", fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestPart(t *testing.T) {
	for _, c := range []struct {
		name, require, how, said string
		found                    bool
	}{
		{name: "found", found: true},
		{name: "found in CI", found: true, require: "all"},
		{name: "missing at a desk", how: "skip", said: "fish is missing: apt install fish"},
		{name: "missing in CI", require: "all", how: "fail", said: "fish is missing and STSX_REQUIRE=all: apt install fish"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("STSX_REQUIRE", c.require)
			e := &ending{TB: t}
			done := make(chan struct{})
			go func() {
				defer close(done)
				require.Part(e, "fish", c.found, "apt install fish")
			}()
			<-done
			if e.how != c.how || e.said != c.said {
				t.Errorf("ended %q saying %q, want %q saying %q", e.how, e.said, c.how, c.said)
			}
		})
	}
}

func TestCommand(t *testing.T) {
	if path := require.Command(t, "go", "install Go"); path == "" {
		t.Error("go was found, but its path is empty")
	}
}
