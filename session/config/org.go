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
func orgSettings() []tableKey[session.Org] {
	type org = session.Org
	return []tableKey[org]{
		{"type", setType},
		{"url", setField((*checker).readURL, func(o *org) *string { return &o.URL })},
		{"username", setField((*checker).readText, func(o *org) *string { return &o.Username })},
		{"mfa", setField((*checker).readFactor, func(o *org) *string { return &o.MFA })},
		{"browser", setField(func(c *checker, e tableEntry) (string, bool) { return c.readWord(e, "auto", "headless", "visible") },
			func(o *org) *string { return &o.Browser })},
		{"browser_path", setField((*checker).readText, func(o *org) *string { return &o.BrowserPath })},
		{"sandbox", setField(func(c *checker, e tableEntry) (bool, bool) { on, ok := c.readBool(e); return !on, ok },
			func(o *org) *bool { return &o.NoSandbox })},
		{"allowed_hosts", setField((*checker).readHosts, func(o *org) *[]string { return &o.AllowedHosts })},
		{"allowed_accounts", setField((*checker).readAccounts, func(o *org) *[]string { return &o.AllowedAccounts })},
		{"password_command", setField((*checker).readCommand, func(o *org) *[]string { return &o.PasswordCommand })},
		{"mfa_command", setField((*checker).readCommand, func(o *org) *[]string { return &o.MFACommand })},
		{"timeout", setField(func(c *checker, e tableEntry) (time.Duration, bool) {
			return c.readDuration(e, leastTimeout, mostTimeout)
		},
			func(o *org) *time.Duration { return &o.Timeout })},
		{"remember", setField((*checker).readBool, func(o *org) *bool { return &o.Remember })},
	}
}

// readOrg reads [idp.NAME].
func (c *checker) readOrg(t *configTable) session.Org {
	c.checkName(t)
	o := session.Org{Name: t.name, Type: session.TypeOkta, Browser: "auto", Timeout: defaultTimeout}
	at := readTable(c, t, orgSettings(), &o)
	if o.Type == session.TypeForm {
		c.checkFormOnly(at, o)
	}
	if _, ok := at["url"]; !ok {
		c.addProblem(t.at, "[idp.%s] has no url: the embed link of the AWS app in Okta (with type = \"form\": the address that starts the sign-in to AWS)", bareKey(t.name))
	}
	return o
}

func setType(c *checker, e tableEntry, o *session.Org) {
	if text, ok := c.readWord(e, session.Types()...); ok {
		o.Type = text
	}
}

// checkFormOnly refuses what means nothing where a person answers the pages.
func (c *checker) checkFormOnly(at map[string]filePosition, o session.Org) {
	for _, key := range []string{"mfa", "mfa_command", "password_command"} {
		if where, ok := at[key]; ok {
			c.addProblem(where, "%s has no use with type \"form\": what its pages ask is asked on the terminal, and stsx fills in no secret by itself", key)
		}
	}
	if o.Remember {
		c.addProblem(at["remember"], "remember is for type \"okta\": stsx does not know which cookies of another provider may be kept")
	}
}

func (c *checker) readFactor(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if !ok {
		return "", false
	}
	if err := session.CheckFactor(text); err != nil {
		c.addProblem(e.at, "mfa: %v", err)
		return "", false
	}
	return text, true
}

// readURL is the page to sign in at. Its text is quoted in no message: somebody
// may have put a password in it.
func (c *checker) readURL(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if !ok {
		return "", false
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http":
		c.addProblem(e.at, "url is not an https:// address")
	case u.User != nil:
		c.addProblem(e.at, "url holds a username or a password; leave out what stands before the @")
	case u.Hostname() == "":
		c.addProblem(e.at, "url names no host")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		c.addProblem(e.at, "url is http; a password needs https (http is for a loopback host only)")
	default:
		return text, true
	}
	return "", false
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// readHosts is a list of host names, which come back in lower case.
func (c *checker) readHosts(e tableEntry) ([]string, bool) {
	list, ok := c.readWords(e)
	for i, host := range list {
		if !isHost(host) {
			c.addProblem(e.at, "allowed_hosts: %q is not a host name; write it without scheme, port and path", host)
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
		if !madeOf(label, "-") {
			return false
		}
	}
	return true
}
