package config

import "testing"

func TestAppLink(t *testing.T) {
	const link = "https://acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272"
	for pasted, want := range map[string]string{
		link: link,
		"acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272": link,
		" <" + link + "> ": link,
		`"` + link + `"`:   link,
		"https://ACME.okta.com./home/amazon_aws/0oa1/272":                                                                      "https://acme.okta.com/home/amazon_aws/0oa1/272",
		link + "?fromHome=true":                                                                                                link,
		"https://acme.okta.com/app/amazon_aws/exk1/sso/saml":                                                                   "https://acme.okta.com/app/amazon_aws/exk1/sso/saml",
		"https://acme.okta.com/login/login.htm?fromURI=%2Fhome%2Famazon_aws%2F0oa1b2c3d4e5%2F272":                              link,
		"https://acme.okta.com/login/default?fromURI=https%3A%2F%2Facme.okta.com%2Fhome%2Famazon_aws%2F0oa1b2c3d4e5%2F272&x=1": link,
		"https://acme.okta.com/login/login.htm?fromURI=%2Fapp%2FUserHome":                                                      "https://acme.okta.com/login/login.htm?fromURI=%2Fapp%2FUserHome",
		"https://acme.okta.com/login?fromURI=https%3A%2F%2Fevil.example%2Fhome%2Famazon_aws%2F0oa1%2F272":                      "https://acme.okta.com/login?fromURI=https%3A%2F%2Fevil.example%2Fhome%2Famazon_aws%2F0oa1%2F272",
		"https://acme.okta.com/login?fromURI=http%3A%2F%2Facme.okta.com%2Fhome%2Famazon_aws%2F0oa1%2F272":                      "https://acme.okta.com/login?fromURI=http%3A%2F%2Facme.okta.com%2Fhome%2Famazon_aws%2F0oa1%2F272",
		"https://acme.okta.com/login?fromURI=https%3A%2F%2Fjane:pw@acme.okta.com%2Fhome%2Famazon_aws%2F0oa1%2F272":             "https://acme.okta.com/login?fromURI=https%3A%2F%2Fjane:pw@acme.okta.com%2Fhome%2Famazon_aws%2F0oa1%2F272",
		"https://acme.okta.com/login?fromURI=javascript:alert(1)%2Fhome%2Famazon_aws%2F0oa1":                                   "https://acme.okta.com/login?fromURI=javascript:alert(1)%2Fhome%2Famazon_aws%2F0oa1",
		"acme.okta.com": "https://acme.okta.com",
		"http://acme.okta.com/home/amazon_aws/0oa1/272": "", "ftp://acme.okta.com": "", "https://jane:pw@acme.okta.com": "", "": "", "two words": "",
		"https://аcme.okta.com/home/amazon_aws/0oa1/272": "",
	} {
		got, err := AppLink(pasted)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", pasted, got, err)
		}
		if err == nil && CheckURL(got) != nil {
			t.Errorf("%q became %q, which can't be a url", pasted, got)
		}
	}
}
