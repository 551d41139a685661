//go:build unix

package tests

import (
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// ignoredSignalsEnv has TestIgnoredSignals start a program in place of itself.
const ignoredSignalsEnv = "TESTED_IGNORED_SIGNALS"

var restoredSignals = []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGPIPE}

// restoreSignals has the programs that tests start get their signals as at a
// terminal, however the tests were started: nohup and a shell in the background
// ignore some, and what is ignored is inherited. Go gives a child the default
// for each signal that is notified of; here they are dropped, so that the tests
// go on ignoring them.
func restoreSignals() {
	for _, s := range restoredSignals {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
}

// TestIgnoredSignals starts these tests as nohup and a shell in the background
// do, and looks at what a program has that they start.
func TestIgnoredSignals(t *testing.T) {
	t.Parallel()
	onLinux(t)
	if os.Getenv(ignoredSignalsEnv) != "" {
		out, err := exec.Command("grep", "SigIgn", "/proc/self/status").Output()
		if err != nil {
			t.Fatal(err)
		}
		mask, err := strconv.ParseUint(strings.TrimSpace(strings.TrimPrefix(string(out), "SigIgn:")), 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range restoredSignals {
			if mask>>(s-1)&1 != 0 {
				t.Errorf("%s is ignored", s)
			}
		}
		return
	}
	for _, ignored := range []string{"", "HUP", "INT QUIT", "HUP INT QUIT TERM PIPE"} {
		command := exec.Command("sh", "-c", `trap '' `+ignored+` EXIT; exec "$0" -test.v -test.run '^TestIgnoredSignals$'`, os.Args[0])
		command.Env = append(os.Environ(), ignoredSignalsEnv+"=1", testedProgramEnv+"="+stsxPath)
		out, err := command.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestIgnoredSignals") {
			t.Errorf("with %q ignored: %v\n%s", ignored, err, out)
		}
	}
}
