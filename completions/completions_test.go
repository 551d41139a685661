package completions

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	for _, c := range []struct {
		answer Answer
		want   string
	}{
		{Answer{}, "values\n"},
		{Answer{Kind: FileNames, Prefix: "--config="}, "files --config=\n"},
		{Answer{Kind: WrappedCommand, At: 3}, "command 3\n"},
		{Answer{Candidates: []Candidate{{"a b", "what it is"}, {"b", ""}, {"", "nothing to type"}}}, "values\na b\twhat it is\nb\n"},
	} {
		var out strings.Builder
		if err := c.answer.PrintAnswer(&out); err != nil || out.String() != c.want {
			t.Errorf("%+v: %q, want %q (%v)", c.answer, out.String(), c.want, err)
		}
	}
}

func TestParseBash(t *testing.T) {
	for _, c := range []struct {
		line, text string
		words      []string
		current    string
	}{
		{"stsx ", "", nil, ""},
		{"stsx", "stsx", nil, ""},
		{"", "", nil, ""},
		{"stsx exec pr", "pr", []string{"exec"}, "pr"},
		{"stsx  exec\t'a b' ", "", []string{"exec", "a b"}, ""},
		{`stsx exec a\ b`, `a\ b`, []string{"exec"}, "a b"},
		{`stsx exec "a \"b\$ \x`, `a \"b\$ \x`, []string{"exec"}, `a "b$ \x`},
		{`stsx exec 'a"b`, `a"b`, []string{"exec"}, `a"b`},
		{`stsx exec a\`, `a\`, []string{"exec"}, "a"},
		{`stsx exec $(touch x)`, `x)`, []string{"exec", "$(touch"}, "x)"},
		{"stsx exec `id", "`id", []string{"exec"}, "`id"},
		{"stsx exec team:bl", "bl", []string{"exec"}, "team:bl"},
		{"stsx exec --mfa=t", "t", []string{"exec"}, "--mfa=t"},
		{"stsx exec prod 2>&1 >out </dev/null te", "te", []string{"exec", "prod"}, "te"},
		{"stsx exec 'a'\"b\"c d", "d", []string{"exec", "abc"}, "d"},
		{"stsx exec '' d", "d", []string{"exec", ""}, "d"},
		{"stsx exec ü", "ü", []string{"exec"}, "ü"},
	} {
		l := ParseBash(c.line, c.text, nil)
		if !reflect.DeepEqual(l.Words, c.words) || l.Current != c.current {
			t.Errorf("%s: %q %q, want %q %q", c.line, l.Words, l.Current, c.words, c.current)
		}
	}
}

func TestFit(t *testing.T) {
	candidates := func(values ...string) Answer {
		a := Answer{}
		for _, v := range values {
			a.Candidates = append(a.Candidates, Candidate{Value: v})
		}
		return a
	}
	for _, c := range []struct {
		line, text, value, want string
	}{
		{"stsx exec ", "", "prod", "prod"},
		{"stsx exec x", "x", "prod", ""},
		{"stsx exec ", "", "a b$(x)`'\"\\!*?[]{}~#&|;<>^", "a\\ b\\$\\(x\\)\\`\\'\\\"\\\\\\!\\*\\?\\[\\]\\{\\}\\~\\#\\&\\|\\;\\<\\>\\^"},
		{"stsx exec '", "", "a'b !", `a'\''b !`},
		{"stsx exec 'a", "a", "a'b", `a'\''b`},
		{`stsx exec "`, "", "a$b`c\"d\\e!", "a\\$b\\`c\\\"d\\\\e\"'!'\""},
		{"stsx exec team:bl", "bl", "team:blue", "blue"},
		{"stsx exec team:", "", "team:blue", "blue"},
		{`stsx exec team\:bl`, `team\:bl`, "team:blue", "team:blue"},
		{"stsx exec 'team:bl", "team:bl", "team:blue", "team:blue"},
		{"stsx exec a\\ b:c", "c", "a b:cd", "cd"},
		{"stsx exec --mfa=t", "t", "--mfa=totp", "totp"},
		{"stsx exec --mfa='t", "t", "--mfa=totp", "totp"},
		// As sudo's completion passes it on: COMP_WORDS' word.
		{"stsx exec team:bl", "blah", "team:blue", "blue"},
		{"stsx exec 'a", "'a", "a b", "a b"},
		{"stsx exec ü", "ü", "ümlaut", "ümlaut"},
	} {
		got := ParseBash(c.line, c.text, nil).FitAnswer(candidates(c.value)).Candidates
		switch {
		case c.want == "" && len(got) == 0:
		case len(got) != 1 || got[0].Value != c.want:
			t.Errorf("%s + %s: %q, want %q", c.line, c.value, got, c.want)
		}
	}
	if a := ParseBash("stsx exec prod >o", "o", nil).FitAnswer(candidates("o")); a.Kind != FileNames {
		t.Errorf("a redirection's file: %+v", a)
	}
	if a := ParseBash("stsx exec prod >", "", nil).FitAnswer(candidates("o")); a.Kind != FileNames {
		t.Errorf("a redirection's file: %+v", a)
	}
	split := []string{"stsx", "exec", "team", ":", "blue", "--", "git", "st"}
	if a := ParseBash("stsx exec team:blue -- git st", "st", split).FitAnswer(Answer{Kind: WrappedCommand, At: 3}); a.At != 6 {
		t.Errorf("the command is word %d, want 6", a.At)
	}
	split = []string{"stsx", "exec", "prod", ""}
	if a := ParseBash("stsx exec prod ", "", split).FitAnswer(Answer{Kind: WrappedCommand, At: 2}); a.At != 3 {
		t.Errorf("the command is word %d, want 3", a.At)
	}
}

func TestPick(t *testing.T) {
	quote := func(value string) (string, error) {
		if value == "prohibited !" {
			return "", errors.New("no spelling")
		}
		return "'" + value + "'", nil
	}
	a := Answer{Candidates: []Candidate{{"prod", ""}, {"Prod two", ""}, {"dev", ""}, {"8h", ""}, {"prohibited !", ""}}}
	got := PickCandidates(a, "PR", quote).Candidates
	if want := []Candidate{{"prod", ""}, {"'Prod two'", ""}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for word, want := range map[string]string{"": "", "a": "a", "'a b": "a b", `"a b"`: "a b", "`x": "x", "'": ""} {
		if got := UnquoteWord(word); got != want {
			t.Errorf("Unquote(%s) = %q, want %q", word, got, want)
		}
	}
}

func TestScripts(t *testing.T) {
	for _, shell := range ShellNames() {
		whole, ok := StandaloneScript(shell)
		body, also := HookScript(shell)
		if !ok || !also || !strings.HasSuffix(whole, body) || !strings.Contains(body, "__complete "+shell) {
			t.Errorf("%s: %v %v", shell, ok, also)
		}
	}
	if _, ok := StandaloneScript("tcsh"); ok {
		t.Error("a script for tcsh")
	}
}
