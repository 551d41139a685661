package shellinit

import (
	"errors"
	"strings"
)

// ErrNoShell is a process whose shell can't be told.
var ErrNoShell = errors.New("which shell this is can't be told")

// DetectShell finds the dialect of the shell that asks. Each call of parent names
// the next process up, starting with our own parent; false when there is none
// or it can't be seen. The nearest counts; programs that only start another
// one (sudo, env, timeout) are looked through. When that says nothing it is
// the shell of shellVariable, the value of $SHELL. Errors: ErrNoShell.
func DetectShell(parent func() (name string, ok bool), shellVariable string) (Dialect, error) {
	for {
		name, ok := parent()
		if !ok {
			break
		}
		name = programName(name)
		if d, err := LookupDialect(name); err == nil && (d.IsShell() || d.Name == "cmd") {
			return d, nil
		}
		if !startsAnother(name) {
			break
		}
	}
	if d, err := LookupDialect(programName(shellVariable)); err == nil && d.IsShell() {
		return d, nil
	}
	return Dialect{}, ErrNoShell
}

// programName is what a process is called without path, login dash, .exe and
// version: "-zsh-5.9" and "/opt/bin/zsh.exe" are both zsh.
func programName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimPrefix(strings.ToLower(name), "-")
	name = strings.TrimSuffix(name, ".exe")
	if base, version, ok := strings.Cut(name, "-"); ok && version != "" && strings.Trim(version, "0123456789.") == "" {
		return base
	}
	return strings.TrimRight(name, "0123456789.")
}

// startsAnother is a program that runs another with its own standard output.
func startsAnother(name string) bool {
	switch name {
	case "sudo", "doas", "env", "nice", "ionice", "nohup", "setsid", "stdbuf", "time", "timeout", "strace", "ltrace", "unbuffer", "stsx":
		return true
	}
	return false
}
