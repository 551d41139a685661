package commands

import (
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"stsx/completions"
	"stsx/shellinit"
)

// freeFlags take a value that nobody but the person knows.
func freeFlags() []string {
	return []string{"mfa-code", "cmd", "as", "service", "prefix", "link", relativeToFlag}
}

// bareVerbs take no operand.
func bareVerbs() []string {
	return []string{"log", "status", "roles", "password", "password set", "password forget", "password status", "version",
		"unuse", "prompt", "configure", "doctor"}
}

func newRun() *commandRun {
	r := &commandRun{HostSystem: HostSystem{Environ: []string{}}}
	r.app = r.commandTree()
	return r
}

func everyCommand(commands []*cli.Command, under string, do func(verb string, c *cli.Command)) {
	for _, c := range commands {
		verb := strings.TrimSpace(under + " " + c.Name)
		do(verb, c)
		everyCommand(c.Subcommands, verb, do)
	}
}

// Whoever adds a verb or a flag decides what completes it.
func TestEveryVerbAndFlagIsDecided(t *testing.T) {
	r := newRun()
	flags := slices.Clone(r.app.Flags)
	everyCommand(r.app.Commands, "", func(verb string, c *cli.Command) {
		if _, ok := operandKinds()[verb]; ok == slices.Contains(bareVerbs(), verb) {
			t.Errorf("%s: say in taken() what completes its operands, or in bareVerbs() that there are none", verb)
		}
		flags = append(flags, c.Flags...)
	})
	for _, f := range flags {
		name := f.Names()[0]
		_, ok := flagSources()[name]
		known := ok || slices.Contains(fileFlags(), name) || slices.Contains(freeFlags(), name)
		if takesValue(f) && !known {
			t.Errorf("--%s: say in flagSources() or fileFlags() where its values come from, or in freeFlags() that nothing knows", name)
		}
	}
}

// TestCompletedArgs: what the parser refuses is passed over, and the command
// behind the profile is found.
func TestCompletedArgs(t *testing.T) {
	r := newRun()
	for line, want := range map[string]struct {
		verb    string
		wrapped int
	}{
		"exec prod":                              {"exec", -1},
		"exec --bogus prod terraform plan":       {"exec", 3},
		"exec prod --no-such -- terraform plan":  {"exec", 4},
		"--region eu-west-1 exec prod -- a -- b": {"exec", 5},
		"each a* --bogus -- ls":                  {"each", 4},
		"login a --bogus b":                      {"login", -1},
		"--bogus password --what set":            {"password set", -1},
		"-- login a":                             {"login", -1},
		"password":                               {"password", -1},
		"exec prod --role":                       {"exec", -1},
	} {
		got := completedArgs(r.app, strings.Fields(line))
		if got.verb != want.verb || got.wrapped != want.wrapped || got.unknown {
			t.Errorf("%s: verb %q, command at %d, unknown %v", line, got.verb, got.wrapped, got.unknown)
		}
	}
	if got := completedArgs(r.app, []string{"password", "lose", "--idp"}); !got.unknown || got.needValue != nil {
		t.Error(got)
	}
	if got := completedArgs(r.app, []string{"exec", "--role"}); got.needValue == nil || got.needValue.Names()[0] != "role" {
		t.Error(got)
	}
}

// Every shell with a script can have what it needs quoted.
func TestDialectsOfCompletion(t *testing.T) {
	for _, name := range []string{"powershell", "nushell"} {
		if _, err := shellinit.LookupDialect(name); err != nil {
			t.Error(err)
		}
	}
}

// TestVisibleAnswer: what can't be typed is not offered, and what is said of a
// candidate stays on its line.
func TestVisibleAnswer(t *testing.T) {
	var given []completions.Candidate
	for _, value := range []string{"a b", "a\nb", "a\tb", "\x1b]0;x\a", "\u202eab", "a\u2028b", "\xff", "\u009b", "pr\u200bod",
		"pr\u00adod", "b"} {
		given = append(given, completions.Candidate{Value: value, About: "what\tit\nis\x1b[31m"})
	}
	got := visibleAnswer(completions.Answer{Candidates: given}).Candidates
	want := []completions.Candidate{{Value: "a b", About: "what it is\ufffd[31m"}, {Value: "b", About: "what it is\ufffd[31m"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
