package commands

import (
	"errors"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/completions"
	"stsx/session"
	"stsx/shellinit"
)

func (r *commandRun) initCommand() *cli.Command {
	return &cli.Command{
		Name:      "init",
		Usage:     "print the hook for a shell's rc file: use, unuse, prompt, completion",
		UsageText: "stsx init SHELL [flags]",
		Description: `   In the shell's rc file:

      bash, zsh, sh   eval "$(stsx init bash)"
      fish            stsx init fish | source

   and so on for ` + wrapWords(hookShells(), 60) + `. From then on

      stsx use PROFILE [flags]   takes PROFILE's session into this shell, signing
                                 in first when there is none; flags as for env
      stsx unuse                 restores what was there before

   (in PowerShell and tcsh: stsx-use and stsx-unuse).
   The prompt shows the session and the time left, a line says when it has
   ended, and the dead keys are taken out. Everything else goes to the program.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "no-prompt", Usage: "leave the prompt alone", DisableDefaultText: true},
			&cli.StringFlag{Name: "prompt", Usage: "draw on this `SIDE` of the line: left or right"},
			&cli.BoolFlag{Name: "no-watch", Usage: "say nothing when a session ends, and leave its keys", DisableDefaultText: true},
			&cli.BoolFlag{Name: "renew", Usage: "get new keys when a session ends, if no question is asked", DisableDefaultText: true},
			&cli.StringFlag{Name: "cmd", Usage: "call the hook's words `NAME` use and NAME unuse"},
			&cli.BoolFlag{Name: "no-completion", Usage: "leave completion out", DisableDefaultText: true},
			helpFlag(),
		},
		Action: r.runInit,
	}
}

// hookShells are the shells that init knows.
func hookShells() []string {
	var names []string
	for _, name := range shellinit.DialectNames() {
		if d, err := shellinit.LookupDialect(name); err == nil && d.HasHook() {
			names = append(names, name)
		}
	}
	return names
}

func (r *commandRun) runInit(c *cli.Context) error {
	if len(r.operands) != 1 {
		return &usageError{"name one shell: " + strings.Join(hookShells(), ", "), r.verb}
	}
	d, err := shellinit.LookupDialect(r.operands[0])
	if err != nil || !d.HasHook() {
		text := "there is no hook for " + quotedName(r.operands[0])
		if near := session.NearestNames(r.operands[0], hookShells()); len(near) > 0 {
			return &usageError{text + "; did you mean " + strings.Join(near, " or ") + "?", r.verb}
		}
		return &usageError{text + "; there is one for " + strings.Join(hookShells(), ", "), r.verb}
	}
	o := shellinit.HookOptions{
		Command: c.String("cmd"), Watch: !c.Bool("no-watch"), Renew: c.Bool("renew"),
		Variables: append(identityVariables(), "AWS_REGION", "AWS_DEFAULT_REGION"),
	}
	if o.Prompt, err = promptSide(c, d); err != nil {
		return &usageError{err.Error(), r.verb}
	}
	if c.IsSet("cmd") && o.Command == "" {
		return &usageError{"--cmd is empty", r.verb}
	}
	if d.Name == "sh" && strings.Contains(o.Command, "-") {
		return &usageError{"--cmd " + o.Command + ": a function of sh can't have - in its name", r.verb}
	}
	if d.Name == "nushell" && c.IsSet("cmd") && o.Command != "stsx" {
		return &usageError{"--cmd: a command of nushell can't take its name from a variable", r.verb}
	}
	if o.Self, err = r.OwnPath(); err != nil {
		return err
	}
	if completion, ok := completions.HookScript(d.Name); ok && !c.Bool("no-completion") {
		o.Completion = completion
	}
	text, err := d.HookText(o)
	if err != nil {
		return &usageError{err.Error(), r.verb}
	}
	return r.printText(text)
}

// promptSide is where the segment is drawn, "" for nowhere.
func promptSide(c *cli.Context, d shellinit.Dialect) (string, error) {
	asked := c.String("prompt")
	switch {
	case c.IsSet("prompt") && c.Bool("no-prompt"):
		return "", errors.New("--prompt and --no-prompt exclude each other")
	case c.IsSet("prompt") && asked != "left" && asked != "right":
		return "", errors.New("--prompt is left or right, not " + quotedName(asked))
	case c.Bool("no-prompt"):
		return "", nil
	case asked == "right" && slices.Contains([]string{"bash", "powershell", "sh"}, d.Name):
		return "", errors.New(d.Name + " has no prompt on the right")
	case asked == "":
		return "left", nil
	}
	return asked, nil
}

// The hook's own verbs exist here to be found in the help, and to say what is
// missing where no hook is.

func (r *commandRun) useCommand() *cli.Command {
	return &cli.Command{
		Name:      "use",
		Usage:     "take a profile's session into this shell (needs the hook of stsx init)",
		UsageText: "stsx use PROFILE [flags]",
		Description: `   Signs in to PROFILE if needed and sets the variables of its session in the
   shell that you type in. Another use of the same profile takes its place; one
   of another profile is put on top, and stsx unuse goes back one by one. Flags
   come after use. It works where the shell's rc file has the hook: see stsx
   help init.`,
		Flags:  []cli.Flag{helpFlag()},
		Action: func(*cli.Context) error { return r.noHook("env", "PROFILE") },
	}
}

func (r *commandRun) unuseCommand() *cli.Command {
	return &cli.Command{
		Name:        "unuse",
		Usage:       "restore what was in this shell before stsx use",
		UsageText:   "stsx unuse",
		Description: "   It works where the shell's rc file has the hook: see stsx help init.",
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
func (e *hookError) Hint() string  { return e.hint }

// noHook says what is missing so that the verb can do its work, or what its
// word is in this shell. instead is what works without a hook.
func (r *commandRun) noHook(instead ...string) error {
	text := `"stsx ` + r.verb + `"` + " needs the shell hook"
	d, err := shellinit.DetectShell(r.ParentNames(), r.Getenv("SHELL"))
	if err != nil || !d.HasHook() {
		return &hookError{text, "put it into the shell's rc file (stsx help init), or use stsx env"}
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
		"\n      without it: " + d.CommandLine(append([]string{"stsx"}, instead...)...)}
}
