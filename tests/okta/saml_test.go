package okta

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// verified parses a response and checks the signature on it and on the
// assertion inside, the way a relying party does.
func verified(t *testing.T, o *Org, raw []byte) (*etree.Element, error) {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(raw); err != nil {
		t.Fatal(err)
	}
	ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{o.Certificate()}})
	response, err := ctx.Validate(doc.Root())
	if err != nil {
		return nil, fmt.Errorf("response: %w", err)
	}
	if _, err := ctx.Validate(doc.Root().FindElement("./saml2:Assertion")); err != nil {
		return nil, fmt.Errorf("assertion: %w", err)
	}
	return response, nil
}

func values(response *etree.Element, name string) []string {
	var all []string
	for _, el := range response.FindElements("//saml2:Attribute[@Name='" + awsPrefix + name + "']/saml2:AttributeValue") {
		all = append(all, el.Text())
	}
	return all
}

func TestAssertion(t *testing.T) {
	now := newClock()
	roles := []string{
		testRole,
		"arn:aws:iam::123456789012:saml-provider/Okta,arn:aws:iam::123456789012:role/Reversed",
		` spaced , "quoted" <&>'` + "\ttab\nline é",
	}
	o, c := simulate(t, Config{Clock: now.Now, Users: []User{jane(func(u *User) { u.Roles = roles })}, SessionDuration: 8 * time.Hour})
	raw := response(t, c.signIn())
	r, err := verified(t, o, raw)
	if err != nil {
		t.Fatal(err)
	}
	if got := values(r, "Role"); strings.Join(got, "|") != strings.Join(roles, "|") {
		t.Errorf("roles %q", got)
	}
	for path, want := range map[string]string{
		"//saml2:Assertion/saml2:Issuer": issuer,
		"//saml2:NameID":                 testUser,
		"//saml2:Audience":               "urn:amazon:webservices",
	} {
		if got := r.FindElement(path).Text(); got != want {
			t.Errorf("%s is %q", path, got)
		}
	}
	if got := r.SelectAttrValue("Destination", ""); got != "https://signin.aws.amazon.com/saml" {
		t.Errorf("destination %q", got)
	}
	conditions := r.FindElement("//saml2:Conditions")
	if got := conditions.SelectAttrValue("NotOnOrAfter", ""); got != "2026-03-01T12:05:15.000Z" {
		t.Errorf("good until %s", got)
	}
	if got := values(r, "SessionDuration"); len(got) != 1 || got[0] != "28800" {
		t.Errorf("session duration %q", got)
	}
	if got := values(r, "RoleSessionName"); len(got) != 1 || got[0] != testUser {
		t.Errorf("session name %q", got)
	}
	if _, err := verified(t, o, bytes.Replace(raw, []byte("Admin"), []byte("Other"), 1)); err == nil {
		t.Error("a changed role passed the signature")
	}
}

func TestManyRoles(t *testing.T) {
	var roles []string
	for i := range 1000 {
		roles = append(roles, fmt.Sprintf("arn:aws:iam::%012d:role/Role-%d,arn:aws:iam::%012d:saml-provider/Okta", i, i, i))
	}
	o, c := simulate(t, Config{Users: []User{jane(func(u *User) { u.Roles = roles })}})
	r, err := verified(t, o, response(t, c.signIn()))
	if err != nil {
		t.Fatal(err)
	}
	if got := values(r, "Role"); len(got) != 1000 || got[999] != roles[999] {
		t.Errorf("%d roles", len(got))
	}
}

func TestMangledAssertion(t *testing.T) {
	var o *Org
	o, c := simulate(t, Config{BeforeSigning: func(r *etree.Element) {
		o.Log() // a hook may ask the org
		r.FindElement("//saml2:Audience").SetText("urn:other")
	}})
	r, err := verified(t, o, response(t, c.signIn()))
	if err != nil || r.FindElement("//saml2:Audience").Text() != "urn:other" {
		t.Errorf("before signing: %v", err)
	}
	o2, c := simulate(t, Config{AfterSigning: func(raw []byte) []byte { return bytes.ReplaceAll(raw, []byte("Admin"), []byte("Other")) }})
	if _, err := verified(t, o2, response(t, c.signIn())); err == nil {
		t.Error("after signing: the signature is good still")
	}
}
