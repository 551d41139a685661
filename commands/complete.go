package commands

import (
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/completions"
	"stsx/session"
	"stsx/shellinit"
)

// completeVerb is the hidden command that the shells' completion scripts run.
const completeVerb = "__complete"

// runComplete answers a shell that asks what may stand at its cursor; package
// completions has the protocol. It reads the configuration and the cache, and
// touches neither keyring nor network. It never fails: a person who presses
// Tab has not asked for an error.
func (r *commandRun) runComplete(args []string) {
	if len(args) < 2 {
		return
	}
	shell, args := args[0], args[1:]
	if shell == "bash" {
		text, split := "", []string(nil)
		if len(args) > 1 {
			text, split = args[1], args[2:]
		}
		line := completions.ParseBash(args[0], text, split)
		_ = line.FitAnswer(visibleAnswer(r.answerAt(line.Words, line.Current))).PrintAnswer(r.Stdout)
		return
	}
	n, err := strconv.Atoi(args[0])
	if words := args[1:]; err == nil && n >= 0 {
		before, current := words[:min(n, len(words))], ""
		if n < len(words) {
			current = words[n]
		}
		_ = r.answerIn(shell, before, current).PrintAnswer(r.Stdout)
	}
}

// answerIn is the answer for a shell that sends words.
func (r *commandRun) answerIn(shell string, before []string, current string) completions.Answer {
	switch shell {
	case "powershell", "nushell":
		dialect, err := shellinit.LookupDialect(shell)
		if err != nil {
			return completions.Answer{}
		}
		words := make([]string, len(before))
		for i, word := range before {
			words[i] = completions.UnquoteWord(word)
		}
		current = completions.UnquoteWord(current)
		return completions.PickCandidates(visibleAnswer(r.answerAt(words, current)), current, dialect.Quote)
	}
	return visibleAnswer(r.answerAt(before, current))
}

// longestAbout is how much is said of a candidate, in characters.
const longestAbout = 200

// visibleAnswer leaves out candidates that hold what can't be seen: nobody can
// type them, and a line or a terminal would make something else of them.
func visibleAnswer(a completions.Answer) completions.Answer {
	var visible []completions.Candidate
	for _, c := range a.Candidates {
		if session.IsVisible(c.Value) {
			visible = append(visible, completions.Candidate{Value: c.Value, About: session.OneLine(c.About, longestAbout)})
		}
	}
	a.Candidates = visible
	return a
}

// answerAt is what may stand in place of current, after words.
func (r *commandRun) answerAt(words []string, current string) completions.Answer {
	r.commandLine = completedArgs(r.app, words)
	s := valueSources{r}
	name, _, equals := strings.Cut(current, "=")
	switch {
	case r.unknown:
		return completions.Answer{}
	case r.wrapped >= 0:
		return completions.Answer{Kind: completions.WrappedCommand, At: r.wrapped}
	case r.needValue != nil:
		return s.flagValues(r.needValue, "")
	case !r.dashes && equals && strings.HasPrefix(current, "--"):
		if flag, _ := findFlag(r.app, r.at, name); flag != nil && takesValue(flag) {
			return s.flagValues(flag, name+"=")
		}
		return completions.Answer{}
	case !r.dashes && strings.HasPrefix(current, "-"):
		return completions.Answer{Candidates: s.flagCandidates()}
	case r.at == nil:
		return completions.Answer{Candidates: verbCandidates(r.app.Commands)}
	case r.operandKind() == fileName && len(r.operands) == 0:
		return completions.Answer{Kind: completions.FileNames}
	case len(r.at.Subcommands) > 0:
		return completions.Answer{Candidates: verbCandidates(r.at.Subcommands)}
	case r.operandKind() == profileThenCommand && len(r.names()) == 1:
		return completions.Answer{Kind: completions.WrappedCommand, At: len(words)}
	}
	values := s.operandValues()
	if len(values) == 0 && r.operandKind() == noOperand && !r.dashes {
		values = s.flagCandidates()
	}
	return completions.Answer{Candidates: values}
}

// verbCandidates are the commands that a person is told of.
func verbCandidates(commands []*cli.Command) []completions.Candidate {
	var out []completions.Candidate
	for _, c := range commands {
		if !c.Hidden {
			out = append(out, completions.Candidate{Value: c.Name, About: c.Usage})
		}
	}
	return out
}

// flagCandidates are those of the verb, then those of stsx, that are not on the line yet.
func (s valueSources) flagCandidates() []completions.Candidate {
	var out []completions.Candidate
	offered := map[string]bool{}
	add := func(flags []cli.Flag) {
		for _, f := range flags {
			name := f.Names()[0]
			used := s.flagGiven(name)
			if used || offered[name] || !isVisibleFlag(f) || name == "version" && s.at != nil {
				continue
			}
			offered[name] = true
			about := ""
			if d, ok := f.(cli.DocGenerationFlag); ok {
				about = strings.ReplaceAll(d.GetUsage(), "`", "")
			}
			out = append(out, completions.Candidate{Value: "--" + name, About: about})
		}
	}
	if s.at != nil {
		add(s.at.Flags)
	}
	add(s.app.Flags)
	return out
}
