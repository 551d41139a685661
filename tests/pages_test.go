//go:build unix

package tests

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/tests/okta"
)

// situation is what a sign-in can meet. docs/okta.md has a row for each.
type situation struct {
	row    string        // name of the row and of the test
	answer string        // how stsx answers it, for docs/okta.md
	on     []okta.Engine // the engines that have it; nil: all
	alike  likeness      // which of them need not all be run with
	within string        // the row or test that shows this one too: an ordinary run leaves it at that, with the engines that one has
	run    func(t *testing.T, config okta.Config)
}

// likeness is which engines a row is the same with.
type likeness int

const (
	noEngines       likeness = iota // each has a page of its own for it
	identityEngines                 // Gen2 and Gen3 get one answer, and another row has what differs in their pages
	everyEngine                     // the page is not the widget's, or another row has what differs
)

// situations is every page and every authenticator that stsx is known to answer.
func situations() []situation {
	return slices.Concat(
		plainSituations(),
		windowSituations(),
		rememberSituations(),
		engineSituations(),
		codeSituations(),
		pushSituations(),
		unknownPageSituations(),
		userWindowSituations(),
		fastPassSituations(),
		interstitialSituations(),
		workSituations(),
		outageSituations(),
	)
}

func plainSituations() []situation {
	return []situation{
		{
			row:    "username and password on one page, no second factor",
			answer: "typed in, at the configured origin only; nothing is asked",
			alike:  everyEngine,
			run:    noFactor,
		},
		{row: "username first", answer: "typed in on two pages", within: everyCodeTest, run: usernameFirst},
		{row: "Google Authenticator", answer: "the code is asked for, given or printed by `mfa_command`", run: googleCode},
		{row: "Okta Verify code", answer: "as Google Authenticator", within: everyCodeTest, run: oktaVerify},
		{row: "several factors", answer: "the one in `mfa` or `--mfa`, else a list to pick from", alike: everyEngine, run: severalFactors},
		{row: "wrong password", answer: "Okta's words, exit 4; the same one is never sent again", run: wrongPassword},
		{row: "wrong code", answer: "asked for again, three times at most", within: everyCodeTest, run: wrongCode},
		{row: "account locked", answer: "Okta's words, exit 4", alike: identityEngines, run: lockedOut},
		{row: "password expired", answer: "Okta's words, exit 4", alike: identityEngines, run: passwordExpired},
		{row: "password expires soon", answer: "put off, saying in how many days", within: whatCanWaitRow, run: passwordWarning},
		{row: "app not assigned", answer: "Okta's words, exit 4", alike: identityEngines, run: notAssigned},
		{row: "sign-in left too long", answer: "started over, once", alike: identityEngines, run: expiredState},
		{
			row:    "rate limited for longer than a sign-in lasts",
			answer: "Okta's words and for how long, exit 4",
			alike:  identityEngines,
			run:    rateLimited,
		},
		{row: "unknown page", answer: "quoted", alike: everyEngine, run: unknownPage},
		{row: "another host", answer: "nothing is typed", alike: everyEngine, run: anotherHost},
		{row: "no role granted", answer: "exit 5", alike: everyEngine, run: noRoleGranted},
		{row: "slow org", answer: "waited for, up to `timeout`", alike: everyEngine, run: slowOrg},
		{row: "the page's language comes late", answer: "its spinner is waited for", on: []okta.Engine{okta.Classic}, run: lateLanguage},
		{row: "factor not offered", answer: "named, with those that are", alike: everyEngine, run: factorNotOffered},
	}
}

func allEngines() []okta.Engine { return []okta.Engine{okta.Classic, okta.Gen2, okta.Gen3} }

func (s situation) hasEngine(e okta.Engine) bool { return s.on == nil || slices.Contains(s.on, e) }

// enginesOf are the engines that a run takes a row with: all that have it, or one
// of those that are alike, or none where another test shows the row.
func enginesOf(s situation) []okta.Engine {
	engines := slices.DeleteFunc(allEngines(), func(e okta.Engine) bool { return !s.hasEngine(e) })
	switch {
	case wantsEveryRow():
	case s.within != "":
		return slices.DeleteFunc(engines, s.isShownWithin)
	case s.alike == identityEngines:
		left := []okta.Engine{okta.Gen2, okta.Gen3}[hashOf(s.row)%2]
		return slices.DeleteFunc(engines, func(e okta.Engine) bool { return e == left })
	case s.alike == everyEngine:
		return engines[hashOf(s.row)%len(engines):][:1]
	}
	return engines
}

