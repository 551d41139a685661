package tests

import (
	"context"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/idps"
	"stsx/tests/require"
)

// TestIdentityProviders: two that stsx has no code for, as Debian ships them,
// sign in to a role at moto's STS.
func TestIdentityProviders(t *testing.T) {
	t.Parallel()
	requireBrowser(t)
	cli := require.Command(t, "aws", "install the AWS CLI: pip install awscli")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	moto, err := aws.StartMoto(ctx)
	if errors.Is(err, aws.ErrNoMoto) {
		require.Part(t, "moto", false, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = moto.Close() })
	for name, start := range map[string]func(context.Context, string, []string) (*idps.IdP, error){
		"SimpleSAMLphp": idps.SimpleSAMLphp, "LemonLDAP": idps.LemonLDAP,
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			idp, err := start(ctx, t.TempDir(), roleValues())
			if errors.Is(err, idps.ErrMissing) {
				require.Part(t, name, false, err.Error())
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = idp.Close() })
			d := newBareDesk(t, aws.Config{Certificates: []*x509.Certificate{idp.Certificate}, Moto: moto.URL(),
				Roles: map[string]aws.RoleConfig{adminRole: {}, devRole: {}, auditRole: {}}})
			d.writeConfig("[idp.acme]\ntype = \"form\"\nurl = \"" + idp.URL + "\"\nusername = \"" + idp.User + "\"\n" + deskProfiles)
			d = d.with("STSX_PASSWORD=" + idp.Password) // which goes into no page that stsx does not know
			term := d.openTerminal("exec", "prod", "--", cli, "sts", "get-caller-identity", "--query", "Arn", "--output", "text")
			term.waitFor("stsx: unrecognised page at http://127.0.0.1:")
			term.waitFor("[" + idp.User + "]")
			term.typeText("\r")
			term.waitFor("Password (for 127.0.0.1:")
			term.typeText("wrong\r")
			term.waitFor("stsx: unrecognised page at http://127.0.0.1:") // and it says why
			term.waitFor("[" + idp.User + "]")
			term.typeText("\r")
			term.waitFor("Password (for 127.0.0.1:")
			term.typeText("wrong\r")
			term.waitFor("it isn't sent again")
			term.waitFor("Password (for 127.0.0.1:")
			term.typeText(idp.Password + "\r")
			term.waitFor("arn:aws:sts::123456789012:assumed-role/Admin/")
			r := d.wantStatus(term.wait(), 0)
			if strings.Contains(r.stdout, idp.Password) && idp.Password != idp.User {
				t.Errorf("the password is on the screen: %s", r)
			}
			d.wantText(d.wantStatus(d.run("status"), 0).stdout, "prod")
			// Unattended there is nobody to answer the page.
			r = d.wantStatus(d.run("exec", "dev", "--", "true"), 3)
			d.wantText(r.stderr, "an answer to the page at http://127.0.0.1:", "hint: run it on a terminal")
			d.wantNoBrowserProfile()
		})
	}
}
