//go:build unix

package process

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"stsx/session"
)

// TestFirstLine: what commands print, and how long they are waited for.
func TestFirstLine(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]struct{ line, problem string }{
		"echo pw":                              {"pw", ""},
		"printf pw":                            {"pw", ""},
		`printf 'pw\r\n'`:                      {"pw", ""},
		`printf '\357\273\277pw\n'`:            {"pw", ""},
		`printf ' p w \nuser: jane\n'`:         {" p w ", ""},
		"sleep 25 & echo pw":                   {"pw", ""},
		"echo pw; exec sleep 25":               {"pw", ""},
		"echo pw; yes":                         {"pw", ""},
		"echo pw; head -c 100000000 /dev/zero": {"pw", ""},
		"cat; echo pw":                         {"pw", ""}, // standard input is empty
		"echo what >&2; echo pw":               {"pw", ""},
		"echo ${STSX_PASSWORD-none}":           {"none", ""},
		"echo $KEPT":                           {"yes", ""},
		"echo ü€😀":                             {"ü€😀", ""},
		"true":                                 {"", "printed nothing in its first line"},
		"sleep 25 &":                           {"", "it printed nothing"},
		"echo; echo pw":                        {"", "printed nothing in its first line"},
		"echo pw >&2":                          {"", "printed nothing in its first line"},
		"echo pw; exit 3":                      {"", "exit status 3"},
		"exit 3":                               {"", "exit status 3"},
		"kill -9 $$":                           {"", "signal: killed"},
		"kill -2 $$":                           {"", session.ErrInterrupted.Error()},
		"head -c 100000000 /dev/zero":          {"", "longer than 4096 bytes"},
		`head -c 5000 /dev/zero | tr '\0' x`:   {"", "longer than 4096 bytes"},
		`printf 'Caf\351\n'`:                   {"", "not UTF-8"},
		`printf 'p\0w\n'`:                      {"", "control character"},
		`printf '\033[2Jpw\n'`:                 {"", "control character"},
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			var said bytes.Buffer
			c := SecretCommand{Environ: WithoutSecrets([]string{"STSX_PASSWORD=x", "PATH=" + os.Getenv("PATH"), "KEPT=yes"}), Stderr: &said}
			began := time.Now()
			got, err := c.FirstLine(t.Context(), []string{"sh", "-c", script})
			if want.problem != "" && (err == nil || !strings.Contains(err.Error(), want.problem)) || want.problem == "" && err != nil {
				t.Errorf("%v, want %q", err, want.problem)
			}
			if got.Reveal() != want.line {
				t.Errorf("%q", got.Reveal())
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
	if _, err := (SecretCommand{}).FirstLine(t.Context(), []string{"/no/such/program"}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// TestFirstLineEnds: a deadline and a signal end the command and all that it
// started.
func TestFirstLineEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script  string
		timeout time.Duration // of the command; else the sign-in is ended
	}{
		"time over":                       {"echo $$ >file; sleep 1000", 300 * time.Millisecond},
		"time over, with a child":         {"sleep 1000 & echo $! >file; wait", 300 * time.Millisecond},
		"time over, stopped by itself":    {"echo $$ >file; kill -STOP $$; sleep 1000", 300 * time.Millisecond},
		"sign-in ended":                   {"echo $$ >file; exec sleep 1000", 0},
		"sign-in ended, signals ignored":  {"trap '' INT TERM HUP; echo $$ >file; sleep 1000", 0},
		"sign-in ended, while it stands":  {"echo $$ >file; kill -STOP $$; sleep 1000", 0},
		"sign-in ended, a child in a job": {"sleep 1000 & echo $! >file; wait", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			file := filepath.Join(dir, "file")
			started := make(chan int, 1)
			go func() {
				for {
					if text, _ := os.ReadFile(file); bytes.HasSuffix(text, []byte("\n")) {
						pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
						if c.timeout == 0 {
							cancel(Signalled{Number: 15})
						}
						started <- pid
						return
					}
					time.Sleep(time.Millisecond)
				}
			}()
			script := strings.ReplaceAll(c.script, "file", "'"+file+"'")
			_, err := SecretCommand{Environ: os.Environ(), Timeout: c.timeout}.FirstLine(ctx, []string{"sh", "-c", script})
			var signal Signalled
			if c.timeout == 0 && !errors.As(err, &signal) || c.timeout > 0 && (err == nil || !strings.Contains(err.Error(),
				"printed nothing within")) {
				t.Error(err)
			}
			pid := <-started
			for deadline := time.Now().Add(20 * time.Second); syscall.Kill(pid, 0) == nil && !isZombie(pid); time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("it still runs")
				}
			}
		})
	}
}

// isZombie reports a process that has ended and that nobody has waited for.
func isZombie(pid int) bool {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.HasPrefix(rest, "Z")
}

// TestSecretText: what a password that comes from outside may be.
func TestSecretText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"pw": "pw", "pw\n": "pw", "pw\r\n": "pw", "pw\n\n": "pw", "\ufeffpw": "pw", " pw ": " pw ", "": "", "p\tw": "p\tw",
		`a"b'c\d$e`: `a"b'c\d$e`, "é€": "é€", strings.Repeat("x", 4096): strings.Repeat("x", 4096),
	} {
		if got, err := SecretText(text); err != nil || got.Reveal() != want {
			t.Errorf("%q: %q, %v", text, got.Reveal(), err)
		}
	}
	for _, text := range []string{"a\nb", "a\rb\n", "Caf\xe9", "\x00", "\x1b[A", "a\u0085b", strings.Repeat("x", 4097)} {
		if got, err := SecretText(text); err == nil || !got.IsZero() || strings.Contains(err.Error(), "Caf") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
