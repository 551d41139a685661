//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/creack/pty"
)

// The size of the terminal that a picture is taken of. It is as wide as the
// README shows without shrinking the letters much.
const columns, rows = 108, 50

// drawPicture runs the demo on a terminal of its own, without the shell at the end,
// and draws all that it printed there.
func drawPicture(ctx context.Context, stsx, file string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-stsx", stsx, "-shell=false")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it cleans up
	cmd.WaitDelay = time.Minute
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains([]string{"CI", "NO_COLOR", "TERM", "LC_ALL", "LANG"}, name)
	}), "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: rows})
	if err != nil {
		return fmt.Errorf("starting the demo on a terminal: %w", err)
	}
	defer terminal.Close()
	s := newScreen(columns)
	// The end of a pty is EIO, not EOF.
	if _, err := terminal.WriteTo(s); err != nil && !errors.Is(err, syscall.EIO) {
		return errors.Join(fmt.Errorf("reading what the demo printed: %w", err), cmd.Wait())
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("the demo that was recorded: %w\n%s", err, s.text())
	}
	return os.WriteFile(file, s.svg(), 0o644)
}
