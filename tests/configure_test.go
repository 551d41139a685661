//go:build unix

package tests

import (
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/okta"
)

// TestConfigure: a configuration written by answering questions, and one that
// is given up half-way, which leaves nothing.
func TestConfigure(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).with("STSX_PASSWORD="+janePassword, "AWS_REGION=eu-west-1")
	if err := os.RemoveAll(filepath.Dir(d.configPath())); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"configure"}, {"configure", "--no-input"}} {
		d.wantText(d.wantStatus(d.run(args...), 3).stderr, "the questions of stsx configure", "run it on a terminal")
	}
	signIn := func() *terminal {
		term := d.openTerminal("configure")
		term.waitFor("nothing is saved until you confirm")
		term.waitFor("it looks like https://acme.okta.com/home/amazon_aws/")
		term.waitFor("AWS app link from Okta:")
		term.typeText(d.org.EmbedURL() + "\r")
		term.waitFor("Okta username:")
		term.typeText(jane + "\r")
		term.waitFor("Ask AWS what your 2 accounts are called? [Y/n]")
		term.typeText("n\r")
		term.waitFor("Choose roles")
		return term
	}
	term := d.openTerminal("configure")
	term.waitFor("AWS app link")
	term.typeText("\x03")
	if r := term.wait(); r.status != 130 || !strings.Contains(r.stdout, "nothing was changed") {
		t.Error(r)
	}
	term = signIn()
	term.typeText("\x1b")
	if r := term.wait(); r.status != 130 || !strings.Contains(r.stdout, "nothing was changed") {
		t.Error(r)
	}
	term = signIn()
	term.waitFor("123456789012")
	term.typeText("admin ") // the filter, and a tick
	term.waitFor("1 selected; 1 of 3")
	term.typeText("\x15audit ")
	term.waitFor("2 selected; 1 of 3")
	term.typeText("\r")
	term.waitFor("Name for 123456789012 Admin: admin")
	term.typeText("\x15prod one\r")
	term.waitFor("Name for 210987654321 team/Audit: audit")
	term.typeText("\x15prod one\r")
	term.waitFor(`there is a profile "prod one" already`)
	term.typeText("\r")
	term.waitFor("Region (Enter: eu-west-1)")
	term.typeText("cn-north-1\r")
	term.waitFor("is in AWS China")
	term.typeText("\r")
	term.waitFor("new file " + d.configPath()[:20])
	term.waitFor("Write this? [Y/n]")
	if _, err := os.Stat(filepath.Dir(d.configPath())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something is there before a yes: %v", err)
	}
	term.typeText("\r")
	term.waitFor("prod one: Admin in 123456789012")
	term.waitFor(`no profile for the AWS CLI: "prod one"`)
	term.waitFor("[profile audit]") // of ~/.aws/config
	term.waitFor("Write this too")
	term.typeText("y\r")
	term.waitFor(`next: stsx exec "prod one" -- aws sts get-caller-identity`)
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	if got := textOf(t, filepath.Join(d.home, ".aws", "config")); !strings.Contains(got, "[profile audit]\ncredential_process = ") {
		t.Errorf("%s", got)
	}
	want := "[idp.okta]\nurl      = \"" + d.org.EmbedURL() + "\"\nusername = \"" + jane + "\"\n\n" +
		"[profile.\"prod one\"]\nrole   = \"" + adminRole + "\"\nregion = \"eu-west-1\"\n\n[profile.audit]\nrole   = \"" + auditRole +
		"\"\nregion = \"eu-west-1\"\n"
	if got := textOf(t, d.configPath()); got != want {
		t.Errorf("the file is:\n%s", got)
	}
	info, err := os.Stat(d.configPath())
	entries, _ := os.ReadDir(filepath.Dir(d.configPath()))
	if err != nil || info.Mode().Perm() != 0o600 || len(entries) != 1 {
		t.Errorf("%v, %v, beside it %v", info.Mode(), err, entries)
	}
	// The sign-in has opened the sessions: there is no browser, and none is needed.
	if r := d.wantStatus(d.withoutBrowser().run("exec", "prod one", "--", "sh", "-c", "echo $STSX_ROLE $AWS_REGION"),
		0); r.stdout != "Admin eu-west-1\n" {
		t.Error(r)
	}
	// Again: the idp is known, and so are the roles that have a profile.
	term = d.openTerminal("configure", "--region", "eu-west-3")
	term.waitFor("Sign in at")
	term.typeText("\r")
	term.waitFor("Ask AWS what your 2 accounts are called?")
	term.typeText("n\r")
	term.waitFor("Admin (has profile \"prod one\")")
	term.waitFor("2 selected")
	term.typeText("audit ") // its tick goes
	term.waitFor("1 selected; 1 of 3")
	term.typeText("\x15dev ")
	term.waitFor("2 selected; 1 of 3")
	term.typeText("\r")
	term.waitFor("Change names, regions or durations of the 1 profile you have? [y/N]")
	term.typeText("y\r")
	term.waitFor("Name for 123456789012 Admin: prod one")
	term.typeText("\x15main\r")
	term.waitFor(`Duration of "prod one" (Enter: none)`) // --region says the region
	term.typeText("8h\r")
	term.waitFor("Name for 123456789012 Dev: dev")
	term.typeText("\r")
	term.waitFor("-[profile.audit]")
	term.waitFor("Write this?")
	term.typeText("\r")
	term.waitFor("Write this too")
	term.typeText("\r")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	want = strings.Replace(want[:strings.Index(want, "\n[profile.audit]")], "\"prod one\"]", "main]", 1)
	want = strings.Replace(want, "eu-west-1", "eu-west-3", 1) + "duration = \"8h\"\n"
	if got := textOf(t, d.configPath()); got != want+"\n[profile.dev]\nrole   = \""+devRole+"\"\nregion = \"eu-west-3\"\n" {
		t.Errorf("the file is:\n%s", got)
	}
	// A configuration with mistakes is not made worse.
	d.writeFile(d.configPath(), "[idp.x]\n", 0o600)
	term = d.openTerminal("configure")
	term.waitFor("[idp.x] has no url")
	if r := term.wait(); r.status != 1 || textOf(t, d.configPath()) != "[idp.x]\n" {
		t.Error(r)
	}
}

