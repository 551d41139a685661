package commands

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/config"
	"stsx/session/page"
)

// errorSample is an error as a person meets it.
type errorSample struct {
	when string
	err  error
}

// errorSamples has one for each cure that report.go knows, and for the errors that
// know their own.
func errorSamples() []errorSample {
	refused := func(what, said string, kind session.Refusal) error {
		return &session.RefusedError{What: what, Said: said, Kind: kind}
	}
	aws := func(code, message string) error {
		return &session.AWSError{Act: "assuming Admin in 123456789012", Code: code, Message: message}
	}
	unread := func(code, message string) error {
		return &session.AWSError{Act: "assuming Admin in 123456789012", Code: code, Message: message, Unread: true}
	}
	return []errorSample{
		{"there is no configuration", &config.MissingError{Path: "~/.config/stsx/config.toml"}},
		{"a mistake in the command line", &usageError{"the profile's name is empty", "exec"}},
		{"a profile where a command belongs", &misplacedProfileError{"prod"}},
		{"secrets would be shown on a terminal", &terminalOutputError{`to load them in bash: eval "$(stsx env dev)"`}},
		{
			"nobody to ask",
			&session.InputError{What: "the password for jane.roe@example.com", Give: "set STSX_PASSWORD or use --password-stdin"},
		},
		{"another program has the terminal", &terminalHeldError{input: &session.InputError{What: "the password for jane.roe@example.com"},
			why: "another program is using this terminal", login: "stsx login prod"}},
		{"interrupted", session.ErrInterrupted},
		{"the window was closed", session.ErrWindowClosed},
		{"wrong password", refused("the password", "Unable to sign in", session.RefusedPassword)},
		{"wrong code", refused("the code", "Invalid code. Try again.", session.RefusedCode)},
		{"account locked", refused("the account", "", session.RefusedLocked)},
		{"password expired", refused("the password", "Your password has expired", session.RefusedExpired)},
		{"app not assigned", refused("the app", "User is not assigned to this application.", session.RefusedNotAssigned)},
		{"too many tries", refused("the sign-in", "Too many requests", session.RefusedTooMany)},
		{"too many tries, and Okta says for how long",
			&session.RefusedError{What: "the sign-in", Said: "Too many requests", Kind: session.RefusedTooMany, Wait: 42 * time.Second}},
		{"push rejected on the phone", refused("the push", "You have chosen to reject this login.", session.RefusedPush)},
		{"push not answered", refused("the push", "", session.RefusedUnanswered)},
		{"kept out by a policy", refused("the sign-in", "You do not have permission to perform this action", session.RefusedPolicy)},
		{"a policy that is none", &policyError{errors.New("has no Statement")}},
		{
			"the device does not meet the requirements",
			refused("the device", "Your device doesn't meet the requirements", session.RefusedDevice),
		},
		{"any other no of Okta's", refused("the sign-in", "Something went wrong", session.RefusedOther)},
		{"Okta is not available", &session.UnavailableError{Status: 503, Wait: time.Minute}},
		{"a page of another host", &session.OriginError{Got: "https://login.example.net", Want: "https://acme.okta.com"}},
		{"a page of another host posts the assertion",
			&page.ForeignPostError{Got: "https://login.example.net", Want: "https://acme.okta.com"}},
		{"a page that stsx does not know", &session.PageError{Why: "stsx does not know the page", Screenshot: "page.png"}},
		{"the same without --verbose", &session.PageError{Why: "stsx does not know the page"}},
		{"it takes too long", fmt.Errorf("signing in: %w", context.DeadlineExceeded)},
		{"no role granted", &session.RoleError{}},
		{"the role is not granted", &session.RoleError{Asked: "role Admni", Near: []string{"Admin in 123456789012"}}},
		{"an account that the configuration keeps out",
			&session.GuardError{Profile: "prod", Account: "123456789012", Allowed: []string{"111111111111"}}},
		{"AWS was not reached", &session.AWSError{Act: "assuming Admin in 123456789012", Err: errors.New("connection refused")}},
		{"another role came back", &session.AWSError{Act: "assuming Admin in 123456789012", Err: session.ErrNotThatRole}},
		{"more roles than AWS takes", aws("ValidationError",
			"Value at 'sAMLAssertion' failed to satisfy constraint: Member must have length less than or equal to 100000")},
		{
			"a role, duration or region that can't be",
			aws("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration"),
		},
		{"the assertion is too old", aws("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")},
		{"the source's session has ended", aws("ExpiredToken", "The security token included in the request is expired")},
		{"the assertion is encrypted, and the profile names no provider", &session.EncryptedError{Profile: "prod"}},
		{"the roles of an encrypted assertion were to be listed", &session.EncryptedError{}},
		{"AWS can't decrypt the assertion, or does not trust it", unread("InvalidIdentityToken", "Response signature invalid")},
		{"the role does not let you in, by an encrypted assertion",
			unread("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")},
		{"AWS does not trust the provider", aws("InvalidIdentityToken", "Response signature invalid")},
		{"the role does not let you in", aws("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")},
		{"the region is switched off", aws("RegionDisabledException", "STS is not activated in this region for account")},
		{"policy, ARNs and tags are too large together", aws("PackedPolicyTooLarge", "Packed policy consumes 132% of allotted space")},
		{"AWS does not understand the policy", aws("MalformedPolicyDocument", "Syntax errors in policy.")},
		{"AWS limits requests", aws("Throttling", "Rate exceeded")},
		{"AWS has trouble", aws("ServiceUnavailable", "Service Unavailable")},
		{"any other no of AWS's", aws("IDPRejectedClaim", "The identity provider returned an error")},
		{"the browser for the console can't be opened", &browseError{errors.New("opening the browser: there is no display")}},
		{"the socket of another stsx serve", &session.ServeError{What: "the socket /run/user/1000/stsx/serve.sock",
			Why: "is in use by another stsx serve (pid 4711)", Cure: "end that one, or name another with --socket"}},
		{"a port that is in use", &session.ServeError{What: "port 127.0.0.1:9911", Why: "is in use by another program",
			Cure: "name another with --port; 0 is any that is free"}},
		{"stsx serve needs a sign-in", &session.ServedError{Code: session.ServedNeedsInput,
			Message: "prod: a sign-in to acme is required, and stsx serve has no terminal to ask on. " +
				"Run, where it runs: stsx login prod"}},
		{"a profile that stsx serve does not have", &session.ServedError{Code: "NotFound",
			Message: `there are no such credentials here; there are those of "prod", "dev"`}},
		{"credentials that come before those of --refresh",
			&shadowedError{"the keys in [default] of ~/.aws/credentials", "remove them"}},
		{
			"`stsx use` without the hook",
			&hookError{`"stsx use" needs the shell hook`, "add it to your shell's startup file (stsx help init), or use stsx env"},
		},
	}
}

