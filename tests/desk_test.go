//go:build unix

// Package tests looks at stsx from outside: the program as it is built, real
// terminals, a real Chromium, the real Sign-In Widget, the real Secret Service,
// AWS CLI and Terraform.
package tests

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
	"stsx/tests/require"
)

// The person most tests are about, and the roles they have.
const (
	jane         = "jane@acme.example"
	janePassword = "correct horse battery staple ü'\"$"
	googleSecret = "JBSWY3DPEHPK3PXP"
	verifySecret = "KRSXG5CTMVRXEZLU"

	adminRole = "arn:aws:iam::123456789012:role/Admin"
	devRole   = "arn:aws:iam::123456789012:role/Dev"
	auditRole = "arn:aws:iam::210987654321:role/team/Audit"
)

// roleValues are role values as they stand in an assertion, in either order.
func roleValues() []string {
	return []string{
		adminRole + ",arn:aws:iam::123456789012:saml-provider/okta",
		"arn:aws:iam::123456789012:saml-provider/okta," + devRole,
		" " + auditRole + " , arn:aws:iam::210987654321:saml-provider/okta ",
	}
}

// janeUser is jane with a code generator and all her roles.
func janeUser() okta.User {
	return okta.User{Name: jane, Password: janePassword, GoogleTOTP: googleSecret, Roles: roleValues()}
}

// desk is one person's machine: an empty HOME, a configuration, an org to sign
// in to and an AWS.
type desk struct {
	*testing.T
	home string
	org  *okta.Org
	aws  *aws.Server
	env  []string
}

// newDesk starts the servers and writes a configuration with the profiles
// prod (Admin), dev, audit and any (no role named). Missing parts skip the
// test, or fail it when STSX_REQUIRE=all.
func newDesk(t *testing.T, config okta.Config) *desk {
	t.Helper()
	requireBrowser(t)
	if config.Users == nil {
		config.Users = []okta.User{janeUser()}
	}
	org, err := okta.Start(config)
	requireDrawn(t, err)
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	return newDeskAt(t, org, aws.Config{Roles: map[string]aws.RoleConfig{adminRole: {MaxDuration: 4 * time.Hour}, devRole: {},
		auditRole: {}}})
}

// requireDrawn skips a test of a page that an older widget than the pinned one does not have, which is what err says.
func requireDrawn(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, okta.ErrNotThere) && os.Getenv("STSX_WIDGET") != "" {
		t.Skip(err) // make widget-matrix counts these
	}
}

func newDeskAt(t *testing.T, org *okta.Org, config aws.Config) *desk {
	t.Helper()
	config.Certificates = []*x509.Certificate{org.Certificate()}
	d := newBareDesk(t, config)
	d.org = org
	d.writeConfig(`
[idp.acme]
url      = "` + org.EmbedURL() + `"
username = "` + jane + `"
` + deskProfiles)
	return d
}

// deskProfiles of a desk.
const deskProfiles = `
[profile.prod]
role   = "` + adminRole + `"
region = "eu-west-1"

[profile.dev]
role    = "Dev"
account = "123456789012"

[profile.audit]
role = "Audit"

[profile.any]
`

// newBareDesk is a desk without an org and without a configuration.
func newBareDesk(t *testing.T, config aws.Config) *desk {
	t.Helper()
	server, err := aws.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	d := &desk{T: t, home: t.TempDir(), aws: server}
	d.env = append([]string{
		"HOME=" + d.home, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8", "SHELL=/bin/sh",
		"NO_PROXY=127.0.0.1",
	}, server.Environ()...)
	// The key of this desk's sessions is in the kernel's keyring.
	t.Cleanup(func() { d.run("logout", "--all", "--password", "--config", "/dev/null") })
	return d
}

// with is the desk with more in its environment.
func (d *desk) with(env ...string) *desk {
	more := *d
	more.env = append(append([]string{}, d.env...), env...)
	return &more
}

// withoutPassword is the desk where STSX_PASSWORD is not set.
func (d *desk) withoutPassword() *desk {
	more := *d
	more.env = slices.DeleteFunc(slices.Clone(d.env), func(entry string) bool { return strings.HasPrefix(entry, "STSX_PASSWORD=") })
	return &more
}

// forTest is the desk in another test, such as a subtest.
func (d *desk) forTest(t *testing.T) *desk {
	more := *d
	more.T, more.env = t, slices.Clone(d.env)
	return &more
}

// subtest is a subtest at the same desk, beside the others.
func (d *desk) subtest(name string, f func(d *desk)) {
	d.Run(name, func(t *testing.T) {
		t.Parallel()
		f(d.forTest(t))
	})
}

// withFreshState is the desk with a state directory of its own: no session is open.
func (d *desk) withFreshState() *desk { return d.with("XDG_STATE_HOME=" + d.TempDir()) }

// envValue is a variable of the desk's environment.
func (d *desk) envValue(name string) string {
	for i := len(d.env) - 1; i >= 0; i-- {
		if key, value, _ := strings.Cut(d.env[i], "="); key == name {
			return value
		}
	}
	return ""
}
