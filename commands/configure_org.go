package commands

import (
	"context"
	"time"

	"stsx/session"
)

// wantedOrg asks where to sign in and as whom. The table is what the
// configuration is to say of it.
func (r *commandRun) wantedOrg(ctx context.Context, own []session.Table) (session.Table, session.Org, error) {
	idp, err := r.knownOrg(ctx, own)
	if err != nil {
		return idp, session.Org{}, err
	}
	link, isHome := "", false
	if idp.Name == "" {
		if link, isHome, err = r.askAddress(ctx, true); err != nil {
			return idp, session.Org{}, err
		}
		idp = tableOfOrg(own, link)
	}
	if idp.Name != "" {
		org, err := r.orgNamed(idp.Name)
		idp.Settings = []session.Setting{{Key: "url", Value: org.URL}} // all that has to be there already
		return idp, org, err
	}
	username, err := r.askUsername(ctx)
	if err != nil {
		return idp, session.Org{}, err
	}
	idp.Name = freeName(orgName(link), func(name string) bool { return hasTable(own, "idp", name) })
	idp.Settings = append(idp.Settings, session.Setting{Key: "username", Value: username})
	if isHome {
		idp.Settings = idp.Settings[1:] // its url is found there
	}
	org := session.Org{Name: idp.Name, Type: session.TypeOkta, URL: link, Username: username, Browser: "auto", Timeout: 2 * time.Minute}
	return idp, r.overrideOrg(org, org.Name), nil
}

// tableOfOrg is the idp with that link, with its name in own or none.
func tableOfOrg(own []session.Table, link string) session.Table {
	idp := session.Table{Kind: "idp", Settings: []session.Setting{{Key: "url", Value: link}}}
	if known, ok := orgWithURL(own, idp); ok {
		idp.Name = known.Name
	}
	return idp
}

// askUsername asks for the username until there is one.
func (r *commandRun) askUsername(ctx context.Context) (string, error) {
	username := r.settings.Username
	for username == "" {
		var err error
		q := session.Question{Prompt: "Okta username", What: "the username", Give: "give it with --username"}
		if username, err = r.drivers.Ask.Ask(ctx, q); err != nil {
			return "", err
		}
	}
	return username, nil
}

// knownOrg lets an idp of the configuration be picked, or none.
func (r *commandRun) knownOrg(ctx context.Context, own []session.Table) (session.Table, error) {
	none := session.Table{Kind: "idp"}
	var known []session.Table
	var options []string
	for _, t := range own {
		if t.Kind == "idp" {
			known = append(known, t)
			options = append(options, quotedName(t.Name)+" ("+session.HostOf(t.Text("url"))+")")
		}
	}
	if len(known) == 0 {
		return none, nil
	}
	i, err := r.drivers.Ask.Choose(
		ctx,
		session.Question{Prompt: "Sign in at", What: "a choice of where to sign in"},
		append(options, "another app"),
	)
	if err != nil || i == len(known) {
		return none, err
	}
	return known[i], nil
}

// askAddress asks for the app's link until it is one that can be used. isHome: it is Okta's
// home page, where mayFind the app is to be found.
func (r *commandRun) askAddress(ctx context.Context, mayFind bool) (link string, isHome bool, err error) {
	const example = "copy the link of the AWS tile on your Okta dashboard; it looks like " +
		"https://acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272"
	r.drivers.Ask.Say(example)
	if mayFind {
		r.drivers.Ask.Say("or give your Okta home page, such as acme.okta.com: stsx signs in there and finds the app")
	}
	for {
		link, err := r.askLink(ctx)
		if err != nil {
			return "", false, err
		}
		advice := r.drivers.ConfigFile.Advice(link)
		if advice == "" {
			return link, false, nil
		}
		if home := r.drivers.ConfigFile.HomePage(link); home != "" && mayFind {
			yes, err := r.drivers.Ask.Confirm(ctx, "Sign in at "+session.HostOf(home)+" and find the AWS app?", true)
			if err != nil || yes {
				return home, true, err
			}
		}
		r.drivers.Ask.Say(advice)
		yes, err := r.drivers.Ask.Confirm(ctx, "Use it anyway?", false)
		if err != nil || yes {
			return link, false, err
		}
	}
}

// askLink asks for the app's link until it can be one.
func (r *commandRun) askLink(ctx context.Context) (string, error) {
	q := session.Question{
		Prompt: "AWS app link from Okta", What: "the AWS app link from Okta",
		Give: "an Okta administrator has it: Applications, the AWS app, General, App Embed Link",
	}
	for {
		answer, err := r.drivers.Ask.Ask(ctx, q)
		if err != nil {
			return "", err
		}
		if answer == "" {
			r.drivers.Ask.Say(q.Give)
			continue
		}
		link, err := r.drivers.ConfigFile.AppLink(answer)
		if err == nil {
			return link, nil
		}
		r.drivers.Ask.Say(err.Error())
	}
}