// TestConfigureFromHome: where Okta's home page is pasted, the person signs in once, and the
// app is found, chosen or asked for with that sign-in.
func TestConfigureFromHome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		engine okta.Engine
		lists  okta.AppLists
		apps   int
		pasted string // behind the org's address
		then   func(d *desk, term *terminal)
		second bool // the app is the second
	}{
		"one": {okta.Classic, okta.AppLists{OnlyOnTabs: true}, 1, "", func(_ *desk, term *terminal) {
			term.waitFor("found your AWS app at 127.0.0.1")
		}, false},
		"several": {okta.Gen2, okta.AppLists{}, 2, "/app/UserHome", func(_ *desk, term *terminal) {
			term.waitFor("Which AWS app")
			term.waitFor("AWS sandbox")
			term.typeText("sandbox\r")
		}, true},
		"none": {okta.Gen3, okta.AppLists{}, 0, "/enduser/catalog", func(d *desk, term *terminal) {
			term.waitFor("lists no AWS app for you: ask your Okta administrator")
			term.waitFor("AWS app link from Okta:")
			term.typeText(d.org.EmbedURL() + "\r")
		}, false},
		"refused": {okta.Gen2, okta.AppLists{Status: http.StatusForbidden}, 1, "/login/login.htm", func(d *desk, term *terminal) {
			term.waitFor("did not list your apps (HTTP status 403)")
			term.typeText(d.org.EmbedURL() + "\r")
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, okta.Config{Engine: c.engine, Users: []okta.User{janeUser()}, AppLists: c.lists})
			apps := d.org.AWSApps(c.apps)
			d.org.SetApps(apps)
			if err := os.RemoveAll(filepath.Dir(d.configPath())); err != nil {
				t.Fatal(err)
			}
			term := d.openTerminal("configure")
			term.waitFor("or give your Okta home page")
			term.typeText(d.org.URL() + c.pasted + "\r")
			term.waitFor("and find the AWS app? [Y/n]")
			term.typeText("\r")
			term.waitFor("Okta username:")
			term.typeText(jane + "\r")
			term.waitFor("Okta password for")
			term.typeText(janePassword + "\r")
			term.waitFor("Code from Google Authenticator")
			term.typeText(d.factorCode(okta.GoogleTOTP) + "\r")
			c.then(d, term)
			term.waitFor("accounts are called?")
			term.typeText("n\r")
			term.waitFor("Choose roles")
			term.typeText("admin \r")
			term.waitFor("Name for 123456789012 Admin")
			term.typeText("\r")
			term.waitFor("Region")
			term.typeText("\r")
			term.waitFor("Write this?")
			term.typeText("\r")
			term.waitFor("admin: Admin in 123456789012") // the session that the sign-in has opened
			term.waitFor("Write this too")
			term.typeText("n\r")
			if r := term.wait(); r.status != 0 {
				t.Fatal(r)
			}
			link := d.org.EmbedURL()
			if c.second {
				link = apps[2].Link
			}
			d.wantText(textOf(t, d.configPath()), "url      = \""+link+"\"")
			if n := d.countEvents(okta.SignedIn); n != 1 {
				t.Errorf("%d sign-ins", n)
			}
		})
	}
}