// wantsEveryRow: with a language or a version of the widget, and where -run names a
// row, nothing is left to another engine or test.
func wantsEveryRow() bool {
	return os.Getenv("STSX_WIDGET") != "" || os.Getenv("STSX_TEST_LANGUAGE") != "" ||
		strings.Contains(flag.Lookup("test.run").Value.String(), "/")
}

// isShownWithin reports that another row or test shows s with e.
func (s situation) isShownWithin(e okta.Engine) bool {
	if s.within == everyCodeTest {
		return e != okta.Classic
	}
	return slices.ContainsFunc(situations(), func(o situation) bool { return o.row == s.within && o.hasEngine(e) })
}

// isLikeAnother reports that an ordinary run may leave e out.
func (s situation) isLikeAnother(e okta.Engine) bool {
	return s.alike == everyEngine || s.alike == identityEngines && e != okta.Classic
}

func hashOf(row string) int {
	hash := fnv.New32a()
	hash.Write([]byte(row))
	return int(hash.Sum32() >> 1)
}

// languageOf spreads the languages over the engines of a row, so that a run
// sees every row in English, German and Japanese at the price of one.
// STSX_TEST_LANGUAGE asks for the whole list in one language.
func languageOf(row string, engine okta.Engine) string {
	if language := os.Getenv("STSX_TEST_LANGUAGE"); language != "" {
		return language
	}
	languages := []string{okta.English, "de", "ja"}
	return languages[(hashOf(row)+int(engine))%3]
}

// TestPages: where a situation quotes Okta's page it says so with
// desk.wantOktaText or desk.oktaTexts, because the page comes in the language of languageOf.
func TestPages(t *testing.T) {
	for _, s := range situations() {
		for _, engine := range enginesOf(s) {
			t.Run(s.row+"/"+engine.String(), func(t *testing.T) {
				t.Parallel()
				language := languageOf(s.row, engine)
				t.Logf("the page speaks %s", language)
				s.run(t, okta.Config{Engine: engine, Language: language})
			})
		}
	}
}

