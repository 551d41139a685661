package commands

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

// commandLine is a command line taken apart. urfave/cli ends the flags at the
// first argument and swallows one "--"; people write flags on either side of
// PROFILE and a command behind it, so the line is taken apart here and given
// to urfave with every flag in its place.
type commandLine struct {
	verb     string   // "exec", "password set"
	globals  []string // flags of stsx
	flags    []string // flags of the verb
	profile  *string  // exec: PROFILE, nil when none was given
	patterns []string // each: what stands before "--"
	operands []string // exec and each: CMD and its arguments; else all that is no flag
	dashes   bool     // "--" was there
	help     bool     // -h or --help stands among the flags
}

// urfaveArgs is what urfave gets.
func (i commandLine) urfaveArgs() []string {
	out := append([]string{"stsx"}, i.globals...)
	out = append(out, strings.Fields(i.verb)...)
	out = append(out, i.flags...)
	return append(append(out, "--"), i.operands...)
}

// parseArgs takes args apart by the commands and flags of app. Errors: *usageError.
func parseArgs(app *cli.App, args []string) (commandLine, error) {
	var out commandLine
	var at *cli.Command
	command := func() []*cli.Command {
		if at == nil {
			return app.Commands
		}
		return at.Subcommands
	}
	for n := 0; n < len(args); n++ {
		word := args[n]
		switch {
		case word == "--" && at == nil:
			return out, &usageError{"a command of stsx comes before --", ""}
		case word == "--":
			out.dashes = true
			if out.verb == "each" {
				out.patterns, out.operands = out.operands, nil
			}
			out.operands = append(out.operands, args[n+1:]...)
			return out, out.checkComplete(at)
		case len(word) > 1 && word[0] == '-':
			flag, global := findFlag(app, at, word)
			if flag == nil && out.verb == "each" && !slices.Contains(args, "--") {
				return out, out.noDashes() // it is the command's
			}
			if flag == nil {
				return out, out.unknownFlag(app, at, word)
			}
			out.help = out.help || flag.Names()[0] == "help"
			taken := []string{word}
			if takesValue(flag) && !strings.Contains(word, "=") {
				if n+1 == len(args) {
					return out, &usageError{"flag " + word + " needs a value", out.verb}
				}
				n++
				taken = append(taken, args[n])
			}
			if global {
				out.globals = append(out.globals, taken...)
			} else {
				out.flags = append(out.flags, taken...)
			}
		case len(command()) > 0:
			next := findCommand(command(), word)
			if next == nil {
				return out, unknownVerb(command(), out.verb, word)
			}
			at, out.verb = next, strings.TrimSpace(out.verb+" "+next.Name)
		case out.verb == "exec" && out.profile == nil:
			out.profile = &word
		case out.verb == "exec":
			// The first word after PROFILE: from here on it's the command's.
			out.operands = args[n:]
			return out, nil
		default:
			out.operands = append(out.operands, word)
		}
	}
	return out, out.checkComplete(at)
}

// noDashes is the command line of each without what sets the command apart.
func (i commandLine) noDashes() error {
	return &usageError{`each needs "--" before the command: stsx each PATTERN… -- COMMAND`, i.verb}
}

// checkComplete refuses a line that ended before its verb did.
func (i commandLine) checkComplete(at *cli.Command) error {
	if at != nil && len(at.Subcommands) > 0 && at.Action == nil && !i.help {
		return &usageError{i.verb + " needs one of: " + strings.Join(commandNames(at.Subcommands), ", "), i.verb}
	}
	return nil
}

func findCommand(commands []*cli.Command, name string) *cli.Command {
	for _, c := range commands {
		if c.HasName(name) {
			return c
		}
	}
	return nil
}

// findFlag finds the flag that word (-f, --flag, --flag=value) names.
func findFlag(app *cli.App, at *cli.Command, word string) (flag cli.Flag, global bool) {
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	dashes := len(word) - len(strings.TrimLeft(word, "-"))
	if dashes > 2 || dashes == 1 && len(name) > 1 {
		return nil, false
	}
	if at != nil {
		if f := flagNamed(at.Flags, name); f != nil {
			return f, false
		}
	}
	f := flagNamed(app.Flags, name)
	return f, f != nil
}

func flagNamed(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		for _, n := range f.Names() {
			if n == name {
				return f
			}
		}
	}
	return nil
}

func takesValue(f cli.Flag) bool {
	v, ok := f.(cli.DocGenerationFlag)
	return ok && v.TakesValue()
}

func (i commandLine) unknownFlag(app *cli.App, at *cli.Command, word string) error {
	name, _, _ := strings.Cut(word, "=")
	known := longNames(app.Flags)
	if at != nil {
		known = append(known, longNames(at.Flags)...)
	}
	text := "unknown flag " + quotedName(name)
	if near := session.Near(strings.TrimLeft(name, "-"), known); len(near) > 0 {
		text += "; did you mean --" + strings.Join(near, " or --") + "?"
	}
	return &usageError{text, i.verb}
}

func unknownVerb(commands []*cli.Command, under, word string) error {
	text := "unknown command " + quotedName(strings.TrimSpace(under+" "+word))
	if near := session.Near(word, commandNames(commands)); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return &usageError{text, under}
}

func longNames(flags []cli.Flag) []string {
	var out []string
	for _, f := range flags {
		out = append(out, f.Names()[0])
	}
	return out
}

func commandNames(commands []*cli.Command) []string {
	var out []string
	for _, c := range commands {
		if !c.Hidden {
			out = append(out, c.Name)
		}
	}
	return out
}
