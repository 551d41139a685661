package config

import (
	"net"
	"net/url"
	"strings"
	"time"

	"stsx/session"
)

// How long a sign-in may take, waits for the person included.
const (
	defaultTimeout = 2 * time.Minute
	leastTimeout   = 10 * time.Second
	mostTimeout    = 30 * time.Minute
)

// orgSettings are the keys of [idp.NAME].
func orgSettings() []setting[session.Org] {
	type org = session.Org
	return []setting[org]{
		{"type", setType},
		{"url", set((*checker).url, func(o *org) *string { return &o.URL })},
		{"username", set((*checker).text, func(o *org) *string { return &o.Username })},
		{"mfa", set((*checker).factor, func(o *org) *string { return &o.MFA })},
		{"browser", set(func(c *checker, e entry) (string, bool) { return c.word(e, "auto", "headless", "visible") },
			func(o *org) *string { return &o.Browser })},
		{"browser_path", set((*checker).text, func(o *org) *string { return &o.BrowserPath })},
		{"sandbox", set(func(c *checker, e entry) (bool, bool) { on, ok := c.truth(e); return !on, ok },
			func(o *org) *bool { return &o.NoSandbox })},
		{"allowed_hosts", set((*checker).hosts, func(o *org) *[]string { return &o.AllowedHosts })},
		{"allowed_accounts", set((*checker).accounts, func(o *org) *[]string { return &o.AllowedAccounts })},
		{"password_command", set((*checker).command, func(o *org) *[]string { return &o.PasswordCommand })},
		{"mfa_command", set((*checker).command, func(o *org) *[]string { return &o.MFACommand })},
		{"timeout", set(func(c *checker, e entry) (time.Duration, bool) { return c.duration(e, leastTimeout, mostTimeout) },
			func(o *org) *time.Duration { return &o.Timeout })},
		{"remember", set((*checker).truth, func(o *org) *bool { return &o.Remember })},
	}
}

// org reads [idp.NAME].
func (c *checker) org(t *table) session.Org {
	c.name(t)
	o := session.Org{Name: t.name, Type: session.TypeOkta, Browser: "auto", Timeout: defaultTimeout}
	at := fill(c, t, orgSettings(), &o)
	if o.Type == session.TypeForm {
		c.formOnly(at, o)
	}
	if _, ok := at["url"]; !ok {
		c.problem(t.at, "[idp.%s] has no url: the embed link of the AWS app in Okta (with type = \"form\": the address that starts the sign-in to AWS)", bare(t.name))
	}
	return o
}

func setType(c *checker, e entry, o *session.Org) {
	if text, ok := c.word(e, session.Types()...); ok {
		o.Type = text
	}
}

// formOnly refuses what means nothing where a person answers the pages.
func (c *checker) formOnly(at map[string]place, o session.Org) {
	for _, key := range []string{"mfa", "mfa_command", "password_command"} {
		if where, ok := at[key]; ok {
			c.problem(where, "%s has no use with type \"form\": what its pages ask is asked on the terminal, and stsx fills in no secret by itself", key)
		}
	}
	if o.Remember {
		c.problem(at["remember"], "remember is for type \"okta\": stsx does not know which cookies of another provider may be kept")
	}
}

func (c *checker) factor(e entry) (string, bool) {
	text, ok := c.text(e)
	if !ok {
		return "", false
	}
	if err := session.CheckFactor(text); err != nil {
		c.problem(e.at, "mfa: %v", err)
		return "", false
	}
	return text, true
}

// url is the page to sign in at. Its text is quoted in no message: somebody
// may have put a password in it.
func (c *checker) url(e entry) (string, bool) {
	text, ok := c.text(e)
	if !ok {
		return "", false
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http":
		c.problem(e.at, "url is not an https:// address")
	case u.User != nil:
		c.problem(e.at, "url holds a username or a password; leave out what stands before the @")
	case u.Hostname() == "":
		c.problem(e.at, "url names no host")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		c.problem(e.at, "url is http; a password needs https (http is for a loopback host only)")
	default:
		return text, true
	}
	return "", false
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// hosts is a list of host names, which come back in lower case.
func (c *checker) hosts(e entry) ([]string, bool) {
	list, ok := c.words(e)
	for i, host := range list {
		if !isHost(host) {
			c.problem(e.at, "allowed_hosts: %q is not a host name; write it without scheme, port and path", host)
			return nil, false
		}
		list[i] = strings.ToLower(host)
	}
	return list, ok
}

// isHost reports a DNS name or an IPv4 address.
func isHost(text string) bool {
	if text == "" || len(text) > 253 {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if !only(label, "-") {
			return false
		}
	}
	return true
}
