package config

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// CheckURL says why text can't be an idp's url.
func CheckURL(text string) error {
	c := &checker{}
	if _, ok := c.readURL(tableEntry{key: "url", value: tomlValue{kind: unstable.String, text: text}}); ok {
		return nil
	}
	return errors.New(c.problems[0].Text)
}

// AppLink is the link that somebody pasted, as an idp's url has it: without what
// mail and browsers put around it, and that of the app where it is of a sign-in page
// that leads there. The error says why it can't be a url.
func AppLink(text string) (string, error) {
	text = strings.Trim(text, "<>\"' \t")
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	link, err := cleanURL(text)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", errors.New("url is not an https:// address") // cleanURL has read it
	}
	if leads, err := u.Parse(u.Query().Get("fromURI")); err == nil && leads.Host == u.Host && leads.Scheme == u.Scheme &&
		leads.User == nil && isAppPath(leads.Path) {
		u = leads
	}
	if u.RawQuery == "fromHome=true" {
		u.RawQuery = ""
	}
	return u.String(), nil
}

// isAppPath reports the path of an app in Okta: /home/amazon_aws/0oa1b2c3d4e5/272.
func isAppPath(path string) bool {
	parts := pathParts(path)
	return len(parts) >= 3 && (parts[0] == "home" || parts[0] == "app")
}

func pathParts(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// LinkAdvice says what an address is that does not look like that of an app in
// Okta, and where to find that one; "" when it looks right. What it says is no
// proof: an org may have any address.
func LinkAdvice(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	host, _, _ := strings.Cut(name, ".")
	parts := pathParts(u.Path)
	first := ""
	if len(parts) > 0 {
		first = parts[0]
	}
	const tile = "sign in to Okta, and copy the link of the AWS tile on your dashboard"
	switch {
	case isIdentityCenter(name, parts):
		return "that is AWS IAM Identity Center, which has no role for stsx to take: sign in to it with aws sso login " +
			"(aws configure sso sets it up)"
	case isAWSHost(name):
		return "that is AWS's address, and the one in Okta is needed: " + tile
	case strings.HasSuffix(host, "-admin") || first == "admin":
		return "that is Okta's admin console; the app's own address is there under Applications, the AWS app, General, App Embed Link"
	case len(parts) == 0 || first == "login" || first == "signin" || len(parts) > 1 && first == "app" && parts[1] == "UserHome":
		return "that is your Okta home page, not the AWS app: " + tile
	case !isAppPath(u.Path):
		return "it does not look like the link of an app in Okta, https://acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272: " + tile
	}
	return ""
}

// HomePage is the home page of the Okta organisation that link is an address of; "" where
// link looks like an app's, or is AWS's.
func HomePage(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || LinkAdvice(link) == "" {
		return ""
	}
	if isIdentityCenter(u.Hostname(), pathParts(u.Path)) || isAWSHost(u.Hostname()) {
		return ""
	}
	first, rest, _ := strings.Cut(u.Host, ".")
	if rest != "" {
		first = strings.TrimSuffix(first, "-admin") + "."
	}
	return u.Scheme + "://" + first + rest + "/app/UserHome"
}

// wrongLink is LinkAdvice where it is certain: an address of Okta's own that leads
// to no app, and Identity Center.
func wrongLink(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	parts := pathParts(u.Path)
	_, domain, _ := strings.Cut(u.Hostname(), ".")
	isOkta := slices.Contains([]string{"okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil"}, domain)
	isHome := len(parts) == 0 || len(parts) == 2 && parts[0] == "app" && parts[1] == "UserHome"
	if isOkta && isHome || isIdentityCenter(u.Hostname(), parts) {
		return LinkAdvice(text)
	}
	return ""
}

// isIdentityCenter reports the app of Identity Center in Okta, and its own pages.
func isIdentityCenter(host string, path []string) bool {
	return isUnder(host, "awsapps.com", "awsapps.cn", "app.aws", "app.amazonwebservices.com.cn", "app.amazonwebservices.eu") ||
		slices.ContainsFunc(path, func(part string) bool { return strings.Contains(part, "amazon_aws_sso") }) ||
		len(path) > 1 && path[0] == "platform" && path[1] == "saml"
}

// isAWSHost reports a page of AWS's own.
func isAWSHost(host string) bool {
	return isUnder(host, "amazon.com", "sso.signin.aws", "amazonaws.com", "amazonaws.cn", "amazonaws.com.cn", "amazonaws-us-gov.com",
		"amazonaws-eusc.eu", "amazonaws.eu")
}

// isUnder reports whether host is one of domains or below one.
func isUnder(host string, domains ...string) bool {
	return slices.ContainsFunc(domains, func(domain string) bool { return strings.HasSuffix("."+host, "."+domain) })
}
