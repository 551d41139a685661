package commands

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"stsx/session"
)

// roleOption is a granted role, and its profile if it has one.
type roleOption struct {
	session.Role
	profile session.Table // Name "" = none yet
}

// text is the option as it is shown below its account.
func (o roleOption) text() string {
	if o.profile.Name == "" {
		return o.Name()
	}
	return o.Name() + " (has profile " + quotedName(o.profile.Name) + ")"
}

// roleChoice is what the person ticked in the list of their roles.
type roleChoice struct {
	kept    []roleOption // have a profile, and stay
	added   []roleOption
	removed []roleOption // have a profile, and are to have none
}

// chooseRoles lets roles be ticked; those that have a profile at idp are at first.
func (r *commandRun) chooseRoles(ctx context.Context, own []session.Table, idp session.Table, granted []session.Role) (roleChoice, error) {
	if len(granted) == 0 {
		return roleChoice{}, &session.RoleError{}
	}
	all := roleOptions(profilesAt(own, idp), granted)
	if len(all) == 1 && all[0].profile.Name == "" {
		r.drivers.Ask.Say("your one role is " + all[0].String())
		return roleChoice{added: all}, nil
	}
	options := make([]session.GroupedOption, len(all))
	for i, o := range all {
		account := strings.TrimSpace(o.Account() + " " + r.accountName(o.Account()))
		options[i] = session.GroupedOption{Group: account, Text: o.text(), Ticked: o.profile.Name != ""}
	}
	picked, err := r.drivers.Ask.ChooseMany(ctx, session.Question{Prompt: "Choose roles", What: "a choice of roles"}, options)
	if err != nil {
		return roleChoice{}, err
	}
	var c roleChoice
	for i, o := range all {
		isPicked := slices.Contains(picked, i)
		switch {
		case o.profile.Name == "" && isPicked:
			c.added = append(c.added, o)
		case o.profile.Name != "" && isPicked:
			c.kept = append(c.kept, o)
		case o.profile.Name != "":
			c.removed = append(c.removed, o)
		}
	}
	return r.keepSources(own, c), nil
}

// keepSources is c without the removal of profiles that others are assumed from.
func (r *commandRun) keepSources(own []session.Table, c roleChoice) roleChoice {
	c.removed = slices.DeleteFunc(c.removed, func(o roleOption) bool {
		i := slices.IndexFunc(own, func(t session.Table) bool { return t.Kind == "profile" && t.Text("source") == o.profile.Name })
		if i >= 0 {
			r.drivers.Ask.Say(quotedName(o.profile.Name) + " stays: " + quotedName(own[i].Name) + " is assumed from it")
			c.kept = append(c.kept, o)
		}
		return i >= 0
	})
	return c
}

// profilesAt are the profiles of own that sign in at idp by themselves.
func profilesAt(own []session.Table, idp session.Table) []session.Table {
	orgs := 0
	for _, t := range own {
		if t.Kind == "idp" {
			orgs++
		}
	}
	isOnly := orgs == 1 && hasTable(own, "idp", idp.Name)
	var out []session.Table
	for _, t := range own {
		if at := t.Text("idp"); t.Kind == "profile" && t.Text("source") == "" && (at == idp.Name || at == "" && isOnly) {
			out = append(out, t)
		}
	}
	return out
}

// roleOptions are the granted roles, each once or once for each of its profiles, by account.
func roleOptions(profiles []session.Table, granted []session.Role) []roleOption {
	var all []roleOption
	for _, role := range granted {
		role.Provider = "" // two may vouch for one role
		if slices.ContainsFunc(all, func(o roleOption) bool { return o.Role == role }) {
			continue
		}
		count := len(all)
		for _, t := range profiles {
			if isProfileOf(t, role) {
				all = append(all, roleOption{role, t})
			}
		}
		if len(all) == count {
			all = append(all, roleOption{Role: role})
		}
	}
	slices.SortStableFunc(all, func(x, y roleOption) int { return cmp.Compare(x.Account(), y.Account()) })
	return all
}

// isProfileOf reports whether t is a profile for role by its ARN, or by its name and account.
func isProfileOf(t session.Table, role session.Role) bool {
	name := t.Text("role")
	return name == role.ARN || t.Text("account") == role.Account() && (name == role.Name() || name == role.ShortName())
}

// offerAccountNames offers to ask AWS what the accounts of a are called, where a list
// of numbers would be of little help.
func (r *commandRun) offerAccountNames(ctx context.Context, a session.Assertion) error {
	var accounts []string
	isKnown := true
	for _, role := range a.Roles {
		if account := role.Account(); !slices.Contains(accounts, account) {
			accounts = append(accounts, account)
			isKnown = isKnown && r.accountName(account) != ""
		}
	}
	if len(accounts) < 2 || isKnown {
		return nil
	}
	yes, err := r.drivers.Ask.Confirm(ctx, "Ask AWS what your "+session.Plural(len(accounts), "account")+" are called?", true)
	if err == nil && yes {
		r.learnNames(ctx, a)
		err = ctx.Err()
	}
	return err
}
