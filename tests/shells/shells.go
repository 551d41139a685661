// Package shells starts the shells that people use, each at its strictest and
// without anybody's configuration, for the tests that look at what stsx writes
// from inside a shell.
package shells

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"stsx/tests/require"
)

// runLimit ends a shell that hangs; a busy machine takes a minute for the longest.
const runLimit = 5 * time.Minute

// A Shell is a way to run one program.
type Shell struct {
	Name    string   // of this way
	Dialect string   // what stsx calls it
	Program string   // what it is called on PATH
	Args    []string // before the script's file
	Strict  string   // the script's first lines
}

// All lists every shell, most of them in more than one mood.
func All() []Shell {
	return []Shell{
		{"bash", "bash", "bash", []string{"--norc", "--noprofile"}, "set -eu -o pipefail\n"},
		{"bash --posix", "bash", "bash", []string{"--norc", "--noprofile", "--posix"}, "set -eu -o pipefail\n"},
		{"zsh", "zsh", "zsh", []string{"-f"}, "setopt err_exit no_unset pipefail\n"},
		{"zsh with options", "zsh", "zsh", []string{"-f"},
			"setopt err_exit no_unset pipefail rc_quotes bang_hist extended_glob glob_subst sh_word_split ksh_arrays\n"},
		{"fish", "fish", "fish", []string{"--no-config"}, ""},
		{"dash", "sh", "dash", nil, "set -eu\n"},
		{"sh", "sh", "sh", nil, "set -eu\n"},
		{"tcsh", "tcsh", "tcsh", []string{"-f", "-e"}, ""},
		{"elvish", "elvish", "elvish", []string{"-norc"}, ""},
		{"xonsh", "xonsh", "xonsh", []string{"--no-rc"}, "$RAISE_SUBPROC_ERROR = True\n"},
		{"nushell", "nushell", "nu", []string{"--no-config-file"}, ""},
		{"powershell", "powershell", "pwsh", []string{"-NoProfile", "-NonInteractive", "-File"},
			"Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n"},
	}
}

// Path is where the shell's program is. Without one it ends the test as
// require.Part does; PowerShell, which no package registry has, is not asked
// for by STSX_REQUIRE=all: its tests run where there is a pwsh.
func (s Shell) Path(t testing.TB) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the scripts that are written here need a Unix around them")
	}
	if path, err := exec.LookPath(s.Program); err == nil {
		return path
	}
	switch s.Program {
	case "nu":
		_, file, _, _ := runtime.Caller(0)
		path := filepath.Join(filepath.Dir(file), "node_modules", "@nushell", "linux-x64", "bin", "nu")
		_, err := os.Stat(path)
		require.Part(t, "nushell", err == nil, "make shells (npm ci in tests/shells)")
		return path
	case "pwsh":
		_, file, _, _ := runtime.Caller(0)
		path := filepath.Join(filepath.Dir(file), "..", ".pwsh", "pwsh", "pwsh") // tests/setup.sh put it there
		if _, err := os.Stat(path); err == nil {
			return path
		}
		t.Skip("pwsh is missing: stsx's PowerShell is not tested on this machine")
	}
	require.Part(t, s.Program, false, "sh tests/setup.sh test")
	return ""
}

// Extension is what the name of a script ends in.
func (s Shell) Extension() string {
	if s.Program == "pwsh" {
		return ".ps1" // it runs no other file
	}
	return "." + strings.TrimSuffix(s.Program, "sh")
}

// Command runs script, in dir, after what makes the shell strict.
func (s Shell) Command(t testing.TB, dir, script string) *exec.Cmd {
	t.Helper()
	path := s.Path(t)
	file := filepath.Join(dir, "script"+s.Extension())
	if err := os.WriteFile(file, []byte(s.Strict+script), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	t.Cleanup(cancel)
	command := exec.CommandContext(ctx, path, append(append([]string{}, s.Args...), file)...)
	command.WaitDelay = time.Second // a child may hold the pipes
	command.Dir = dir
	command.Env = []string{
		"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8",
		"XDG_CONFIG_HOME=" + filepath.Join(dir, ".config"), "XDG_DATA_HOME=" + filepath.Join(dir, ".data"),
	}
	return command
}
