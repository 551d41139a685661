package commands

import (
	"slices"
	"strings"
	"testing"
)

// parseWords splits a command line as Run does.
func parseWords(words ...string) (commandLine, error) {
	r := &commandRun{}
	return parseArgs(r.commandTree(), words)
}

// TestForms is the table of how a command line may be written.
func TestForms(t *testing.T) {
	empty, prod := "", "prod"
	for _, c := range []struct {
		line string // words, with _ for an empty one
		want commandLine
	}{
		{"", commandLine{}},
		{"exec", commandLine{verb: "exec"}},
		{"exec prod", commandLine{verb: "exec", profile: &prod}},
		{"exec _", commandLine{verb: "exec", profile: &empty}},
		{"exec prod ls", commandLine{verb: "exec", profile: &prod, operands: []string{"ls"}}},
		{"exec prod -- ls", commandLine{verb: "exec", profile: &prod, operands: []string{"ls"}}},
		{"exec -- ls -l", commandLine{verb: "exec", operands: []string{"ls", "-l"}}},
		{"exec prod --", commandLine{verb: "exec", profile: &prod}},
		// Flags of stsx on either side of PROFILE, and before the verb.
		{"exec --role Dev prod ls", commandLine{verb: "exec", profile: &prod, globals: []string{"--role", "Dev"},
			operands: []string{"ls"}}},
		{"exec prod --role Dev ls", commandLine{verb: "exec", profile: &prod, globals: []string{"--role", "Dev"},
			operands: []string{"ls"}}},
		{"exec prod --role=Dev ls", commandLine{verb: "exec", profile: &prod, globals: []string{"--role=Dev"}, operands: []string{"ls"}}},
		{"--role Dev exec --quiet prod --no-input -- ls", commandLine{verb: "exec", profile: &prod, globals: []string{"--role", "Dev",
			"--quiet", "--no-input"}, operands: []string{"ls"}}},
		{"exec prod --role= ls", commandLine{verb: "exec", profile: &prod, globals: []string{"--role="}, operands: []string{"ls"}}},
		{"exec prod --mfa-code -1 ls", commandLine{verb: "exec", profile: &prod, globals: []string{"--mfa-code", "-1"},
			operands: []string{"ls"}}},
		{"exec prod --role -- ls", commandLine{verb: "exec", profile: &prod, globals: []string{"--role", "--"}, operands: []string{"ls"}}},
		{"exec prod --region a --region b", commandLine{verb: "exec", profile: &prod, globals: []string{"--region", "a", "--region", "b"}}},
		// From the first word of CMD on, nothing is stsx's.
		{"exec prod ls --role x --help -h --bogus", commandLine{verb: "exec", profile: &prod, operands: []string{"ls", "--role", "x",
			"--help", "-h", "--bogus"}}},
		{"exec prod -- ls -- --json", commandLine{verb: "exec", profile: &prod, operands: []string{"ls", "--", "--json"}}},
		{"exec prod ls -- x", commandLine{verb: "exec", profile: &prod, operands: []string{"ls", "--", "x"}}},
		{"exec prod -- -- ls", commandLine{verb: "exec", profile: &prod, operands: []string{"--", "ls"}}},
		{"exec prod -- --help", commandLine{verb: "exec", profile: &prod, operands: []string{"--help"}}},
		{"exec prod _ x", commandLine{verb: "exec", profile: &prod, operands: []string{"", "x"}}},
		{"exec prod - x", commandLine{verb: "exec", profile: &prod, operands: []string{"-", "x"}}},
		{"exec -h", commandLine{verb: "exec", flags: []string{"-h"}, help: true}},
		{"exec prod --help ls", commandLine{verb: "exec", profile: &prod, flags: []string{"--help"}, operands: []string{"ls"},
			help: true}},
		{"exec prod --role --help", commandLine{verb: "exec", profile: &prod, globals: []string{"--role", "--help"}}},
		// Other verbs take their flags anywhere.
		{"login dev --force prod", commandLine{verb: "login", flags: []string{"--force"}, operands: []string{"dev", "prod"}}},
		{"each a* b --jobs 2 -- ls -l", commandLine{verb: "each", flags: []string{"--jobs", "2"}, patterns: []string{"a*", "b"},
			operands: []string{"ls", "-l"}}},
		{"each -j 2 -- --", commandLine{verb: "each", flags: []string{"-j", "2"}, operands: []string{"--"}}},
		{"each a --json b -- ls -- --json", commandLine{verb: "each", flags: []string{"--json"}, patterns: []string{"a", "b"},
			operands: []string{"ls", "--", "--json"}}},
		{"login dev -- --force", commandLine{verb: "login", operands: []string{"dev", "--force"}}},
		{"password set --idp acme", commandLine{verb: "password set", flags: []string{"--idp", "acme"}}},
		{"--quiet password --no-input set", commandLine{verb: "password set", globals: []string{"--quiet", "--no-input"}}},
		{"password --help", commandLine{verb: "password", globals: []string{"--help"}, help: true}},
		{"help password set", commandLine{verb: "help", operands: []string{"password", "set"}}},
		{"status --json=false", commandLine{verb: "status", flags: []string{"--json=false"}}},
	} {
		words := strings.Fields(c.line)
		for i, w := range words {
			if w == "_" {
				words[i] = ""
			}
		}
		got, err := parseWords(words...)
		same := got.verb == c.want.verb && got.help == c.want.help && slices.Equal(got.globals, c.want.globals) &&
			slices.Equal(got.flags, c.want.flags) &&
			slices.Equal(got.operands, c.want.operands) && slices.Equal(got.patterns, c.want.patterns) &&
			(got.profile == nil) == (c.want.profile == nil) &&
			(got.profile == nil || *got.profile == *c.want.profile)
		if err != nil || !same {
			t.Errorf("%s: %+v, %v", c.line, got, err)
		}
	}
}

// TestFormsRefused: what can't be understood, and what may have been meant.
// TestHostileFlag: what is no flag is quoted, see tests/script/usage.txtar for the others.
func TestHostileFlag(t *testing.T) {
	_, err := parseWords("exec", "\x1b[2J", "--\x1b[31m")
	if err == nil || !strings.Contains(err.Error(), `unknown flag "--\x1b[31m"`) {
		t.Error(err)
	}
	if code, _ := errorStatus(err); code != statusUsage {
		t.Error(code)
	}
}

// FuzzArgs: it never panics, and whatever the words, those of CMD come out as
// they went in.
func FuzzArgs(f *testing.F) {
	f.Add("exec", "prod", "--", "ls", "--role")
	f.Add("--role", "exec", "exec", "-", "")
	f.Fuzz(func(t *testing.T, a, b, c, d, e string) {
		words := []string{a, b, c, d, e}
		got, err := parseWords(words...)
		if err == nil && got.verb == "exec" && !slices.Equal(got.operands, words[len(words)-len(got.operands):]) {
			t.Errorf("%q: %q", words, got.operands)
		}
		got, err = parseWords(append([]string{"exec", "prod", "--"}, words...)...)
		if err != nil || !slices.Equal(got.operands, words) || got.help {
			t.Errorf("%q: %+v, %v", words, got, err)
		}
	})
}
