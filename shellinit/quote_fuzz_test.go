package shellinit_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/shellinit"
	"stsx/tests/shells"
)

// FuzzQuote puts any value through real shells, by the line that people type: it
// comes out byte for byte, or was refused, and nothing runs. Without -fuzz it
// tries the seeds. The shells are those that start in a few milliseconds; the
// others have TestRoundTrip.
func FuzzQuote(f *testing.F) {
	for _, seed := range []string{
		"", " ", "wJalr/XUtn+FEMI=", "it's", `a"b\c`, "$(touch canary)", "`touch canary`", "';touch canary;'", "a\nb\r\n", "\x1b[31m",
		"!!", "%F{red}", "*?[a]{b,c}~", "é界🔑", "\xff\xfe", "\xc3", "’‘", "-n", "--", "#x", "\u2028", "\\", "'\\''", "\x01\x7f", "%s",
		"'\"$",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if len(value) > 20_000 {
			return // more than one variable can hold with the rest
		}
		dir := t.TempDir()
		tried := map[string]bool{}
		for _, s := range shells.All() {
			switch s.Program {
			case "bash", "zsh", "dash", "fish", "tcsh":
			default:
				continue
			}
			path, err := exec.LookPath(s.Program)
			if err != nil || tried[s.Program] {
				continue
			}
			tried[s.Program] = true
			d, err := shellinit.LookupDialect(s.Dialect)
			if err != nil {
				t.Fatal(err)
			}
			text, err := d.Export([]shellinit.Var{{Name: "STSX_FUZZ", Value: value}}, []string{"STSX_GONE"})
			if strings.ContainsRune(value, 0) {
				if err == nil {
					t.Fatalf("%s: a NUL is quoted", s.Name)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s refuses %q: %v", s.Name, value, err)
			}
			if got := evaluated(t, s, path, dir, d.CommandLine("cat", "set"), text); got != value {
				t.Errorf("%s: %q came out as %q", s.Name, value, got)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "canary")); err == nil {
			t.Errorf("%q was executed", value)
		}
	})
}

// evaluated is what a program that the shell starts gets as STSX_FUZZ after line
// took text.
func evaluated(t *testing.T, s shells.Shell, path, dir, line, text string) string {
	t.Helper()
	script := filepath.Join(dir, "script"+s.Extension())
	for name, content := range map[string]string{filepath.Join(dir, "set"): text, script: line + "\nsh -c 'printf %s \"$STSX_FUZZ\"'\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, path, append(append([]string{}, s.Args...), script)...)
	command.Dir, command.WaitDelay = dir, time.Second
	command.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "STSX_GONE=x"}
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	return string(out)
}
