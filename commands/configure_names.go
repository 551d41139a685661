package commands

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"stsx/session"
)

// maxNamesAsked is for how many profiles each name is asked for by itself; of more the
// names are shown together first.
const maxNamesAsked = 5

// askNames lets the names of the roles' profiles be edited.
func (r *commandRun) askNames(ctx context.Context, own []session.Table, roles []session.Role) ([]string, error) {
	suggested := suggestNames(own, roles)
	if len(roles) > maxNamesAsked {
		for i, role := range roles {
			r.drivers.Ask.Say(suggested[i] + ": " + role.String())
		}
		yes, err := r.drivers.Ask.Confirm(ctx, "Are these names right?", true)
		if err != nil || yes {
			return suggested, err
		}
	}
	var names []string
	taken := func(name string) bool { return hasTable(own, "profile", name) || slices.Contains(names, name) }
	for i, role := range roles {
		name, err := r.askName(ctx, role, suggested[i], taken)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// suggestNames names each role's profile after the role, and after its account too
// where that does not tell it from others.
func suggestNames(own []session.Table, roles []session.Role) []string {
	var names []string
	taken := func(name string) bool { return hasTable(own, "profile", name) || slices.Contains(names, name) }
	for _, role := range roles {
		name := plainName(role.ShortName())
		double := slices.ContainsFunc(roles, func(o session.Role) bool { return o.ARN != role.ARN && plainName(o.ShortName()) == name })
		if double || taken(name) {
			name += "-" + role.Account()
		}
		names = append(names, freeName(name, taken))
	}
	return names
}

// askName asks for the name of one role's profile until it can be one.
func (r *commandRun) askName(ctx context.Context, role session.Role, suggested string, taken func(string) bool) (string, error) {
	q := session.Question{Prompt: "Name for " + role.String(), Draft: suggested, Empty: true, What: "a name for " + role.String()}
	for {
		name, err := r.drivers.Ask.Ask(ctx, q)
		if err != nil {
			return "", err
		}
		if name == "" {
			name = suggested
		}
		switch {
		case taken(name):
			r.drivers.Ask.Say("there is a profile " + quotedName(name) + " already")
		case strings.HasPrefix(name, "-"):
			r.drivers.Ask.Say("a name that begins with - would be taken for a flag")
		case !session.IsVisible(name):
			r.drivers.Ask.Say("that name has characters in it that can't be seen")
		default:
			return name, nil
		}
	}
}

// hasTable reports whether tables have one of that kind and name.
func hasTable(tables []session.Table, kind, name string) bool {
	return slices.ContainsFunc(tables, func(t session.Table) bool { return t.Kind == kind && t.Name == name })
}

// freeName is name, with a number behind it when it is taken.
func freeName(name string, taken func(string) bool) string {
	out := name
	for n := 2; taken(out); n++ {
		out = fmt.Sprintf("%s-%d", name, n)
	}
	return out
}

// orgName makes an idp's name of its address: "acme" of acme.okta.com.
func orgName(address string) string {
	u, err := url.Parse(address)
	if err != nil || strings.Trim(u.Hostname(), "0123456789.:") == "" {
		return "okta"
	}
	first, _, _ := strings.Cut(u.Hostname(), ".")
	return plainName(first)
}

// plainName makes a name that needs quotes nowhere.
func plainName(text string) string {
	name := strings.Map(func(r rune) rune {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return '-'
		}
		return r
	}, strings.ToLower(text))
	if name = strings.Trim(name, "-"); name == "" {
		return "aws"
	}
	return name
}
