package session

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const provider = "arn:aws:iam::123456789012:saml-provider/okta"

// response is a SAML response whose assertion holds attributes.
func response(attributes string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">` +
		`<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status>` + assertionOf(attributes) +
		`</saml2p:Response>`
}

func assertionOf(attributes string) string {
	return `<saml2:Assertion><saml2:Conditions NotOnOrAfter="2026-03-04T12:05:00.5Z"/><saml2:AttributeStatement>` + attributes +
		`</saml2:AttributeStatement></saml2:Assertion>`
}

func attribute(name string, values ...string) string {
	text := `<saml2:Attribute Name="` + name + `">`
	for _, v := range values {
		text += `<saml2:AttributeValue>` + v + `</saml2:AttributeValue>`
	}
	return text + `</saml2:Attribute>`
}

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func grant(arn string) string {
	account := strings.Split(arn, ":")[4]
	return arn + "," + strings.Replace(provider, "123456789012", account, 1)
}

func TestParseAssertion(t *testing.T) {
	roles := func(arns ...string) []string { return arns }
	plain := response(attribute(roleAttribute, grant(admin)))
	wrapped := func(text, by string) string {
		var out []string
		for chunk := range slices.Chunk([]byte(encode(text)), 76) {
			out = append(out, string(chunk))
		}
		return strings.Join(out, by)
	}
	for name, c := range map[string]struct {
		encoded  string
		roles    []string
		duration time.Duration
	}{
		"role first":     {encode(plain), roles(admin), 0},
		"provider first": {encode(response(attribute(roleAttribute, provider+","+admin))), roles(admin), 0},
		"spaces":         {encode(response(attribute(roleAttribute, " \n "+admin+" , "+provider+"\t"))), roles(admin), 0},
		"sorted, no duplicates": {encode(response(attribute(roleAttribute, grant(audit), grant(dev), grant(admin), grant(dev),
			provider+","+dev))),
			roles(admin, dev, audit), 0},
		"several attributes": {encode(response(attribute(roleAttribute, grant(dev)) + attribute(roleAttribute, grant(admin)))),
			roles(admin, dev), 0},
		"wrapped":             {wrapped(plain, "\n"), roles(admin), 0},
		"wrapped as in forms": {wrapped(plain, "\r\n") + "\r\n", roles(admin), 0},
		"no role":             {encode(response(attribute("mail", "jane"))), nil, 0},
		"duration": {encode(response(attribute(roleAttribute, grant(admin)) + attribute(durationAttribute, " 28800 "))),
			roles(admin), 8 * time.Hour},
		"least and most": {encode(response(attribute(durationAttribute, "900", "43200"))), nil, 12 * time.Hour},
		"CDATA":          {encode(response(attribute(roleAttribute, "<![CDATA["+grant(admin)+"]]>"))), roles(admin), 0},
		"character references": {encode(response(attribute(roleAttribute, strings.Replace(grant(admin), "A", "&#65;", 1)))), roles(admin),
			0},
		"govcloud": {encode(response(attribute(roleAttribute,
			"arn:aws-us-gov:iam::123456789012:role/A,arn:aws-us-gov:iam::123456789012:saml-provider/o"))),
			roles("arn:aws-us-gov:iam::123456789012:role/A"), 0},
		"an attribute of another name that looks like it": {encode(response(attribute(roleAttribute+"x", grant(admin)))), nil, 0},
		"attributes outside the statement": {encode(strings.Replace(plain, "<saml2:AttributeStatement>",
			attribute(roleAttribute, grant(dev))+"<saml2:AttributeStatement>", 1)), roles(admin), 0},
		"attributes of a foreign namespace": {encode(response(`<x:Attribute xmlns:x="urn:x" Name="` + roleAttribute +
			`"><x:AttributeValue>` + grant(dev) + `</x:AttributeValue></x:Attribute>`)), nil, 0},
		"an assertion in an extension": {encode(strings.Replace(plain, "<saml2p:Status>",
			"<saml2p:Extensions>"+assertionOf(attribute(roleAttribute, grant(dev)))+"</saml2p:Extensions><saml2p:Status>", 1)),
			roles(admin), 0},
		"elements in other attributes": {encode(response(`<saml2:Attribute Name="id"><saml2:AttributeValue><x/></saml2:AttributeValue></saml2:Attribute>` + attribute(roleAttribute, grant(admin)))), roles(admin), 0},
		"commas in a role's name": {encode(response(attribute(roleAttribute, grant(admin+",x,y"), provider+" , "+admin+",z"))),
			roles(admin+",x,y", admin+",z"), 0},
		// A parser that stops at the comment would see Admin. AWS's sees Adminx.
		"a comment in a value": {encode(response(attribute(roleAttribute, admin+"<!-- -->x,"+provider))), roles(admin + "x"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := ParseAssertion(c.encoded)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range a.Roles {
				got = append(got, r.ARN)
				if !strings.Contains(r.Provider, ":saml-provider/") || strings.TrimSpace(r.Provider) != r.Provider {
					t.Errorf("provider %q", r.Provider)
				}
			}
			if !slices.Equal(got, c.roles) || a.SessionDuration != c.duration {
				t.Errorf("got %q, %s", got, a.SessionDuration)
			}
			if a.Encoded.Reveal() != c.encoded {
				t.Error("what was posted is not what is kept")
			}
		})
	}
	a, _ := ParseAssertion(encode(plain))
	if want := time.Date(2026, 3, 4, 12, 5, 0, 5e8, time.UTC); !a.NotOnOrAfter.Equal(want) {
		t.Errorf("it ends at %s", a.NotOnOrAfter)
	}
}

