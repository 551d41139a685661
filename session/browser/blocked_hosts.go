package browser

import (
	"net/url"
	"strings"
)

// signinHosts are AWS's sign-in hosts, one row per partition; every subdomain (a region) is one too.
// Source: AWS Sign-In endpoints and quotas; the endpoint rules of the AWS SDKs' signin service (for eusc, fips and iso).
var signinHosts = [...]string{
	"signin.aws.amazon.com",
	"sso.signin.aws", // IAM Identity Center's
	"signin.amazonaws-us-gov.com", "signin-fips.amazonaws-us-gov.com",
	"signin.amazonaws.cn",
	"signin.amazonaws-eusc.eu",
	"signin.c2shome.ic.gov", "signin.sc2shome.sgov.gov", "signin.csphome.hci.ic.gov", "signin.csphome.adc-e.uk",
}

// chromiumHosts are where Chromium looks for updates, downloads and the time on its own account, flags or no flags. No page
// needs them.
var chromiumHosts = [...]string{"update.googleapis.com", "clients2.google.com", "redirector.gvt1.com"}

// isSigninHost says whether a host is AWS's sign-in, by whole labels: evil-signin.aws.amazon.com is not.
func isSigninHost(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for _, signin := range signinHosts {
		if host == signin || strings.HasSuffix(host, "."+signin) {
			return true
		}
	}
	return false
}

// IsConsumer says whether an address takes assertions for AWS.
func IsConsumer(address string) bool {
	u, err := url.Parse(address)
	return err == nil && isConsumerURL(u)
}

// isConsumerURL says whether a URL takes assertions: /saml, or /saml/acs/ID where SAML encryption is required.
func isConsumerURL(u *url.URL) bool {
	return u.Scheme == "https" && isSigninHost(u.Hostname()) && (u.Path == "/saml" || strings.HasPrefix(u.Path, "/saml/acs/"))
}

// isIdentityCenterURL says whether a URL takes assertions for IAM Identity Center, in whatever partition.
func isIdentityCenterURL(u *url.URL) bool { return strings.Contains(u.Path+"/", "/platform/saml/") }

// resolverRules make the sign-in hosts resolve to nothing: should a request ever pass by the capture (a preconnect, a kind
// of request that DevTools doesn't see), it finds no address.
func resolverRules() string {
	var rules []string
	for _, host := range signinHosts {
		for _, name := range []string{host, "*." + host, host + ".", "*." + host + "."} {
			rules = append(rules, "MAP "+name+" ~NOTFOUND")
		}
	}
	for _, host := range chromiumHosts {
		rules = append(rules, "MAP "+host+" ~NOTFOUND")
	}
	return strings.Join(rules, ",")
}
