//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/aws"
)

// TestConfigureOffersImport: without a configuration, stsx configure offers what other
// tools have, shows what it would write, and writes on a yes alone.
func TestConfigureOffersImport(t *testing.T) {
	t.Parallel()
	d := newBareDesk(t, aws.Config{})
	theirs := filepath.Join(d.home, ".saml2aws")
	text := "[dev]\nurl = https://acme.okta.com/home/amazon_aws/0oa1/272\nusername = jane\nprovider = Okta\nskip_verify = true\n"
	if err := os.WriteFile(theirs, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	term := d.openTerminal("configure")
	term.waitFor("Found the configuration of saml2aws (" + d.home[:20])
	term.waitFor("Import it? [Y/n]")
	term.typeText("n\r")
	term.waitFor("AWS app link from Okta")
	term.typeText("\x03")
	if r := term.wait(); r.status != 130 {
		t.Error(r)
	}
	for _, answer := range []string{"n", "y"} {
		term := d.openTerminal("configure")
		term.waitFor("Import it? [Y/n]")
		term.typeText("\r")
		term.waitFor("line 5: [dev] skip_verify")
		term.waitFor("new file " + d.configPath()[:20])
		term.waitFor("stsx: [idp.acme]")
		term.waitFor("Write this? [y/N]")
		if _, err := os.Stat(d.configPath()); err == nil {
			t.Error("there is a configuration before the answer")
		}
		term.typeText(answer + "\r")
		if r := term.wait(); (r.status == 0) != (answer == "y") {
			t.Error(answer, r)
		}
	}
	if got := textOf(t, d.configPath()); !strings.Contains(got, "[profile.dev]") || textOf(t, theirs) != text {
		t.Error(got)
	}
	// aws-okta has no domain in its file: it is asked for.
	if err := os.MkdirAll(filepath.Join(d.home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.home, ".aws", "config"), []byte("[okta]\naws_saml_url = home/amazon_aws/0oa2/272\n"+
		"[profile okta-dev]\nrole_arn = arn:aws:iam::123456789012:role/Developer\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	term = d.openTerminal("configure", "import", "--from", "aws-okta")
	term.waitFor("Okta domain (such as acme.okta.com)")
	term.typeText("partner.okta.com\r")
	term.waitFor("Your username at partner.okta.com")
	term.typeText("jane\r")
	term.waitFor("Write this?")
	term.typeText("y\r")
	if r := term.wait(); r.status != 0 {
		t.Error(r)
	}
	if got := textOf(t, d.configPath()); !strings.Contains(got, `url      = "https://partner.okta.com/home/amazon_aws/0oa2/272"`) {
		t.Error(got)
	}
}
