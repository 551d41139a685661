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
	verb     string            // "exec", "password set"
	globals  []string          // flags of stsx
	flags    []string          // flags of the verb
	given    map[string]string // all flags by their first names, with their last values; "" where a flag takes none
	profile  *string           // exec: PROFILE, nil when none was given
	patterns []string          // each: what stands before "--"
	operands []string          // exec and each: CMD and its arguments; else all that is no flag
	dashes   bool              // "--" was there
	help     bool              // -h or --help stands among the flags

	at        *cli.Command // the command that verb names; nil before the first one
	wrapped   int          // where in the words CMD begins; -1 = not yet
	needValue cli.Flag     // the last word is this flag, and its value is missing
	unknown   bool         // a word stands where a command has to, and is none
}

// urfaveArgs is what urfave gets.
func (l *commandLine) urfaveArgs() []string {
	out := append([]string{"stsx"}, l.globals...)
	out = append(out, strings.Fields(l.verb)...)
	out = append(out, l.flags...)
	return append(append(out, "--"), l.operands...)
}

// parseArgs takes args apart by the commands and flags of app. Errors:
// *usageError; then the line is what stands before the mistake.
func parseArgs(app *cli.App, args []string) (commandLine, error) {
	return readArgs(app, args, false)
}

// completedArgs takes a line apart that is not finished and may be wrong:
// flags that there are not are passed over.
func completedArgs(app *cli.App, words []string) commandLine {
	line, _ := readArgs(app, words, true)
	return line
}

func readArgs(app *cli.App, args []string, tolerant bool) (commandLine, error) {
	line := commandLine{given: map[string]string{}, wrapped: -1}
	for n := 0; n < len(args); n++ {
		word := args[n]
		var err error
		switch {
		case word == "--" && line.at == nil:
			err = &usageError{"a command of stsx comes before --", ""}
		case word == "--":
			line.endFlags(args, n+1)
			return line, line.checkComplete()
		case len(word) > 1 && word[0] == '-':
			n, err = line.readFlag(app, args, n)
		case len(line.commandsBelow(app)) > 0:
			err = line.readVerb(app, word)
		case line.verb == "exec" && line.profile == nil:
			line.profile = &word
		case line.verb == "exec":
			// The first word after PROFILE: from here on it's the command's.
			line.wrapped, line.operands = n, args[n:]
			return line, nil
		default:
			line.operands = append(line.operands, word)
		}
		if err != nil && !tolerant || line.unknown {
			return line, err
		}
	}
	return line, line.checkComplete()
}

// commandsBelow are the commands one of which has to come next.
func (l *commandLine) commandsBelow(app *cli.App) []*cli.Command {
	if l.at == nil {
		return app.Commands
	}
	return l.at.Subcommands
}

// endFlags is for a "--": the rest, from rest on, is operands.
func (l *commandLine) endFlags(args []string, rest int) {
	l.dashes = true
	if l.verb == "each" {
		l.patterns, l.operands = l.operands, nil
	}
	if l.verb == "each" || l.verb == "exec" {
		l.wrapped = rest
	}
	l.operands = append(l.operands, args[rest:]...)
}

// readFlag reads the flag at args[n], with its value, and returns where it ends.
func (l *commandLine) readFlag(app *cli.App, args []string, n int) (last int, err error) {
	word := args[n]
	flag, global := findFlag(app, l.at, word)
	if flag == nil && l.verb == "each" && !slices.Contains(args, "--") {
		return n, l.errNoDashes() // it is the command's
	}
	if flag == nil {
		return n, l.unknownFlag(app, word)
	}
	name := flag.Names()[0]
	l.help = l.help || name == "help"
	words := []string{word}
	_, value, found := strings.Cut(word, "=")
	if takesValue(flag) && !found {
		if n++; n == len(args) {
			l.needValue = flag
			return n, &usageError{"flag " + word + " needs a value", l.verb}
		}
		value = args[n]
		words = append(words, value)
	}
	l.given[name] = value
	if global {
		l.globals = append(l.globals, words...)
	} else {
		l.flags = append(l.flags, words...)
	}
	return n, nil
}

func (l *commandLine) readVerb(app *cli.App, word string) error {
	below := l.commandsBelow(app)
	next := findCommand(below, word)
	if next == nil {
		l.unknown = true
		if l.at == nil {
			l.operands = []string{word} // runBare says what it may be
			return nil
		}
		return unknownVerb(below, l.verb, word)
	}
	l.at, l.verb = next, strings.TrimSpace(l.verb+" "+next.Name)
	return nil
}

// flagGiven reports whether a flag was given, by its first name.
func (l *commandLine) flagGiven(name string) bool {
	_, given := l.given[name]
	return given
}

// names are the operands that stand for profiles, shells or commands of stsx;
// not those of CMD.
func (l *commandLine) names() []string {
	switch {
	case l.verb == "exec" && l.profile != nil:
		return []string{*l.profile}
	case l.verb == "exec":
		return nil
	case l.dashes && l.verb == "each":
		return l.patterns
	}
	return l.operands
}

// errNoDashes is for a command line of "each" without "--".
func (l *commandLine) errNoDashes() error {
	return &usageError{`each needs "--" before the command: stsx each PATTERN… -- COMMAND`, l.verb}
}

// checkComplete refuses a line that ended before its verb did.
func (l *commandLine) checkComplete() error {
	if l.at != nil && len(l.at.Subcommands) > 0 && l.at.Action == nil && !l.help {
		return &usageError{l.verb + " needs one of: " + strings.Join(commandNames(l.at.Subcommands), ", "), l.verb}
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
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func takesValue(f cli.Flag) bool {
	v, ok := f.(cli.DocGenerationFlag)
	return ok && v.TakesValue()
}

func (l *commandLine) unknownFlag(app *cli.App, word string) error {
	name, _, _ := strings.Cut(word, "=")
	known := longNames(app.Flags)
	if l.at != nil {
		known = append(known, longNames(l.at.Flags)...)
	}
	text := "unknown flag " + quotedName(name)
	if l.verb != "" && strings.TrimLeft(name, "-") == "profile" {
		return &usageError{text + "; write the profile without a flag: stsx " + l.verb + " PROFILE", l.verb}
	}
	if near := session.NearestNames(strings.TrimLeft(name, "-"), known); len(near) > 0 {
		text += "; did you mean --" + strings.Join(near, " or --") + "?"
	}
	return &usageError{text, l.verb}
}

func unknownVerb(commands []*cli.Command, under, word string) error {
	text := "unknown command " + quotedName(strings.TrimSpace(under+" "+word))
	if near := session.NearestNames(word, commandNames(commands)); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return &usageError{text, under}
}

// longNames are the names of those that a person is told of.
func longNames(flags []cli.Flag) []string {
	var out []string
	for _, f := range flags {
		if isVisibleFlag(f) {
			out = append(out, f.Names()[0])
		}
	}
	return out
}

func isVisibleFlag(f cli.Flag) bool {
	v, ok := f.(cli.VisibleFlag)
	return !ok || v.IsVisible()
}

// commandNames are the names of those that a person is told of.
func commandNames(commands []*cli.Command) []string {
	var out []string
	for _, c := range commands {
		if !c.Hidden {
			out = append(out, c.Name)
		}
	}
	return out
}

// noOperands refuses operands where the verb takes none.
func (r *commandRun) noOperands() error {
	if len(r.operands) > 0 {
		return &usageError{r.verb + " takes no argument, and was given " + quotedName(r.operands[0]), r.verb}
	}
	return nil
}
