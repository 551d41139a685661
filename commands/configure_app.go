package commands

import (
	"context"
	"net/url"
	"slices"

	"stsx/session"
)

// signInForRoles signs in to org, whose table is idp. Where that has no url org's is Okta's
// home page, and the app is found there: the table that is returned has it.
func (r *commandRun) signInForRoles(
	ctx context.Context, own []session.Table, idp session.Table, org session.Org,
) (session.Table, session.Assertion, error) {
	if idp.Text("url") != "" {
		a, err := r.drivers.Broker.Grants(ctx, org)
		return idp, a, err
	}
	a, err := r.drivers.Broker.GrantsFromHome(ctx, org, func(ctx context.Context, apps []session.App, refused error) (string, error) {
		return r.chooseApp(ctx, org, apps, refused)
	})
	if err != nil {
		return idp, a, err
	}
	if known := tableOfOrg(own, a.AppLink); known.Name != "" {
		return known, a, nil
	}
	idp.Settings = slices.Insert(idp.Settings, 0, session.Setting{Key: "url", Value: a.AppLink})
	return idp, a, nil
}

// chooseApp is a session.ChooseApp for who is signed in at home: one app is taken, one of
// several is chosen, and where there is none its link is asked for.
func (r *commandRun) chooseApp(ctx context.Context, home session.Org, apps []session.App, refused error) (string, error) {
	var options, links []string
	for _, app := range apps {
		if link, err := r.drivers.ConfigFile.AppLink(app.Link); err == nil {
			links = append(links, linkAt(home, link))
			options = append(options, app.Label+" ("+link+")")
		}
	}
	host := session.HostOf(home.URL)
	switch {
	case len(links) == 1:
		r.drivers.Ask.Say("found your AWS app at " + host + ": " + options[0])
		return links[0], nil
	case len(links) > 1:
		i, err := r.drivers.Ask.Choose(ctx, session.Question{Prompt: "Which AWS app", What: "a choice of the AWS app"}, options)
		if err != nil {
			return "", err
		}
		return links[i], nil
	case refused != nil:
		r.drivers.Ask.Say(host + " did not list your apps (" + refused.Error() + "): copy the link of the AWS tile on your Okta dashboard")
	default:
		r.drivers.Ask.Say("you are signed in, and " + host + " lists no AWS app for you: ask your Okta administrator for the app " +
			"AWS Account Federation; if the app has another name, copy the link of its tile")
	}
	return r.askLinkAt(ctx, home)
}

// askLinkAt asks for the link of an app at home.
func (r *commandRun) askLinkAt(ctx context.Context, home session.Org) (string, error) {
	for {
		link, err := r.askLink(ctx)
		if err != nil {
			return "", err
		}
		advice := r.drivers.ConfigFile.Advice(link)
		if advice == "" && session.Origin(link) != home.Origin() {
			advice = "that is not at " + session.HostOf(home.URL) + ", where you are signed in"
		}
		if advice == "" {
			return link, nil
		}
		r.drivers.Ask.Say(advice)
	}
}

// linkAt is an app's link at home: Okta lists it with the org's other name where it has two.
func linkAt(home session.Org, link string) string {
	at, _ := url.Parse(home.URL)
	u, err := at.Parse(link)
	if err != nil {
		return link
	}
	u.Scheme, u.Host = at.Scheme, at.Host
	return u.String()
}