// TestTableOfPages: docs/okta.md claims what TestPages tests, and nothing else.
// With STSX_WRITE=1 it writes the table anew.
func TestTableOfPages(t *testing.T) {
	const path, begin, end = "../docs/okta.md", "<!-- table: written by TestTableOfPages -->\n", "<!-- end of the table -->\n"
	var table strings.Builder
	table.WriteString("| page or authenticator | Classic | Gen2 | Gen3 | how it is answered |\n|---|---|---|---|---|\n")
	seen := map[string]bool{}
	for _, s := range situations() {
		if seen[s.row] {
			t.Errorf("%q is there twice", s.row)
		}
		seen[s.row] = true
		wantShownWithin(t, s)
		fmt.Fprintf(&table, "| %s ", s.row)
		for _, engine := range allEngines() {
			cell := "–"
			switch {
			case s.hasEngine(engine) && s.isLikeAnother(engine):
				cell = "yes*"
			case s.hasEngine(engine):
				cell = "yes"
			}
			fmt.Fprintf(&table, "| %s ", cell)
		}
		fmt.Fprintf(&table, "| %s |\n", s.answer)
	}
	text := textOf(t, path)
	before, rest, ok := strings.Cut(text, begin)
	written, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", path)
	}
	if written == table.String() {
		return
	}
	if os.Getenv("STSX_WRITE") == "" {
		t.Fatalf("the table in %s is not that of TestPages: run STSX_WRITE=1 go test ./tests -run TestTableOfPages", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+table.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// wantShownWithin fails the test unless the row that shows s is run with all of its engines.
func wantShownWithin(t *testing.T, s situation) {
	t.Helper()
	if s.within != "" && s.within != everyCodeTest && !slices.ContainsFunc(situations(), func(o situation) bool {
		return o.row == s.within && o.within == "" && o.alike == noEngines
	}) {
		t.Errorf("%q is not shown by %q", s.row, s.within)
	}
}

func googleCode(t *testing.T, c okta.Config) {
	d := newDesk(t, c).withPasswordAndCode()
	d.wantSignIn(1)
	if yes, _ := d.stayAnswers("box"); yes != 0 {
		t.Error("without remember the box was ticked")
	}
}

func usernameFirst(t *testing.T, c okta.Config) {
	c.IdentifierFirst = true
	newDesk(t, c).withPasswordAndCode().wantSignIn(1)
}

func noFactor(t *testing.T, c okta.Config) {
	user := janeUser()
	user.GoogleTOTP = ""
	c.Users = []okta.User{user}
	newDesk(t, c).with("STSX_PASSWORD=" + janePassword).wantSignIn(0)
}

func oktaVerify(t *testing.T, c okta.Config) {
	user := janeUser()
	user.GoogleTOTP, user.OktaVerifyTOTP = "", verifySecret
	c.Users = []okta.User{user}
	d := newDesk(t, c)
	d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.factorCode(okta.OktaVerifyTOTP)).wantSignIn(1)
}

func severalFactors(t *testing.T, c okta.Config) {
	user := janeUser()
	user.OktaVerifyTOTP, user.Others = verifySecret, []okta.Factor{okta.SecurityQuestion, okta.Email}
	c.Users = []okta.User{user}
	d := newDesk(t, c)
	d.withPasswordAndCode().wantSignIn(1, "--mfa", "google_otp")
	if e := d.eventsOf(okta.CodeTried); e[0].Factor != okta.GoogleTOTP {
		t.Errorf("verified with %s", e[0].Factor)
	}
}

// wrongPassword: refused, status 4, and the very same one is not sent again.
func wrongPassword(t *testing.T, c okta.Config) {
	d := newDesk(t, c).with("STSX_PASSWORD=wrong")
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 4)
	d.wantText(r.stderr, "stsx: error: Okta said: ", "stsx: hint: ")
	d.wantOktaText(r.stderr, "Unable to sign in")
	d.wantText(d.wantStatus(d.run("exec", "prod", "--", "true"), 4).stderr, "isn't sent again")
	if n := d.countEvents(okta.PasswordTried); n != 1 {
		t.Errorf("the wrong password was sent %d times", n)
	}
	d.wantNoBrowserProfile()
}

// wrongCode: a person gets it right at the second try.
func wrongCode(t *testing.T, c okta.Config) {
	d := newDesk(t, c)
	term := d.with("STSX_PASSWORD="+janePassword).openTerminal("exec", "prod", "--", "echo", "in")
	term.waitFor("Code from Google Authenticator")
	term.typeText("000000\r")
	term.waitFor("Okta said: ")
	term.waitFor(d.oktaTexts("doesn't match our records. Please try again.")...)
	term.waitFor("Code from Google Authenticator")
	term.typeText(d.factorCode(okta.GoogleTOTP) + "\r")
	term.waitFor("in")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	if n := len(d.eventsOf(okta.CodeTried)); n != 2 {
		t.Errorf("%d codes were sent", n)
	}
	d.wantNoBrowserProfile()
}

// deskOf is a desk with its password and code, of a Jane who is otherwise as set makes her.
func deskOf(t *testing.T, c okta.Config, set func(jane *okta.User)) *desk {
	t.Helper()
	user := janeUser()
	set(&user)
	c.Users = []okta.User{user}
	return newDesk(t, c).withPasswordAndCode()
}

func lockedOut(t *testing.T, c okta.Config) {
	d := deskOf(t, c, func(jane *okta.User) { jane.Locked = true })
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 4)
	d.wantText(r.stderr, "Okta said: ", "unlock the account")
	d.wantOktaText(r.stderr, "Your account is locked. Please contact your administrator.")
	d.wantNoBrowserProfile()
}

func passwordExpired(t *testing.T, c okta.Config) {
	d := deskOf(t, c, func(jane *okta.User) { jane.PasswordExpired = true })
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 4)
	d.wantText(r.stderr, "change the password")
	d.wantOktaText(r.stderr, "Your stsx-test password has expired")
	d.wantNoBrowserProfile()
}

