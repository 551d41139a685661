package awssts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"stsx/session"
)

// AccountNames reads the names of the accounts that a grants roles in from
// AWS's SAML page, which shows them to whoever has several roles to choose from.
// With one that page would sign in to the console: then it is not asked. Not
// every account has a name.
func (c Client) AccountNames(ctx context.Context, a session.Assertion) (map[string]string, error) {
	const asking = "asking AWS's sign-in page for the names of accounts"
	if !slices.ContainsFunc(a.Roles, func(r session.Role) bool { return r.ARN != a.Roles[0].ARN }) {
		return nil, errors.New(asking + ": it shows none to who has one role only")
	}
	address, err := consumerURL(a)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", asking, err)
	}
	body, status, err := c.postForm(ctx, address, url.Values{"SAMLResponse": {a.Encoded.Reveal()}})
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("it answered with HTTP status %d", status)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", asking, err)
	}
	return accountNames(body), nil
}

// consumerURL is the page that a was meant for, if it is one of AWS's, else that of
// its roles' partition.
func consumerURL(a session.Assertion) (string, error) {
	hosts, ok := hostsOf(a.Roles[0].Partition())
	if !ok {
		return "", fmt.Errorf("stsx does not know the sign-in page of partition %s", a.Roles[0].Partition())
	}
	u, err := url.Parse(a.Destination)
	if err == nil && u.Scheme == "https" && u.User == nil && u.Port() == "" &&
		(u.Path == "/saml" || strings.HasPrefix(u.Path, "/saml/acs/")) {
		region, regional := strings.CutSuffix(u.Host, "."+hosts.signin)
		if u.Host == hosts.signin || regional && region != "" && isHostLabel(region) {
			return "https://" + u.Host + u.Path, nil
		}
	}
	return "https://" + hosts.signinHost(a.Roles[0].Partition(), "") + "/saml", nil
}

// accountNames finds "Account: NAME (NUMBER)" in the page's headings.
func accountNames(page []byte) map[string]string {
	out := map[string]string{}
	heading := false
	for tokens := html.NewTokenizer(bytes.NewReader(page)); ; {
		switch tokens.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken:
			heading = false
			for name, has := tokens.TagName(); has; {
				var key, value []byte
				key, value, has = tokens.TagAttr()
				heading = heading || string(name) == "div" && string(key) == "class" && string(value) == "saml-account-name"
			}
		case html.EndTagToken:
			heading = false
		case html.TextToken:
			if !heading {
				continue
			}
			_, text, _ := strings.Cut(string(tokens.Text()), ":")
			text, ok := strings.CutSuffix(strings.TrimSpace(text), ")")
			at := strings.LastIndex(text, "(")
			if !ok || at < 0 {
				continue // a number alone
			}
			name, number := strings.TrimSpace(text[:at]), text[at+1:]
			if len(number) == 12 && strings.Trim(number, "0123456789") == "" && name != "" {
				out[number] = name
			}
		}
	}
}