func TestParseAssertionRefuses(t *testing.T) {
	role := func(value string) string { return response(attribute(roleAttribute, value)) }
	plain := role(grant(admin))
	status := func(code string) string { return strings.Replace(plain, "status:Success", "status:"+code, 1) }
	for name, c := range map[string]struct{ text, want string }{
		"empty": {"", "not base64"},
		"a DTD": {`<!DOCTYPE x [<!ENTITY a "b">]>` + strings.TrimPrefix(plain, `<?xml version="1.0" encoding="UTF-8"?>`),
			"a DTD"},
		"a DTD after":  {plain + `<!DOCTYPE x>`, "a DTD"},
		"an entity":    {role("&lol;"), "syntax error"},
		"two roots":    {plain + "<x/>", "2 root elements"},
		"text after":   {plain + "x", "text outside"},
		"no root":      {"<!-- -->", "0 root elements"},
		"not closed":   {strings.TrimSuffix(plain, "</saml2p:Response>"), "syntax error"},
		"UTF-16":       {"\xff\xfe<\x00", "syntax error"},
		"another root": {"<html><body>sign in</body></html>", "its root is <html>"},
		"a bare assertion": {strings.Replace(assertionOf(""), "<saml2:Assertion",
			`<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"`, 1), "its root is <Assertion>"},
		"SAML 1":         {strings.ReplaceAll(plain, "SAML:2.0:protocol", "SAML:1.0:protocol"), "its root is <Response>"},
		"no namespace":   {"<Response/>", "its root is <Response>"},
		"two assertions": {strings.Replace(plain, "</saml2p:Response>", assertionOf("")+"</saml2p:Response>", 1), "2 assertions"},
		"no assertion":   {strings.Replace(plain, assertionOf(attribute(roleAttribute, grant(admin))), "", 1), "0 assertions"},
		"an encrypted one": {strings.Replace(plain, assertionOf(attribute(roleAttribute, grant(admin))), "<saml2:EncryptedAssertion/>",
			1), "encrypted"},
		"refused":             {status("Responder"), "SAML status Responder"},
		"a time that is none": {strings.Replace(plain, "2026-03-04T12:05:00.5Z", "soon", 1), "NotOnOrAfter"},
		"a role alone":        {role(admin), "is not a role ARN and a provider ARN"},
		"two roles":           {role(admin + "," + dev), "is not a role ARN"},
		"two providers":       {role(provider + "," + provider), "is not a role ARN"},
		"three":               {role(grant(admin) + "," + dev), "is not a role ARN"},
		"other account":       {role(audit + "," + provider), "is not a role ARN"},
		"other partition":     {role(strings.Replace(admin, "aws", "aws-cn", 1) + "," + provider), "is not a role ARN"},
		"spaces and three":    {role(grant(admin) + ", " + dev), "is not a role ARN"},
		"three, roles first":  {role(admin + "," + dev + "," + provider), "is not a role ARN"},
		"a user":              {role("arn:aws:iam::123456789012:user/x," + provider), "is not a role ARN"},
		"no account":          {role("arn:aws:iam:::role/x," + provider), "is not a role ARN"},
		"an escape sequence":  {role(admin + "&#x9b;2J," + provider), "is not a role ARN"},
		"a space in it":       {role("arn:aws:iam::123456789012:role/A B," + provider), "is not a role ARN"},
		"elements in a value": {role("<x>" + grant(admin) + "</x>"), "holds an element"},
		"an element between":  {role(admin + "<x/>x," + provider), "holds an element"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := ParseAssertion(encode(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, %v", a.Roles, err)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\x1b\u009b") {
				t.Errorf("%q", err)
			}
		})
	}
	var refused *RefusedError
	if _, err := ParseAssertion(encode(status("Responder"))); !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
	for _, text := range []string{"not base64!", encode(plain) + "A", "=", "<x/>",
		strings.ReplaceAll(encode(plain+">>>???"), "+", "%2B") + "%3D", strings.TrimRight(encode(plain+"  "), "=") + "!",
		strings.Repeat("A", maxAssertion+1)} {
		if _, err := ParseAssertion(text); err == nil {
			t.Errorf("%.40q is taken", text)
		}
	}
}