func passwordWarning(t *testing.T, c okta.Config) {
	d := deskOf(t, c, func(jane *okta.User) { jane.PasswordWarn = true })
	r := d.wantStatus(d.run("exec", "prod", "--", "echo", "in"), 0)
	d.wantText(r.stderr, fmt.Sprintf("your Okta password expires in %d days", okta.WarnDays))
	if d.countEvents(okta.PasswordChanged) != 0 || d.countEvents(okta.Skipped) != 1 {
		t.Errorf("the org logged %v", d.org.Log())
	}
}

func notAssigned(t *testing.T, c okta.Config) {
	d := deskOf(t, c, func(jane *okta.User) { jane.Unassigned = true })
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 4)
	d.wantText(r.stderr, "ask your Okta administrator for the AWS app")
	d.wantOktaText(r.stderr, "User is not assigned to this application.")
	d.wantNoBrowserProfile()
}

// expiredState: the sign-in starts over once, without the person.
func expiredState(t *testing.T, c okta.Config) {
	c.ExpireOnce = true
	d := newDesk(t, c).withPasswordAndCode()
	r := d.wantStatus(d.run("exec", "prod", "--", "echo", "in"), 0)
	if r.stdout != "in\n" || d.countEvents(okta.StateExpired) != 1 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}
}

func rateLimited(t *testing.T, c okta.Config) {
	d := deskOf(t, c, func(jane *okta.User) { jane.RateLimited = true })
	if r := d.wantStatus(d.run("exec", "prod", "--", "true"), 4); !hasWaitHint(r.stderr) {
		t.Error(r)
	}
}

func unknownPage(t *testing.T, c okta.Config) {
	c.Detour = okta.SurveyPage
	d := newDesk(t, c).withPasswordAndCode()
	r := d.wantStatus(d.run("exec", "prod", "--verbose", "--", "true"), 125)
	d.wantText(r.stderr, "does not know the page", d.org.URL()+"/", "it shows: ", "page.png")
	if strings.Contains(r.stderr, "?") {
		t.Errorf("a query is quoted: %s", r.stderr)
	}
	d.wantNoBrowserProfile()
}

// anotherHost: the password is not typed into a page of another origin.
func anotherHost(t *testing.T, c okta.Config) {
	foreign, err := okta.Start(okta.Config{Engine: c.Engine, Users: []okta.User{janeUser()}})
	if err != nil {
		newDesk(t, c) // skips, or fails when it has to
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = foreign.Close() })
	c.RedirectTo = foreign.EmbedURL()
	d := newDesk(t, c).withPasswordAndCode()
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 125)
	d.wantText(r.stderr, foreign.URL(), d.org.URL(), "nothing was typed")
	for _, e := range foreign.Log() {
		if e.Kind == okta.PasswordTried || e.Kind == okta.Identified {
			t.Errorf("the foreign page got %v", e)
		}
	}
}

func noRoleGranted(t *testing.T, c okta.Config) {
	user := janeUser()
	user.Roles = nil
	c.Users = []okta.User{user}
	d := newDesk(t, c).withPasswordAndCode()
	d.wantText(d.wantStatus(d.run("exec", "prod", "--", "true"), 5).stderr, "signed in, but Okta grants you no AWS role in this app")
}

func slowOrg(t *testing.T, c okta.Config) {
	c.Latency = 2500 * time.Millisecond
	newDesk(t, c).withPasswordAndCode().wantSignIn(1)
}

// lateLanguage is where Classic's widget, which is putting its spinner away for the
// second time when the password's answer comes, takes the next page's icon away
// instead. At this pace that lasts a second each time.
func lateLanguage(t *testing.T, c okta.Config) {
	c.Language, c.LateWords, c.Pace, c.Latency = "de", 1500*time.Millisecond, 0.2, 1300*time.Millisecond
	newDesk(t, c).withPasswordAndCode().wantSignIn(1)
}

func factorNotOffered(t *testing.T, c okta.Config) {
	user := janeUser()
	user.GoogleTOTP, user.Others = "", []okta.Factor{okta.SecurityQuestion, okta.Email}
	c.Users = []okta.User{user}
	d := newDesk(t, c).with("STSX_PASSWORD=" + janePassword)
	r := d.wantStatus(d.run("exec", "prod", "--mfa", "push", "--", "true"), 125)
	d.wantText(r.stderr, "push is not available; Okta offers you ")
	d.wantOktaText(r.stderr, "Security Question", "Email")
}
