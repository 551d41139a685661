//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/tests/okta"
)

func TestWrongCodes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic})
	d.subtest("three, typed", func(d *desk) {
		d = d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE=000001").withFreshState()
		term := d.openTerminal("exec", "prod", "--", "echo", "in")
		for _, code := range []string{"000001", "000002", "000 002", "000003"} {
			term.waitFor("Code from Google Authenticator")
			term.typeText(code + "\r")
		}
		r := term.wait()
		if r.status != 4 || strings.Contains(r.stdout, "\nin") {
			t.Fatal(r)
		}
		d.wantText(r.stdout, "that code was used already", "stsx: hint: wait for a new code")
		d.wantCodesTried(3)
		if d.countEvents(okta.Locked) != 0 {
			d.Error("the account is locked")
		}
		// One given and nobody there: once, and no second try.
		d = d.with("STSX_PASSWORD=" + janePassword).withFreshState()
		r = d.wantStatus(d.run("exec", "prod", "--mfa-code", "000004", "--", "true"), 4)
		d.wantText(r.stderr, "Okta said: ", "stsx: hint: wait for a new code")
		d.wantCodesTried(4)
		d.wantNoBrowserProfile()
	})
}

// TestCodeCommand: what mfa_command prints again is waited out, never sent again.
func TestCodeCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic})
	dir := t.TempDir()
	script := filepath.Join(dir, "oath")
	// The first two times it prints a code that is wrong, then the right one.
	text := "#!/bin/sh\ncd " + dir + "\necho x >> times\n[ $(wc -l < times) -ge 3 ] && cat code || echo 000000\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	defer close(stop)
	shown := make(chan struct{})
	go func() { // as an app shows it: the code of now
		for first := true; ; first = false {
			code, _ := d.org.Code(jane, okta.GoogleTOTP)
			_ = os.WriteFile(filepath.Join(dir, "next"), []byte(code+"\r\nnoise\n"), 0o600)
			_ = os.Rename(filepath.Join(dir, "next"), filepath.Join(dir, "code"))
			if first {
				close(shown)
			}
			select {
			case <-stop:
				return
			case <-time.After(time.Second):
			}
		}
	}()
	<-shown
	config := func(command string) {
		d.writeConfig("[idp.acme]\nurl = \"" + d.org.EmbedURL() + "\"\nusername = \"" + jane +
			"\"\nmfa = \"google_otp\"\nmfa_command = [\"" + command + "\"]\n[profile.prod]\nrole = \"Admin\"\n")
	}
	config(script)
	d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("exec", "prod", "--", "true"), 0)
	d.wantCodesTried(2)
	if times, _ := os.ReadFile(filepath.Join(dir, "times")); string(times) != "x\nx\nx\n" {
		t.Errorf("the command ran %d times", len(times)/2)
	}
	config("false")
	r := d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("login", "prod", "--force"), 1)
	d.wantText(r.stderr, "getting a code from mfa_command: false: exit status 1")
	d.wantCodesTried(2)
}

// TestFactors: with several, the person picks or is told how to.
func TestFactors(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Gen2, Users: twoFactors()}).with("STSX_PASSWORD=" + janePassword)
	r := d.wantStatus(d.run("exec", "prod", "--mfa-code", "123456", "--", "true"), 3)
	d.wantText(r.stderr, "a choice between Enter a code (Okta Verify) and Google Authenticator is required",
		"name one with --mfa or as mfa in the configuration: okta_verify or google_otp")
	d.wantCodesTried(0)
	term := d.openTerminal("exec", "prod", "--mfa", "totp", "--", "echo", "in")
	term.waitFor("Sign in with")
	term.typeText("verify\r")
	term.waitFor("Code from Okta Verify")
	term.typeText(d.factorCode(okta.OktaVerifyTOTP) + "\r")
	if r := term.wait(); r.status != 0 || !strings.Contains(r.stdout, "in") {
		t.Fatal(r)
	}
	if e := d.eventsOf(okta.CodeTried); e[0].Factor != okta.OktaVerifyTOTP {
		t.Errorf("verified with %s", e[0].Factor)
	}
	d.wantCodesTried(1)
	d.wantNoBrowserProfile()
}

// TestNoInput: each question that would be asked is an error that says what
// was needed and how to give it, even on a terminal.
func TestNoInput(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic})
	head := "[idp.acme]\nurl = \"" + d.org.EmbedURL() + "\"\n"
	path := filepath.Join(t.TempDir(), "nobody.toml")
	if err := os.WriteFile(path, []byte(head+"[profile.prod]\nrole = \"Admin\"\nconfirm = true\n[profile.any]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	right := "STSX_PASSWORD=" + janePassword
	for name, c := range map[string]struct {
		env  []string
		args []string
		want []string
	}{
		"username": {nil, []string{"exec", "any", "--config", path},
			[]string{"the username for acme is required", "STSX_USERNAME or with --username"}},
		"password": {nil, []string{"exec", "prod"}, []string{"the password for " + jane + " is required",
			"STSX_PASSWORD or with --password-stdin"}},
		"code": {[]string{right}, []string{"exec", "prod"},
			[]string{"a code from Google Authenticator is required", "STSX_MFA_CODE or with --mfa-code"}},
		"role": {[]string{right, "STSX_MFA_CODE=now"}, []string{"exec", "any"},
			[]string{"a choice among the 3 roles for any is required", "--role"}},
		"confirm": {nil, []string{"exec", "prod", "--config", path}, []string{"a yes to using prod is required", "confirm = true"}},
	} {
		d.subtest(name, func(d *desk) {
			d = d.with(c.env...).withFreshState()
			if d.envValue("STSX_MFA_CODE") == "now" { // not before this test's turn has come
				d = d.with("STSX_MFA_CODE=" + d.factorCode(okta.GoogleTOTP))
			}
			term := d.openTerminal(append(append([]string{}, c.args...), "--no-input")...)
			r := term.wait()
			if r.status != 3 {
				d.Errorf("%s", r)
			}
			flat := strings.Join(strings.Fields(r.stdout), " ")
			d.wantText(flat, append(c.want, "stsx: error: ", "stsx: hint: ")...)
			d.wantNoBrowserProfile()
		})
	}
}
