package shellinit

import (
	"embed"
	"fmt"
	"strings"
)

// hookFiles are constant: what differs between two hooks of a shell is set in
// variables before.
//
//go:embed scripts
var hookFiles embed.FS

// HookOptions are the flags of stsx init.
type HookOptions struct {
	Self    string // path of stsx's binary
	Command string // what a person types; "" for stsx
	Prompt  string // where the prompt's segment is drawn: left, right, "" nowhere
	Watch   bool   // say when the session ends, and unset its keys
	Renew   bool   // renew it instead, when no question is asked

	// Variables are those that a session may set or take away: what a hook
	// remembers before it does.
	Variables []string

	Completion string // the script that follows, "" for none
}

// HookText returns the hook for the shell's rc file: the options as variables
// __stsx_self, __stsx_cmd, __stsx_prompt, __stsx_watch and __stsx_renew (1 or
// 0) and __stsx_names (with a blank between two), and the shell's script.
func (d Dialect) HookText(o HookOptions) (string, error) {
	script, err := d.hookScript()
	if err != nil {
		return "", err
	}
	if o.Command == "" {
		o.Command = "stsx"
	}
	if !isFunctionName(o.Command) {
		return "", fmt.Errorf("%q can't be a command's name: letters, digits, - and _ can be in one", o.Command)
	}
	flag := func(on bool) string {
		if on {
			return "1"
		}
		return "0"
	}
	var preamble string
	for _, v := range []Var{
		{"__stsx_self", o.Self}, {"__stsx_cmd", o.Command}, {"__stsx_prompt", o.Prompt},
		{"__stsx_watch", flag(o.Watch)}, {"__stsx_renew", flag(o.Renew)},
		{"__stsx_names", strings.Join(o.Variables, " ")},
	} {
		line, err := d.assignment(d.local, d.Quote, v)
		if err != nil {
			return "", err
		}
		preamble += line
	}
	return d.WholeScript(preamble + script + o.Completion), nil
}

// WholeScript is a script as the program has to print it so that the shell
// evaluates all of it.
func (d Dialect) WholeScript(script string) string {
	if d.whole == nil {
		return script
	}
	return d.whole(script)
}

// RCFile is where the hook's line goes.
func (d Dialect) RCFile() string { return d.rcFile }

// HasOwnWords reports whether use and unuse are words of their own in this
// shell, and not arguments of stsx.
func (d Dialect) HasOwnWords() bool { return d.ownWords }

// HookWords are what a person types for use and unuse when the hook is there
// and its command is called command.
func (d Dialect) HookWords(command string) (use, unuse string) {
	if d.ownWords {
		return command + "-use", command + "-unuse"
	}
	return command + " use", command + " unuse"
}

// HasHook reports whether HookText works for the dialect.
func (d Dialect) HasHook() bool {
	_, err := d.hookScript()
	return err == nil
}

func (d Dialect) hookScript() (string, error) {
	if d.script == "" {
		return "", fmt.Errorf("%s is a data format, not a shell: it has no hook", d.Name)
	}
	text, err := hookFiles.ReadFile("scripts/" + d.script)
	if err != nil {
		return "", fmt.Errorf("there is no hook for %s", d.Name)
	}
	return string(text), nil
}

// isFunctionName reports whether name can be the name of a function in every shell.
func isFunctionName(name string) bool {
	for i, c := range []byte(name) {
		switch {
		case c == '_', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', i > 0 && ('0' <= c && c <= '9' || c == '-'):
		default:
			return false
		}
	}
	return name != ""
}
