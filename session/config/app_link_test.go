package config

import "testing"

func TestAppLink(t *testing.T) {
	const (
		org   = "https://acme.okta.com"
		link  = org + "/home/amazon_aws/0oa1b2c3d4e5/272"
		login = org + "/login/login.htm?fromURI="
	)
	for pasted, want := range map[string]string{
		link:               link,
		link[8:]:           link,
		" <" + link + "> ": link,
		`"` + link + `"`:   link,
		"https://ACME.okta.com./home/amazon_aws/0oa1/272": org + "/home/amazon_aws/0oa1/272",
		link + "?fromHome=true":                           link,
		org + "/app/amazon_aws/exk1/sso/saml":             org + "/app/amazon_aws/exk1/sso/saml",
		"acme.okta.com":                                   org,
		// A sign-in page that leads to the app.
		login + "%2Fhome%2Famazon_aws%2F0oa1b2c3d4e5%2F272":                                link,
		login + "https%3A%2F%2Facme.okta.com%2Fhome%2Famazon_aws%2F0oa1b2c3d4e5%2F272&x=1": link,
	} {
		if got, err := AppLink(pasted); err != nil || got != want || CheckURL(got) != nil {
			t.Errorf("%q: %q, %v", pasted, got, err)
		}
	}
	for _, other := range []string{
		"%2Fapp%2FUserHome",
		"https%3A%2F%2Fevil.example%2Fhome%2Famazon_aws%2F0oa1%2F272",
		"http%3A%2F%2Facme.okta.com%2Fhome%2Famazon_aws%2F0oa1%2F2",
		"https%3A%2F%2Fjane:pw@acme.okta.com%2Fhome%2Famazon_aws%2F1",
		"javascript:alert(1)%2Fhome%2Famazon_aws%2F0oa1",
	} {
		if got, err := AppLink(login + other); err != nil || got != login+other {
			t.Errorf("%q: %q, %v", other, got, err)
		}
	}
	for _, pasted := range []string{
		"http" + link[5:], "ftp://acme.okta.com", "https://jane:pw@acme.okta.com", "", "two words", "https://аcme.okta.com/home/a/b/272",
	} {
		if got, err := AppLink(pasted); err == nil || got != "" {
			t.Errorf("%q: %q", pasted, got)
		}
	}
}
