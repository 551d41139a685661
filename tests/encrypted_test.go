//go:build unix

package tests

import (
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"stsx/tests/aws"
	"stsx/tests/okta"
)

// TestEncryptedAssertion: Okta encrypts the assertion for AWS, which decrypts it. A profile with role and provider is opened, also by a
// remembered session, if that is still the same user's; every other profile, roles and login --all say what to write.
func TestEncryptedAssertion(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	joe := janeUser()
	joe.Name = "joe@acme.example"
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: append(noFactorPerson(), joe), EncryptFor: &key.PublicKey})
	roles := map[string]aws.RoleConfig{adminRole: {}, devRole: {}, auditRole: {}}
	d = d.withRemember().withAWS(aws.Config{Roles: roles, DecryptionKey: key}).with("STSX_PASSWORD=" + janePassword)
	const provider = `provider = "arn:aws:iam::123456789012:saml-provider/okta"`
	d.editConfig(`region = "eu-west-1"`, `region = "eu-west-1"`+"\n"+provider)
	for name, role := range map[string]string{"second": devRole, "third": devRole, "wrong": "Wrong"} {
		d.editConfig("[profile.any]", "[profile."+name+"]\nrole = \""+role+"\"\n"+provider+"\n[profile.any]")
	}

	const advice = `write into the profile role = "arn:aws:iam::ACCOUNT:role/NAME" and provider = `
	d.wantText(d.wantStatus(d.run("exec", "audit", "--", "true"), 5).stderr, "Okta encrypts its assertions for AWS",
		`profile "audit" does not name both a role and its provider`, advice)
	d.wantSeen(1, 0, 1)

	renewed := d.withoutBrowser()
	r := d.wantStatus(renewed.run("exec", "prod", "--", "sh", "-c", "echo $STSX_ROLE in $STSX_ACCOUNT"), 0)
	if r.stdout != "Admin in 123456789012\n" {
		t.Fatal(r)
	}
	noKey := renewed.withAWS(aws.Config{Roles: roles})
	d.wantText(noKey.wantStatus(noKey.run("exec", "third", "--", "true"), 5).stderr, "(InvalidIdentityToken)", "no private key")

	d.wantText(d.wantStatus(renewed.run("roles"), 5).stderr, "can't read which roles they grant", "write into each profile role = ")
	d.wantText(d.wantStatus(renewed.run("login", "--all"), 5).stderr, "second", "Dev", `profile "any" does not name both`)
	d.wantText(d.wantStatus(renewed.run("exec", "wrong", "--", "true"), 5).stderr, "(AccessDenied)",
		"correct role and provider in the profile")

	assumed := d.countAssumed()
	d.org.GiveSessionsTo(joe.Name)
	r = d.wantStatus(renewed.with("STSX_PASSWORD="+janePassword).run("login", "--verbose", "--duration", "45m", "second"), 1)
	d.wantText(r.stderr, "another user's")
	if d.countAssumed() != assumed || len(d.cookieFiles()) != 0 {
		t.Errorf("%d sessions more, kept %v", d.countAssumed()-assumed, d.cookieFiles())
	}
}
