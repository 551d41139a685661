package session

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const unreadable = `<saml2:EncryptedAssertion><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" ` +
	`Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:CipherData><xenc:CipherValue>` + "\nAAAA\n" +
	`</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml2:EncryptedAssertion>`

// encryptedResponse is response with more in it after its status, and no assertion but those in more.
func encryptedResponse(more string) string {
	text := strings.Replace(response(""), assertionOf(""), more, 1)
	return strings.Replace(text, "<saml2p:Response ",
		`<saml2p:Response Destination="https://signin.aws.amazon.com/saml/acs/SAMLSPX" IssueInstant="2026-03-04T12:00:00Z" `, 1)
}

// TestEncryptedAssertion: it goes on as it came, and nothing is made up of what it says.
func TestEncryptedAssertion(t *testing.T) {
	text := encode(encryptedResponse(unreadable))
	a, err := ParseAssertion(text)
	if err != nil || !a.Encrypted || a.Encoded.Reveal() != text || a.Roles != nil || a.Subject != "" || a.SessionDuration != 0 ||
		a.Destination != "https://signin.aws.amazon.com/saml/acs/SAMLSPX" ||
		!a.NotOnOrAfter.Equal(time.Date(2026, 3, 4, 12, 5, 0, 0, time.UTC)) {
		t.Fatalf("%+v, %v", a, err)
	}
	a, err = ParseAssertion(encode(strings.Replace(encryptedResponse(unreadable), "IssueInstant", "x", 1)))
	if err != nil || !a.Encrypted || !a.NotOnOrAfter.IsZero() {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestEncryptedAssertionRefuses: one assertion, or AWS and stsx may take different ones.
func TestEncryptedAssertionRefuses(t *testing.T) {
	plain := assertionOf(attribute(roleAttribute, grant(admin)))
	inside := func(element, text string) string {
		return "<saml2p:" + element + ">" + text + "</saml2p:" + element + ">"
	}
	change := func(from, to string) string { return strings.Replace(encryptedResponse(unreadable), from, to, 1) }
	const other, twice = "2 assertions", "</xenc:CipherValue><xenc:CipherValue>"
	const noData, noTime = "one piece of encrypted data", "IssueInstant"
	for name, c := range map[string]struct{ text, want string }{
		"beside a plain one":       {encryptedResponse(unreadable + plain), other},
		"after a plain one":        {encryptedResponse(plain + unreadable), other},
		"two":                      {encryptedResponse(unreadable + unreadable), other},
		"in a wrapper":             {encryptedResponse(inside("Extensions", unreadable)), "0 assertions"},
		"a plain one in a wrapper": {encryptedResponse(inside("Extensions", plain) + unreadable), other},
		"another one in a wrapper": {encryptedResponse(inside("Extensions", unreadable) + unreadable), other},
		"a plain one in it":        {change("</xenc:EncryptedData>", plain+"</xenc:EncryptedData>"), other},
		"one in the status":        {change("<saml2p:StatusCode", plain+"<saml2p:StatusCode"), other},
		"empty":                    {encryptedResponse("<saml2:EncryptedAssertion/>"), noData},
		"no data":                  {change("\nAAAA\n", " \n"), noData},
		"data elsewhere":           {encryptedResponse(strings.ReplaceAll(unreadable, "CipherValue", "CipherReference")), noData},
		"data twice":               {change("\nAAAA\n", "AAAA"+twice+"BBBB"), noData},
		"another namespace":        {change(`2001/04/xmlenc#" `, `2001/04/other#" `), noData},
		"not SAML's":               {encryptedResponse(strings.ReplaceAll(unreadable, "saml2:Enc", "saml2p:Enc")), "0 assertions"},
		"refused":                  {change("status:Success", "status:Responder"), "SAML status Responder"},
		"not well-formed":          {change("2026-03-04T12:00:00Z", "soon\x1b[2J"), "syntax error"},
		"issued at no time":        {change("2026-03-04T12:00:00Z", "soon"), noTime},
	} {
		a, err := ParseAssertion(encode(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || a.Encrypted && c.want != noTime {
			t.Errorf("%s: %t, %v", name, a.Encrypted, err)
		}
	}
}

// TestRoleOfEncryptedAssertion: the profile's role and provider are asked for as they stand, and without them nothing is.
func TestRoleOfEncryptedAssertion(t *testing.T) {
	gov := "arn:aws-us-gov:iam::123456789012:saml-provider/okta"
	for name, c := range map[string]struct {
		p    Profile
		want string // the role's ARN, or what the error says
	}{
		"both":                 {Profile{Role: admin, Provider: provider}, admin},
		"a role by its name":   {Profile{Role: "team/Dev", Provider: provider}, "arn:aws:iam::123456789012:role/team/Dev"},
		"in another partition": {Profile{Role: "Dev", Provider: gov}, "arn:aws-us-gov:iam::123456789012:role/Dev"},
		"no provider":          {Profile{Name: "prod", Role: admin}, `profile "prod" does not name both`},
		"no role":              {Profile{Name: "prod", Provider: provider}, `profile "prod" does not name both`},
		"neither":              {Profile{Name: "prod"}, `profile "prod" does not name both`},
		"of another account":   {Profile{Role: audit, Provider: provider}, "are not of one account"},
		"of another partition": {Profile{Role: admin, Provider: gov}, "are not of one account"},
		"a name that is none":  {Profile{Role: "A B", Provider: provider}, "is not a role ARN"},
		"a guard":              {Profile{Role: admin, Provider: provider, AllowedAccounts: []string{"210987654321"}}, "allowed_accounts"},
	} {
		b := newBench()
		b.idp.assertion = Assertion{Encoded: NewSecret("PHNhbWw+"), Encrypted: true}
		c.p.Org = acme()
		s, err := b.Open(background, c.p)
		if err != nil || len(b.sts.calls) == 0 {
			if err == nil || !strings.Contains(err.Error(), c.want) || len(b.sts.calls) != 0 {
				t.Errorf("%s: %v, %v", name, err, b.sts.calls)
			}
			continue
		}
		a := b.sts.calls[0]
		if s.Role.ARN != c.want || a.Role.ARN != c.want || a.Role.Provider != c.p.Provider || a.Duration != DefaultDuration {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// TestEncryptedAssertionIsNotRead: what would list roles says why it can't, a profile that
// names both is opened all the same, and AWS's no is said to be of an assertion nobody read.
func TestEncryptedAssertionIsNotRead(t *testing.T) {
	b := newBench()
	b.idp.assertion.Encrypted = true
	var encrypted *EncryptedError
	if _, err := b.Grants(background, acme()); !errors.As(err, &encrypted) || encrypted.Profile != "" || encrypted.Hint() == "" {
		t.Error(err)
	}
	if _, err := b.GrantsFromHome(background, acme(), nil); !errors.As(err, &encrypted) {
		t.Error(err)
	}
	named, unnamed := prod(), prod()
	named.Provider = provider
	unnamed.Name, unnamed.Role = "dev", "Dev"
	opened := b.OpenAll(background, []Profile{unnamed, named}, false)
	if !errors.As(opened[0].Err, &encrypted) || encrypted.Profile != "dev" || opened[1].Err != nil || b.idp.times != 1 {
		t.Errorf("%v, %d sign-ins", opened, b.idp.times)
	}
	b.sts.err = &AWSError{Act: "assuming", Code: "AccessDenied"}
	named.Name = "again"
	var refused *AWSError
	if _, err := b.Open(background, named); !errors.As(err, &refused) || !refused.Unread {
		t.Errorf("%+v", err)
	}
	b.idp.assertion = Assertion{Encoded: NewSecret("PHNhbWw+"), Roles: []Role{granted(admin)}}
	b.forgetAssertion(acme())
	if _, err := b.Open(background, named); !errors.As(err, &refused) || refused.Unread {
		t.Errorf("%+v", err)
	}
}

// TestProviderOfReadAssertion: where the assertion can be read, a profile's provider is one
// of those that vouch for its role.
func TestProviderOfReadAssertion(t *testing.T) {
	other := strings.Replace(provider, "okta", "other", 1)
	both := []Role{{ARN: admin, Provider: other}, {ARN: admin, Provider: provider}}
	p := Profile{Name: "prod", Role: admin, Provider: provider}
	if got, err := ChooseRole(background, p, both, &person{answers: []string{}}); err != nil || got != both[1] {
		t.Errorf("%v, %v", got, err)
	}
	got, err := ChooseRole(background, p, both[:1], &person{})
	if err == nil || !strings.Contains(err.Error(), "by "+provider+" is not granted") || got != (Role{}) {
		t.Errorf("%v, %v", got, err)
	}
	other = p.Key()
	if p.Provider = ""; p.Key() == other {
		t.Error("a session of another provider is taken for it")
	}
}
