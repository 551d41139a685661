//go:build unix

package files

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestPipe: a pipe that somebody writes into is read once where a person named it, and one in
// the place of a file of stsx's own is refused; neither is waited for.
func TestPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := ReadGiven(path); err != nil || len(text) != 0 {
		t.Errorf("nobody writes: %q, %v", text, err)
	}
	if _, err := ReadThere(path); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("not named for this run: %v", err)
	}
	if _, _, err := ReadOwn(path); err == nil || !strings.Contains(err.Error(), "is not a regular file") {
		t.Errorf("own: %v", err)
	}
	// As a shell has it: its own end is open, and who wrote has gone.
	shell, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer shell.Close()
	writer, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	const text = `{"Statement":[]}`
	if _, err := writer.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadGiven(path); err != nil || string(got) != text {
		t.Errorf("%q, %v", got, err)
	}
}