// TestTableOfErrors: docs/errors.md has the errors with their statuses and cures as
// the program reports them. With STSX_WRITE=1 it writes the table anew.
func TestTableOfErrors(t *testing.T) {
	const path, begin, end = "../docs/errors.md", "<!-- table: written by TestTableOfErrors -->\n", "<!-- end of the table -->\n"
	var table strings.Builder
	table.WriteString("| when | what stsx says | status | what to do |\n|---|---|---|---|\n")
	for _, s := range errorSamples() {
		code, hint := errorStatus(s.err)
		fmt.Fprintf(&table, "| %s | %s | %d | %s |\n", s.when, tableCell(s.err.Error()), code, tableCell(hint))
	}
	for _, words := range longLiterals(t, "report.go") {
		if !strings.Contains(table.String(), words) {
			t.Errorf("no error of the table has the cure %q: add one to errorSamples", words)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	written, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", path)
	}
	if written == table.String() {
		return
	}
	if os.Getenv("STSX_WRITE") == "" {
		t.Fatalf("the table in %s is not what stsx says: run STSX_WRITE=1 go test ./commands -run TestTableOfErrors", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+table.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tableCell is text in one cell of a table.
func tableCell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}

// longLiterals are the sentences in a file: what is joined to one that is long
// enough stands in it too.
func longLiterals(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if ok && literal.Kind == token.STRING {
			words, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			if len(words) > 30 && strings.Contains(words, " ") {
				out = append(out, strings.TrimSpace(words))
			}
		}
		return true
	})
	if len(out) < 20 {
		t.Errorf("only %d sentences found in %s", len(out), path)
	}
	return out
}
