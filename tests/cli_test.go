//go:build unix

package tests

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestScripts is what needs no sign-in: tests/script, one file a subject, in
// the form of testscript (whose module is not in go.mod whole) as far as they
// need it: exec, status N, stdin, stdout, stderr, exists, env, and "!".
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("script/*.txtar")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			work := t.TempDir()
			s := &script{T: t, work: work, env: []string{
				"HOME=" + work, "WORK=" + work, "PATH=" + filepath.Dir(stsx) + ":" + os.Getenv("PATH"), "STSX_CONFIG=" + work + "/stsx.toml", "SHELL=/bin/sh",
				"XDG_STATE_HOME=" + work + "/state", "XDG_CACHE_HOME=" + work + "/cache",
			}}
			for i, line := range strings.Split(s.unpack(string(text)), "\n") {
				s.at = path + ":" + strconv.Itoa(i+1)
				s.do(line)
			}
		})
	}
}

type script struct {
	*testing.T
	at, work       string
	env            []string
	stdin          string
	stdout, stderr string
}

// unpack writes the files behind the script and returns the script.
func (s *script) unpack(text string) string {
	marks := regexp.MustCompile(`(?m)^-- (.+) --\n`)
	at := marks.FindAllStringSubmatchIndex(text, -1)
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		if err := os.WriteFile(filepath.Join(s.work, text[m[2]:m[3]]), []byte(text[m[1]:end]), 0o600); err != nil {
			s.Fatal(err)
		}
	}
	if len(at) > 0 {
		return text[:at[0][0]]
	}
	return text
}

// do runs one line: words, of which those in single quotes keep their spaces.
func (s *script) do(line string) {
	s.Helper()
	var words []string
	for _, m := range regexp.MustCompile(`'([^']*)'|[^\s']+`).FindAllStringSubmatchIndex(line, -1) {
		word := line[m[0]:m[1]]
		if m[2] >= 0 {
			word = line[m[2]:m[3]]
		}
		words = append(words, strings.ReplaceAll(word, "$WORK", s.work))
	}
	if len(words) == 0 || strings.HasPrefix(words[0], "#") {
		return
	}
	not := words[0] == "!"
	if not {
		words = words[1:]
	}
	switch verb, rest := words[0], words[1:]; verb {
	case "env":
		s.env = append(s.env, rest[0])
	case "stdin":
		text, err := os.ReadFile(filepath.Join(s.work, rest[0]))
		if err != nil {
			s.Fatalf("%s: %v", s.at, err)
		}
		s.stdin = string(text)
	case "exists":
		if _, err := os.Stat(filepath.Join(s.work, rest[0])); (err == nil) == not {
			s.Errorf("%s: %s: %v", s.at, rest[0], err)
		}
	case "exec":
		if got := s.run(rest); (got == 0) == not {
			s.Fatalf("%s: status %d\n%s%s", s.at, got, s.stdout, s.stderr)
		}
	case "status":
		if got := s.run(rest[1:]); strconv.Itoa(got) != rest[0] || s.stdout != "" {
			s.Errorf("%s: status %d\nstdout: %s\nstderr: %s", s.at, got, s.stdout, s.stderr)
		}
	case "stdout", "stderr":
		text := s.stdout
		if verb == "stderr" {
			text = s.stderr
		}
		if regexp.MustCompile("(?m)"+rest[0]).MatchString(text) == not {
			s.Errorf("%s: %s is\n%s", s.at, verb, text)
		}
	default:
		s.Fatalf("%s: what is %s?", s.at, verb)
	}
}

func (s *script) run(argv []string) int {
	s.Helper()
	if argv[0] == "stsx" {
		argv[0] = stsx
	}
	command := exec.Command(argv[0], argv[1:]...)
	command.Dir, command.Env, command.Stdin = s.work, s.env, strings.NewReader(s.stdin)
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no /dev/tty
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.Fatalf("%s: %v", s.at, err)
	}
	s.stdout, s.stderr, s.stdin = stdout.String(), stderr.String(), ""
	return command.ProcessState.ExitCode()
}
