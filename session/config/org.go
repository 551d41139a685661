package config

import (
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
		{"ask", setField(func(c *checker, e tableEntry) (string, bool) {
			return c.readWord(e, session.AskOnTerminal, session.AskInWindow)
		},
			func(o *org) *string { return &o.Ask })},
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
		{"log", setField((*checker).readBool, func(o *org) *bool { return &o.Log })},
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
		c.addProblem(t.at, "[idp.%s] has no url: the embed link of the AWS app in Okta "+
			"(with type = \"form\": the link that starts the sign-in to AWS)", bareKey(t.name))
	}
	if advice := wrongLink(o.URL); o.Type == session.TypeOkta && advice != "" {
		c.addProblem(at["url"], "url: %s", advice)
	}
	return o
}

func setType(c *checker, e tableEntry, o *session.Org) {
	if text, ok := c.readWord(e, session.ProviderTypes()...); ok {
		o.Type = text
	}
}

// checkFormOnly refuses what means nothing where a person answers the pages.
func (c *checker) checkFormOnly(at map[string]filePosition, o session.Org) {
	for _, key := range []string{"mfa", "mfa_command", "password_command"} {
		if where, ok := at[key]; ok {
			c.addProblem(where, "%s has no use with type \"form\": what its pages ask is asked on the terminal, "+
				"and stsx fills in no secret by itself", key)
		}
	}
	if o.Remember {
		c.addProblem(at["remember"], "remember is for type \"okta\": stsx does not know which cookies of another provider may be saved")
	}
}

func (c *checker) readFactor(e tableEntry) (string, bool) {
	return c.readChecked(e, session.CheckFactor)
}