// TestThousandRoles: all of them, in order.
func TestThousandRoles(t *testing.T) {
	var values []string
	for i := range 1000 {
		values = append(values, grant(fmt.Sprintf("arn:aws:iam::%012d:role/Role%d", i*7919%1000, i)))
	}
	a, err := ParseAssertion(encode(response(attribute(roleAttribute, values...))))
	if err != nil || len(a.Roles) != 1000 || !slices.IsSortedFunc(a.Roles, compareRoles) {
		t.Fatal(len(a.Roles), err)
	}
}

// FuzzParseAssertion: it never panics, and what it takes can be shown and asked
// of STS.
func FuzzParseAssertion(f *testing.F) {
	f.Add([]byte(response(attribute(roleAttribute, grant(admin), provider+","+dev) + attribute(durationAttribute, "3600"))))
	f.Add([]byte(response(attribute(roleAttribute, admin+"<!-- -->x,"+provider))))
	f.Add([]byte("\xff\xfe<\x00x\x00/\x00>\x00"))
	f.Add([]byte(strings.Replace(response(attribute(roleAttribute, grant(admin), "${accountid}")), "UTF-8", "ISO-8859-1", 1)))
	f.Add([]byte(strings.Replace(response(attribute(durationAttribute, "0")), "12:05:00.5Z", "24:00:00+01:00", 1)))
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = ParseAssertion(string(text))
		a, err := ParseAssertion(base64.StdEncoding.EncodeToString(text))
		if err != nil {
			if len(err.Error()) > 1000 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			return
		}
		for i, r := range a.Roles {
			if _, err := ParseRole(r.ARN); err != nil || r.Provider == "" || r.ShortName() == "" || i > 0 && a.Roles[i-1] == r {
				t.Errorf("%+v", a.Roles)
			}
		}
		if d := a.SessionDuration; d != 0 && (d < 15*time.Minute || d > 12*time.Hour) {
			t.Error(d)
		}
		for _, note := range a.Notes {
			if len(note) > 1000 || !IsVisible(note) && !strings.ContainsRune(note, HiddenMark) {
				t.Errorf("%q", note)
			}
		}
	})
}

// Whom an assertion is about is said by what stays the same.
func TestSubject(t *testing.T) {
	about := func(nameID, attributes string) string {
		return encode(strings.Replace(response(attributes), "<saml2:Conditions",
			"<saml2:Subject>"+nameID+"</saml2:Subject><saml2:Conditions", 1))
	}
	name := attribute(nameAttribute, " jane@acme.example ")
	for encoded, want := range map[string]string{
		about("<saml2:NameID>jane</saml2:NameID>", name):                                                    "jane\njane@acme.example",
		about(`<saml2:NameID>ja<!-- x -->ne</saml2:NameID>`, ""):                                            "jane",
		about(`<saml2:NameID Format="`+transientFormat+`">random</saml2:NameID>`, name):                     "jane@acme.example",
		about(`<saml2:NameID Format="`+transientFormat+`">random</saml2:NameID>`, attribute(nameAttribute)): "",
		encode(response(name)): "jane@acme.example",
		encode(response("")):   "",
	} {
		if a, err := ParseAssertion(encoded); err != nil || a.Subject != want {
			t.Errorf("%q, %v; want %q", a.Subject, err, want)
		}
	}
}

func TestOrigin(t *testing.T) {
	for address, want := range map[string]string{
		"https://Acme.okta.com/home?x#y": "https://acme.okta.com", "https://acme.okta.com:443": "https://acme.okta.com",
		"http://127.0.0.1:80/": "http://127.0.0.1", "https://acme.okta.com:80": "https://acme.okta.com:80",
		"https://acme.okta.com:": "https://acme.okta.com",
		"http://[::1]:80/":       "http://[::1]", "https://[::1]:8443": "https://[::1]:8443", "/home": "", "https://": "", ":": "",
		"https://joe@acme.okta.com/": "https://acme.okta.com",
	} {
		if got := Origin(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
