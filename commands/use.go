package commands

import (
	"github.com/urfave/cli/v2"

	"stsx/shellinit"
)

// The hook's own verbs exist here to be found in the help, and to say what is
// missing where no hook is.

func (r *commandRun) useCommand() *cli.Command {
	return &cli.Command{
		Name:      "use",
		Usage:     "load a profile into this shell (needs the shell hook)",
		UsageText: "stsx use PROFILE [flags]",
		Description: `   Signs in to PROFILE if needed and sets the variables of its session in the
   shell that you type in. Another use of the same profile takes its place; one
   of another profile is put on top, and stsx unuse goes back one by one. Flags
   come after use. It needs the shell hook: see stsx help init.`,
		Flags:  sessionFlags(),
		Action: func(*cli.Context) error { return r.noHook("env", "PROFILE") },
	}
}

func (r *commandRun) unuseCommand() *cli.Command {
	return &cli.Command{
		Name:        "unuse",
		Usage:       "restore what this shell had before stsx use",
		UsageText:   "stsx unuse",
		Description: "   It needs the shell hook: see stsx help init.",
		Flags:       []cli.Flag{helpFlag()},
		Action: func(*cli.Context) error {
			if err := r.noOperands(); err != nil {
				return err
			}
			return r.noHook("env", "--unset")
		},
	}
}

// hookError is a verb of the hook's that came to the program.
type hookError struct{ text, hint string }

func (e *hookError) Error() string { return e.text }

func (e *hookError) Hint() string { return e.hint }

// noHook says what is missing so that the verb can do its work, or what its
// word is in this shell. instead is what works without a hook.
func (r *commandRun) noHook(instead ...string) error {
	text := `"stsx ` + r.verb + `"` + " needs the shell hook"
	d, err := shellinit.DetectShell(r.ParentNames(), r.Getenv("SHELL"))
	if err != nil || !d.HasHook() {
		return &hookError{text, "add it to your shell's startup file (stsx help init), or use stsx env"}
	}
	use, unuse := d.HookWords("stsx")
	word := use + " PROFILE"
	if r.verb == "unuse" {
		word = unuse
	}
	if d.HasOwnWords() {
		text = `"stsx ` + r.verb + `"` + " can't work in " + d.Name + ", whose hook has a word of its own: " + word
	}
	if r.verb == "use" && !d.HasOwnWords() { // the hook looks at the first word only
		text += ", and its flags come after use"
	}
	hook := d.CommandLine("stsx", "init", d.Name)
	if d.Name == "nushell" { // whose hook is a file
		hook = "see the shell guide, docs/shells.md"
	}
	return &hookError{text, "the hook, for " + d.RCFile() + ": " + hook +
		"; without it: " + d.CommandLine(append([]string{"stsx"}, instead...)...)}
}
