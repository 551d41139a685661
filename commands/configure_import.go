package commands

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"stsx/session"
)

// runImportFrom imports another tool's configuration.
func (r *commandRun) runImportFrom(ctx context.Context, how importFlags) error {
	if !slices.Contains(session.OtherTools(), how.tool) {
		text := "stsx can't import from " + strconv.Quote(how.tool)
		if near := session.NearestNames(how.tool, session.OtherTools()); len(near) > 0 {
			text += "; did you mean " + strings.Join(near, " or ") + "?"
		}
		return &usageError{text, r.verb}
	}
	if len(r.operands) > 1 {
		return &usageError{r.verb + " takes one file", r.verb}
	}
	kit, err := r.openDrivers()
	if err != nil {
		return err
	}
	found, err := kit.OtherTools.Read(how.tool, strings.Join(r.operands, ""))
	if err != nil {
		return err
	}
	return r.importSettings(ctx, found, how)
}

// importSettings says what is not carried over of found, and imports the rest.
func (r *commandRun) importSettings(ctx context.Context, found session.ToolSettings, how importFlags) error {
	own, err := r.drivers.ConfigFile.Tables()
	if err != nil {
		return err
	}
	c := linkCompletion{commandRun: r, found: found, own: own, how: how, names: map[string]string{}}
	tables, err := c.tables(ctx)
	if err != nil {
		return err
	}
	r.drivers.Ask.Say(leftText(found))
	if tables, err = r.fillIn(ctx, tables, r.canAsk(how)); err != nil {
		return err
	}
	return r.importTables(ctx, tables, how)
}

// mostLeft bounds how much is listed of what is not carried over.
const mostLeft = 50

// leftText lists what is not carried over, one line each: where it stands, and why.
func leftText(found session.ToolSettings) string {
	if len(found.Left) == 0 {
		return ""
	}
	lines := []string{"not carried over from " + session.OneLine(found.Path, session.QuoteLength) + ":"}
	for _, l := range found.Left[:min(mostLeft, len(found.Left))] {
		where := ""
		if l.Line > 0 {
			section := strings.TrimPrefix("["+session.OneLine(l.Section, longestAbout)+"] ", "[] ") // outside of any
			where = "line " + strconv.Itoa(l.Line) + ": " + strings.TrimRight(section+session.OneLine(l.Key, longestAbout), " ") + ": "
		}
		lines = append(lines, "  "+where+l.Why)
	}
	if more := len(found.Left) - mostLeft; more > 0 {
		lines = append(lines, "  and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(lines, "\n")
}

// linkCompletion gives identity providers of another tool their links and names.
type linkCompletion struct {
	*commandRun
	found session.ToolSettings
	own   []session.Table
	how   importFlags
	names map[string]string // those of found.Tables → those in the configuration
}

// tables are those of found as they are imported. Errors: *session.InputError where
// a link is missing, *badLinkError.
func (c *linkCompletion) tables(ctx context.Context) ([]session.Table, error) {
	var out []session.Table
	for _, t := range c.found.Tables {
		if t.Kind == "idp" {
			var err error
			if t, err = c.completeOrg(ctx, t); err != nil {
				return nil, err
			}
		}
		out = append(out, t)
	}
	for i, t := range out {
		switch name := t.Text("idp"); {
		case name != "" && len(c.names) == 1:
			out[i] = t.Without("idp")
		case name != "":
			out[i].Settings = slices.Clone(t.Settings)
			out[i].Settings[0].Value = c.names[name] // idp is the first
		}
	}
	return out, nil
}

// badLinkError: a tool's configuration has a link that stsx does not take.
type badLinkError struct {
	path string
	err  error
}

func (e *badLinkError) Error() string {
	return "a link in " + e.path + " can't be used: " + e.err.Error()
}
func (e *badLinkError) Hint() string {
	return "copy the configuration, correct the link in the copy, and give the path of that"
}

// completeOrg gives t its url and the name that it will have.
func (c *linkCompletion) completeOrg(ctx context.Context, t session.Table) (session.Table, error) {
	link := t.Text("url")
	if link == "" {
		var err error
		if link, err = c.missingLink(ctx, c.found.NoLink[t.Name]); err != nil {
			return t, err
		}
		t.Settings = append([]session.Setting{{Key: "url", Value: link}}, t.Settings...)
	} else if err := c.drivers.ConfigFile.CheckURL(link); err != nil {
		return t, &badLinkError{c.found.Path, err}
	}
	known, here := orgWithURL(c.own, t)
	name := known.Name
	if !here {
		name = freeName(orgName(link), func(name string) bool {
			for _, given := range c.names {
				if given == name {
					return true
				}
			}
			return hasTable(c.own, "idp", name)
		})
	}
	c.names[t.Name] = name
	t.Name = name
	return t, nil
}

// missingLink is the link of an identity provider of which hint is known: the one
// that was given with --link, one of the configuration, or what the person says.
func (c *linkCompletion) missingLink(ctx context.Context, hint session.LinkHint) (string, error) {
	link := completeLink(c.how.link, hint)
	if c.how.link != "" && (len(c.found.NoLink) == 1 || hint.Host == "" || hint.Host == session.HostOf(link)) {
		if err := c.drivers.ConfigFile.CheckURL(link); err != nil {
			return "", &usageError{"--link: " + err.Error(), c.verb}
		}
		return link, nil
	}
	if link := linkFromOwn(c.own, hint); link != "" {
		return link, nil
	}
	const what = "the AWS app link from Okta"
	if !c.canAsk(c.how) {
		return "", &session.InputError{
			What: what,
			Give: "the configuration of " + c.found.Tool + " does not have it: give it with --link, or on a terminal",
		}
	}
	if hint.Path == "" {
		if hint.Host != "" {
			c.drivers.Ask.Say(c.found.Tool + " does not have the link of the AWS app of " + session.OneLine(hint.Host, longestAbout))
		}
		link, _, err := c.askAddress(ctx, false)
		return link, err
	}
	q := session.Question{Prompt: "Okta domain (such as acme.okta.com)", What: what, Give: "give it with --link"}
	for {
		answer, err := c.drivers.Ask.Ask(ctx, q)
		if err != nil {
			return "", err
		}
		link := completeLink(answer, hint)
		if err = c.drivers.ConfigFile.CheckURL(link); err == nil {
			return link, nil
		}
		c.drivers.Ask.Say(err.Error())
	}
}

// completeLink is what was given as a link, with the path that is known where it
// has none.
func completeLink(given string, hint session.LinkHint) string {
	if !strings.Contains(given, "://") {
		given = "https://" + given
	}
	u, err := url.Parse(given)
	if hint.Path == "" || err != nil {
		return given
	}
	return u.Scheme + "://" + u.Host + "/" + hint.Path
}

// linkFromOwn is the link of the one identity provider of own that fits hint, "" when
// there is none or there are several.
func linkFromOwn(own []session.Table, hint session.LinkHint) string {
	found := ""
	for _, t := range own {
		link := t.Text("url")
		if t.Kind != "idp" || hint.Host != "" && session.HostOf(link) != hint.Host || !strings.HasSuffix(link, hint.Path) {
			continue
		}
		if found != "" {
			return ""
		}
		found = link
	}
	return found
}
