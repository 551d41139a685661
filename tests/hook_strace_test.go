//go:build linux

package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"stsx/tests/require"
)

// started is a system call that starts a process. A thread of the same process
// is none: fish has some.
var started = regexp.MustCompile(`(?m)^.*(?:execve|vfork|fork|clone3?)\(.*$`)

// TestNoProcessToDraw: strace sees none between two prompts of a shell that is
// in a session, from one Enter to the next.
func TestNoProcessToDraw(t *testing.T) {
	tracer := require.Command(t, "strace", "sh tests/setup.sh test")
	every(t, func(t *testing.T, p prompter) {
		log := filepath.Join(t.TempDir(), "strace")
		s := p.openShell(t, nil, hook(p.Shell, "--no-completion")+p.sessionText(14*time.Minute+30*time.Second))
		// The shell is traced from a prompt on, by a strace that goes away with it.
		s.run(" clear; echo pid=" + map[bool]string{true: "$fish_pid", false: "$$"}[p.Dialect == "fish"])
		var pid int
		s.wait("the pid", func() bool {
			_, rest, _ := strings.Cut(s.text(), "\npid=")
			if rest == "" {
				_, rest, _ = strings.Cut("\n"+s.text(), "\npid=")
			}
			_, err := fmt.Sscanf(rest, "%d", &pid)
			return err == nil && strings.Contains(rest, "prod Admin 14m >")
		})
		out, err := s.tmux("new-window", "-d", tracer, "-f", "-o", log, "-e", "trace=execve,clone,clone3,fork,vfork,write", "-p",
			fmt.Sprint(pid))
		if err != nil {
			t.Fatal(out)
		}
		attached := func() bool { // strace says so by its own children's state
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			return err == nil && !strings.Contains(string(status), "TracerPid:\t0\n")
		}
		s.wait("strace", attached)
		for i := range 5 {
			s.run(fmt.Sprintf(" echo drawn-%d", i))
			s.until(fmt.Sprintf("\ndrawn-%d\nprod Admin 14m >", i))
		}
		s.wait("the log", func() bool {
			text, _ := os.ReadFile(log)
			return strings.Contains(string(text), "drawn-4")
		})
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range started.FindAllString(string(text), -1) {
			if !strings.Contains(call, "CLONE_THREAD") {
				t.Errorf("a process was started: %s", call)
			}
		}
	})
}
