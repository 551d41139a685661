package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stsx/session"
)

// browserLimit is how long a browser's start may take here; a sign-in waits longer.
const browserLimit = 9 * time.Second

// checkBrowser starts each browser that the configuration means, without a window.
func (m Machine) checkBrowser(ctx context.Context) Finding {
	var all []Finding
	tried := map[string]bool{}
	for _, o := range m.orgs() {
		if m.BrowserOf != "" {
			o.BrowserPath = m.BrowserOf
		}
		if tried[o.BrowserPath] {
			continue
		}
		tried[o.BrowserPath] = true
		all = append(all, m.checkOneBrowser(ctx, o))
	}
	return mergeFindings(all...)
}

func (m Machine) checkOneBrowser(ctx context.Context, o session.Org) Finding {
	p, err := m.ProbeBrowser(ctx, o)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return Finding{Status: Fail, Text: fmt.Sprintf("%s did not start within %s", p.Path, browserLimit),
			Cure: "end what keeps this machine busy and run stsx doctor again, or set browser_path to another browser"}
	case err != nil:
		return findingOf(Fail, err, cmp.Or(installCure(o), "install Chromium or Chrome, or set browser_path"))
	}
	f := Finding{
		Status: OK,
		Text:   fmt.Sprintf("%s at %s starts without a window, its sandbox on", strings.Replace(p.Product, "/", " ", 1), p.Path),
	}
	if !p.Sandbox {
		f = Finding{Status: Warn, Text: fmt.Sprintf("%s at %s starts without a window, its sandbox off: %s",
			strings.Replace(p.Product, "/", " ", 1), p.Path, sandboxReason(o)), Cure: sandboxCure(o)}
	}
	for _, other := range p.Others {
		f.Text += "; " + other
	}
	return f
}

// installCure is for a browser that was named; "" = none was.
func installCure(o session.Org) string {
	if o.BrowserPath == "" {
		return ""
	}
	return "correct browser_path, STSX_BROWSER_PATH or --browser-path, or install that browser"
}

func sandboxReason(o session.Org) string {
	if o.NoSandbox {
		return "the configuration says so"
	}
	return "Chromium has none for root"
}

func sandboxCure(o session.Org) string {
	if o.NoSandbox {
		return "remove no_sandbox from the configuration"
	}
	return "run stsx as an ordinary user"
}

// orgs are the configured identity providers; without any that can be read one that leaves all open.
func (m Machine) orgs() []session.Org {
	all := m.configuredOrgs()
	if len(all) == 0 {
		return []session.Org{{Type: session.TypeOkta}}
	}
	return all
}

func (m Machine) configuredOrgs() []session.Org {
	profiles, err := m.Profiles()
	if err != nil {
		return nil
	}
	var all []session.Org
	for _, name := range profiles.OrgNames() {
		if o, err := profiles.Org(name); err == nil {
			all = append(all, o)
		}
	}
	return all
}

func (m Machine) configuredProfiles() []session.Profile {
	profiles, err := m.Profiles()
	if err != nil {
		return nil
	}
	var all []session.Profile
	for _, name := range profiles.Names() {
		if p, err := profiles.Profile(name); err == nil {
			all = append(all, p)
		}
	}
	return all
}

// checkLeftovers counts what killed sign-ins left.
func (m Machine) checkLeftovers(context.Context) Finding {
	n := m.CountLeftovers()
	if n == 0 {
		return Finding{Status: OK, Text: "no sign-in was killed and left its browser's profile"}
	}
	return Finding{
		Status: Warn, Text: fmt.Sprintf("killed sign-ins left %d profiles of a browser", n), Cure: "run stsx doctor --fix",
		Repair: &Repair{fmt.Sprintf("removing %d profiles of killed sign-ins", n), func(context.Context) error { m.Sweep(); return nil }},
	}
}

// usesRole reports whether p may get one of roles.
func usesRole(p session.Profile, roles []session.Role) bool {
	arn, err := session.ParseRole(p.Role)
	return slices.ContainsFunc(roles, func(r session.Role) bool {
		switch {
		case err == nil:
			return r.ARN == arn.ARN
		case p.Account != "" && p.Account != r.Account():
			return false
		}
		return p.Role == "" || p.Role == r.Name() || p.Role == r.ShortName()
	})
}
