//go:build unix

package tests

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/tests/require"
)

// shellTimeout bounds the wait for a shell, which has two busy cores to share.
const shellTimeout = 30 * time.Second

// screen is a shell on tmux, in a server of its own.
type screen struct {
	*testing.T
	socket string
	env    []string
}

// openScreen starts argv on 120 by 40.
func openScreen(t *testing.T, dir string, env []string, argv ...string) *screen {
	t.Helper()
	require.Command(t, "tmux", "sh tests/setup.sh test")
	s := &screen{T: t, socket: filepath.Join(t.TempDir(), "tmux"), env: env}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the screen:\n%s", s.text())
		}
		_, _ = s.tmux("kill-server")
	})
	out, err := s.tmux(append([]string{"-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", "-c", dir, "--"}, argv...)...)
	if err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	return s
}

func (s *screen) tmux(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), shellTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, "tmux", append([]string{"-u", "-S", s.socket}, args...)...)
	command.Env = s.env
	out, err := command.CombinedOutput()
	return string(out), err
}

// text is what can be seen.
func (s *screen) text() string {
	out, _ := s.tmux("capture-pane", "-p")
	return out
}

// write types text, then presses keys by tmux's names: Tab, Enter, C-u.
func (s *screen) write(text string, keys ...string) {
	s.Helper()
	var args []string
	if text != "" {
		if strings.HasSuffix(text, ";") {
			text = strings.TrimSuffix(text, ";") + `\;` // else it would end tmux's command
		}
		args = append(args, "send-keys", "-l", "--", text, ";")
	}
	if len(keys) > 0 {
		args = append(append(args, "send-keys"), keys...)
	}
	if out, err := s.tmux(args...); err != nil {
		s.Fatalf("tmux: %v\n%s", err, out)
	}
}

// until waits for the screen to hold all of parts.
func (s *screen) until(parts ...string) string {
	s.Helper()
	var text string
	s.wait(fmt.Sprintf("%q on the screen", parts), func() bool {
		text = s.text()
		for _, part := range parts {
			if !strings.Contains(text, part) {
				return false
			}
		}
		return true
	})
	return text
}

// keys presses keys.
func (s *screen) keys(names ...string) { s.Helper(); s.write("", names...) }

// wait looks until done, or fails.
func (s *screen) wait(what string, done func() bool) {
	s.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	late := time.NewTimer(shellTimeout)
	defer late.Stop()
	for !done() {
		select {
		case <-look.C:
		case <-late.C:
			s.Fatalf("no %s within %s", what, shellTimeout)
		}
	}
}

// words waits for the program `awsdo` to have run, and returns what it was
// given.
func (s *screen) words(home string) []string {
	s.Helper()
	path := filepath.Join(home, "shown")
	var text []byte
	s.wait("words shown", func() bool {
		var err error
		text, err = os.ReadFile(path)
		return err == nil
	})
	if err := os.Remove(path); err != nil {
		s.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
}

// showScript writes down the words it is given.
const showScript = `#!/bin/sh
printf '%s\0' "$@" >"$HOME/shown.new" && mv "$HOME/shown.new" "$HOME/shown"
`
