package commands

import (
	"context"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/session"
	"stsx/shellinit"
)

const relativeToFlag = "relative-to"

func (r *commandRun) envCommand() *cli.Command {
	return &cli.Command{
		Name:      "env",
		Usage:     "print the credentials as assignments for a shell",
		UsageText: "stsx env PROFILE [--shell NAME] [--force]\n   stsx env --unset [--shell NAME]",
		Description: `   In bash, zsh and sh:  eval "$(stsx env PROFILE)"
   In fish:              stsx env PROFILE | source

   Prints statements that set the variables of PROFILE's session and unset those
   that would win over them, signing in first when there is no session. When
   that fails, what is evaluated changes nothing and ends with its status. --unset
   prints statements that take the session away again.

   The shell is found from the process that asked, else from $SHELL. On a
   terminal env prints no secret unless forced: it says what to type, and ends
   with status 2. Shells and formats:
   ` + wrapWords(shellinit.DialectNames(), 74) + `

   With github-actions the variables are appended to the file that $GITHUB_ENV
   names, and what is printed tells the runner to mask the secrets.`,
		Flags: sessionFlags(
			&cli.StringFlag{Name: "shell", Usage: "write for the shell or format `NAME`"},
			&cli.BoolFlag{Name: "unset", Usage: "take the session out of the shell", DisableDefaultText: true},
			&cli.BoolFlag{Name: "force", Usage: "print the secrets on a terminal too", DisableDefaultText: true},
			// For the hooks, which repeat a use from another folder.
			&cli.StringFlag{Name: relativeToFlag, Usage: "what is named is relative to `DIR`", Hidden: true},
		),
		Action: func(c *cli.Context) error {
			if c.IsSet("shell") && c.String("shell") == "" {
				return &usageError{"--shell is empty", r.verb}
			}
			d, err := r.chooseDialect(c.String("shell"))
			if err != nil {
				return err
			}
			if c.Bool("unset") {
				return r.runUnset(d, c.Bool("force"))
			}
			return r.runEnv(c.Context, d, c.Bool("force"))
		},
	}
}

// printEnvFailure tells the shell that evaluates env's output that there is none:
// eval of nothing would be a success, and the next command would run with the
// credentials of before.
func (r *commandRun) printEnvFailure(status int) {
	if r.StdoutIsTerminal {
		return
	}
	if d, err := r.chooseDialect(r.given["shell"]); err == nil {
		_ = r.printText(d.FailWith(status)) // a closed pipe has no reader to tell
	}
}

// chooseDialect is the one named, else that of the shell which asks.
func (r *commandRun) chooseDialect(name string) (shellinit.Dialect, error) {
	if name == "" {
		d, err := shellinit.DetectShell(r.ParentNames(), r.Getenv("SHELL"))
		if err != nil {
			return d, &usageError{
				"which shell this is can't be told: name it with --shell: " + strings.Join(shellinit.DialectNames(), ", "),
				r.verb,
			}
		}
		return d, nil
	}
	d, err := shellinit.LookupDialect(name)
	if err != nil {
		return d, &usageError{unknownWord("shell", name, shellinit.DialectNames()), r.verb}
	}
	return d, nil
}

// unknownWord is the text about a flag's value that is none of all, with those near it.
func unknownWord(kind, word string, all []string) string {
	text, there := "unknown "+kind+" "+quotedName(word), "; there are "
	if near := session.NearestNames(word, all); len(near) > 0 {
		text, there = text+"; did you mean "+strings.Join(near, " or ")+"?", " There are "
	}
	return text + there + strings.Join(all, ", ")
}

func (r *commandRun) runEnv(ctx context.Context, d shellinit.Dialect, force bool) error {
	name, err := r.oneProfile()
	if err != nil {
		return err
	}
	if err := r.notOnTerminal(d, force, name); err != nil {
		return err
	}
	if d.Name == githubActions && r.Getenv("GITHUB_ENV") == "" {
		return &usageError{"GITHUB_ENV is not set: --shell " + githubActions + " is for a step of a workflow", r.verb}
	}
	p, err := r.profileNamed(name)
	if err != nil {
		return err
	}
	s, err := r.openSession(ctx, p)
	if err != nil {
		return err
	}
	r.logCaller(ctx, p, s)
	set := sessionVariables(s)
	if d.Name == githubActions {
		return r.exportToActions(d, set)
	}
	var unset []string
	if d.CanUnset() {
		unset = shadowingNames(r.Environ, set, r.GOOS)
	}
	text, err := d.Export(set, unset)
	if err != nil {
		return err
	}
	return r.printText(text)
}

func (r *commandRun) runUnset(d shellinit.Dialect, force bool) error {
	if err := r.noOperands(); err != nil {
		return err
	}
	if !d.CanUnset() {
		return &usageError{d.Name + " has no way to unset a variable", r.verb}
	}
	if err := r.notOnTerminal(d, force, "--unset"); err != nil {
		return err
	}
	text, err := d.Export(nil, sessionNames(r.Getenv))
	if err != nil {
		return err
	}
	return r.printText(text)
}

// notOnTerminal refuses to write where nobody evaluates it, and says how it
// is meant.
func (r *commandRun) notOnTerminal(d shellinit.Dialect, force bool, argument string) error {
	if !r.StdoutIsTerminal || force {
		return nil
	}
	argv := []string{"stsx", "env", argument}
	if r.flagGiven("shell") {
		argv = append(argv, "--shell", d.Name)
	}
	return &terminalOutputError{"to load them in " + d.Name + ": " + d.CommandLine(argv...)}
}

// terminalOutputError: secrets would be shown on a terminal.
type terminalOutputError struct{ instead string }

func (e *terminalOutputError) Error() string {
	return "not printing secrets to the terminal"
}

func (e *terminalOutputError) Hint() string {
	return e.instead + "; to print them anyway: --force"
}
