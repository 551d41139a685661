//go:build unix

package tests

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// wordRule is what may not stand in what a person reads, and what stands there instead.
type wordRule struct {
	pattern string
	instead string
	except  []string // expressions for whole phrases in which it may
}

// wordRules are the terms that messages and help keep to. An exception is a key's
// or a command's name, Okta's or TOML's own word, or another sense of the word.
func wordRules() []wordRule {
	return []wordRule{
		{`kept|keeping`, "saved", nil},
		{`keeps?`, "save", []string{
			`keeps stsx from working`, `keeps? you out`, `keeps this machine busy`, `--keep-going`, `keep me signed in`, `keeps its credentials`,
		}},
		{`forgets?|forgot|forgotten|forgetting`, "remove", []string{`password forget`, `set \| forget \| status`}},
		{`remember(s|ed|ing)?`, "save", []string{`remember = true`, `remember is (for type|not set)`, `remembered sign-ins`}},
		{`refused|refusal`, "rejected", []string{`connection refused`, `refused the connection`, `refused password`, `^, refused$`}},
		{`nobody`, "say who, or that there is no terminal", nil},
		{`a person|persons?`, "you", nil},
		{`idps?`, "identity provider", []string{`\[idp`, `--idp`, `^idp %q contradicts`}},
		{`tables?`, "section, or [idp.NAME]", []string{
			`not a table`, `is a table: write`, `an inline table`, `after a table's name`, `in a list or a table`, `a list of tables`, `^a table$`,
		}},
		{`urls?`, "link", []string{
			`url:`, `url (is|begins|holds|names)`, `correct url`, `no url:`, `the url of %s`, `its (saml_auth_)?url`, `at (another )?url \(`,
			`that url;`, `the org's url`, `FILE\|URL`, `is not a( proxy's)? URL`,
		}},
		{`address of the (aws )?app|app's (own )?address`, "link", []string{`the app's own address is there under Applications`}},
		{`rc files?|rc line`, "startup file", nil},
		{`(take|takes|taken|took) out`, "remove", nil},
		{`(keyring|stsx) holds|held`, "saved", nil},
		{`misused`, "usage error", nil},
		{`another now|as it should be|all the same|the answer was no|near it`, "plain words", nil},
	}
}

// brokenRule is the first rule that text breaks, and the words that do.
func brokenRule(text string) (rule wordRule, words string) {
	for _, r := range wordRules() {
		rest := text
		if r.except != nil {
			rest = regexp.MustCompile(`(?im)`+strings.Join(r.except, "|")).ReplaceAllString(text, "…")
		}
		if words := regexp.MustCompile(`(?i)\b(` + r.pattern + `)\b`).FindString(rest); words != "" {
			return r, words
		}
	}
	return wordRule{}, ""
}

// TestWordsOfMessages: sentences in the code that people read, help among them.
func TestWordsOfMessages(t *testing.T) {
	t.Parallel()
	var sentences []string
	for _, folder := range []string{"../session", "../commands", "../shellinit", "../main.go"} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			for _, text := range sentencesOf(t, path) {
				sentences = append(sentences, text)
				if rule, words := brokenRule(text); words != "" {
					t.Errorf("%s: %q is no word for a message; write %s: %s", path, words, rule.instead, text)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(sentences) < 1000 {
		t.Errorf("only %d sentences were found", len(sentences))
	}
	all := strings.Join(sentences, "\n")
	for _, rule := range wordRules() {
		for _, phrase := range rule.except {
			if !regexp.MustCompile(`(?im)` + phrase).MatchString(all) {
				t.Errorf("no message has %q any more: remove the exception", phrase)
			}
		}
	}
}

// sentencesOf are a file's string literals of several words that are no code: no
// script for a page, no CSS selector, no text of a template.
func sentencesOf(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, " ") && !regexp.MustCompile(`=>|\binput\[`).MatchString(text) {
			out = append(out, strings.Join(strings.Fields(text), " "))
		}
		return true
	})
	return out
}

// TestBrokenRule: words are found, and exceptions let nothing else through.
func TestBrokenRule(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a kept one is forgotten":                        "kept",
		"the password was Refused":                       "Refused",
		"connection refused":                             "",
		"connection refused, and the code was refused":   "refused",
		"stsx password forget":                           "",
		"stsx forgets it":                                "forgets",
		"names no [idp.acme], whose idp":                 "idp",
		"put it into the shell's rc file":                "rc file",
		"is needed, and nobody can be asked":             "nobody",
		"remember = true keeps Okta's cookies":           "keeps",
		"Password saved; `stsx password set` renews it":  "",
		"a tablet, or a bookkeeper's unforgettable idea": "",
	} {
		if _, got := brokenRule(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