// TestShare: a configuration goes from one person to another, by a file and
// over https, without what is their own, and can take nothing over.
func TestShare(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()})
	head := "[idp.acme]\nurl = \"" + d.org.EmbedURL() + "\"\n"
	d.writeFile(d.configPath(), strings.Replace(textOf(t, d.configPath()), "username",
		"password_command = [\"echo\", \"no-secret\"]\nusername", 1), 0o600)
	r := d.wantStatus(d.run("configure", "export", "prod", "dev"), 0)
	if strings.Contains(r.stdout, jane) || strings.Contains(r.stdout, "no-secret") || strings.Contains(r.stdout, "[profile.any]") ||
		r.stderr != "" {
		t.Error(r)
	}
	shared := r.stdout
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("token") != "let-me-in" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(shared))
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that refuses the certificate is part of the test
	server.StartTLS()
	t.Cleanup(server.Close)
	authority := filepath.Join(d.home, "ca.pem")
	d.writeFile(authority, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})), 0o600)
	address := server.URL + "/c.toml?token=let-me-in"

	other := d.with("HOME="+t.TempDir(), "SSL_CERT_FILE="+authority)
	other.home = other.envValue("HOME")
	if r := other.wantStatus(other.run("configure", "import", address, "--dry-run"), 0); !strings.Contains(r.stdout, "+[profile.prod]\n") {
		t.Error(r)
	}
	other.wantText(other.wantStatus(other.run("configure", "import", address), 3).stderr, "a yes to the changes", "--yes")
	if _, err := os.Stat(other.configPath()); !errors.Is(err, fs.ErrNotExist) {
		t.Error("it was written without a yes")
	}
	r = other.wantStatus(other.run("configure", "import", server.URL+"/c.toml?token=wrong-one"), 1)
	other.wantText(r.stderr, "the server answered 403 Forbidden")
	if strings.Contains(r.stderr, "wrong-one") {
		t.Error(r)
	}
	d.wantText(d.wantStatus(d.run("configure", "import", address), 1).stderr, "certificate")
	other.wantText(other.wantStatus(other.run("configure", "import", address, "--yes", "--username", jane), 0).stderr,
		"wrote "+other.configPath()+"; new: prod, dev")
	rest := shared[strings.Index(shared, "\n\n"):]
	if got := textOf(t, other.configPath()); got != "[idp.acme]\nurl      = \""+d.org.EmbedURL()+"\"\nusername = \""+jane+"\""+rest {
		t.Errorf("%s", got)
	}
	other.wantText(other.wantStatus(other.run("configure", "import", address, "--yes"), 0).stderr, "nothing to import")

	// What is one's own stays; what is said otherwise is told of.
	mine := "# mine\n[idp.okta] # renamed\nurl = \"" + d.org.EmbedURL() + "\"\nusername = \"" + jane + "\"\n\n[profile.prod]\nrole = \"" +
		adminRole + "\"\nregion = \"eu-west-3\""
	other.writeFile(other.configPath(), mine, 0o600)
	if err := os.Chmod(other.configPath(), 0o640); err != nil {
		t.Fatal(err)
	}
	term := other.openTerminal("configure", "import", address)
	term.waitFor(`left out: [profile.prod] region is "eu-west-3" here and "eu-west-1" there`)
	term.waitFor("stsx: +[profile.dev]")
	term.waitFor("Write this? [y/N]")
	term.typeText("\r")
	if r := term.wait(); r.status != 1 || !strings.Contains(r.stdout, "nothing was changed") || textOf(t, other.configPath()) != mine {
		t.Error(r)
	}
	term = other.openTerminal("configure", "import", address)
	term.waitFor("Write this? [y/N]")
	term.typeText("y\r")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	got := textOf(t, other.configPath())
	info, err := os.Stat(other.configPath())
	if got != mine+"\n\n[profile.dev]\nrole    = \"Dev\"\naccount = \"123456789012\"\n" || err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v\n%s", err, got)
	}

	// What could run a program is refused; where the password may go is asked.
	file := filepath.Join(d.home, "shared.toml")
	d.writeFile(file, head+"password_command = [\"touch\", \"/tmp/owned\"]\n", 0o600)
	other.wantText(other.wantStatus(other.run("configure", "import", file, "--yes"), 1).stderr,
		file+":3:1: password_command has no place in a shared configuration", "runs a program")
	d.writeFile(file, "[idp.okta]\nurl = \"https://evil.example/home/amazon_aws/0oa/272\"\n", 0o600)
	other.wantText(other.wantStatus(other.run("configure", "import", file, "--yes"), 1).stderr,
		"[idp.okta] in "+other.configPath()+" signs in at another url")
	d.writeFile(file, head+"allowed_hosts = [\"sso.example.com\"]\n", 0o600)
	other.wantText(other.wantStatus(other.run("configure", "import", file, "--yes"), 0).stderr, "left out: [idp.acme] its allowed_hosts",
		"nothing to import")
	if textOf(t, other.configPath()) != got {
		t.Error("the file has changed")
	}
	for answer, want := range map[string]string{"y\r": got[:strings.Index(got, "\n\n[profile.prod]")] +
		"\nallowed_hosts = [\"sso.example.com\"]\n", "\r": got} {
		term := other.openTerminal("configure", "import", file)
		term.waitFor("also be typed into pages of sso.example.com? [y/N]")
		term.typeText(answer)
		if answer == "y\r" {
			term.waitFor("Write this?")
			term.typeText("y\r")
		}
		if r := term.wait(); r.status != 0 || !strings.HasPrefix(textOf(t, other.configPath()), want) {
			t.Errorf("%q: %s\n%s", answer, r, textOf(t, other.configPath()))
		}
		other.writeFile(other.configPath(), got, 0o600)
	}
}
