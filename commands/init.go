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
		Usage:     "print the shell hook: use, unuse, prompt, completion",
		UsageText: "stsx init SHELL [flags]",
		Description: `   In your shell's startup file:

      bash, zsh, sh   eval "$(stsx init bash)"
      fish            stsx init fish | source

   and so on for ` + wrapWords(hookShells(), 60) + `. From then on

      stsx use PROFILE [flags]   takes PROFILE's session into this shell, signing
                                 in first when there is none; flags as for env
      stsx unuse                 restores what was there before

   (in PowerShell and tcsh: stsx-use and stsx-unuse).
   The prompt shows the session and the time left, a line says when it has
   ended, and the expired keys are removed. Everything else goes to the program.`,
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
