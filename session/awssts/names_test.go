package awssts

import (
	"maps"
	"testing"

	"stsx/session"
)

func TestAccountNames(t *testing.T) {
	got := accountNames([]byte(`<html><div class="saml-account"><div class="saml-account-name">Account: acme-prod (123456789012)</div>
		<div class="saml-account-name">Account: 210987654321</div><div class="other">Account: no (111111111111)</div>
		<div class="saml-account-name">Konto: R&amp;D (old) (222222222222)
		</div><div class="saml-account-name">Account: short (123)</div><div class="saml-account-name">Account:  (333333333333)</div><div class="saml-account-name">`))
	if want := map[string]string{"123456789012": "acme-prod", "222222222222": "R&D (old)"}; !maps.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestConsumer: the assertion goes to AWS and nowhere else, whatever it says.
func TestConsumer(t *testing.T) {
	const usual = "https://signin.aws.amazon.com/saml"
	for destination, want := range map[string]string{
		"":    usual,
		usual: usual,
		"https://eu-west-1.signin.aws.amazon.com/saml":     "https://eu-west-1.signin.aws.amazon.com/saml",
		"https://signin.aws.amazon.com/saml/acs/ABC":       "https://signin.aws.amazon.com/saml/acs/ABC",
		"http://signin.aws.amazon.com/saml":                usual,
		"https://signin.aws.amazon.com.evil.example/saml":  usual,
		"https://evil.example/.signin.aws.amazon.com/saml": usual,
		"https://a.b.signin.aws.amazon.com/saml":           usual,
		"https://.signin.aws.amazon.com/saml":              usual,
		"https://signin.aws.amazon.com:1/saml":             usual,
		"https://x@signin.aws.amazon.com/saml":             usual,
		"https://signin.aws.amazon.com/federation":         usual,
		"https://signin.amazonaws.cn/saml":                 usual,
	} {
		a := session.Assertion{Destination: destination, Roles: []session.Role{{ARN: admin}}}
		if got, err := consumerURL(a); err != nil || got != want {
			t.Errorf("%s: %s, %v", destination, got, err)
		}
	}
	if _, err := consumerURL(session.Assertion{Roles: []session.Role{{ARN: "arn:aws-x:iam::123456789012:role/A"}}}); err == nil {
		t.Error("a partition that nobody knows has a page")
	}
}
