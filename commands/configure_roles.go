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

// wantedRoles lets roles be ticked, those that have a profile too: that can be changed.
func (r *commandRun) wantedRoles(ctx context.Context, own []session.Table, granted []session.Role) ([]roleOption, error) {
	if len(granted) == 0 {
		return nil, &session.RoleError{}
	}
	all := roleOptions(own, granted)
	if len(all) == 1 && all[0].profile.Name == "" {
		r.drivers.Ask.Say("your one role is " + all[0].String())
		return all, nil
	}
	options := make([]session.GroupedOption, len(all))
	for i, o := range all {
		account := strings.TrimSpace(o.Account() + " " + r.accountName(o.Account()))
		options[i] = session.GroupedOption{Group: account, Text: o.text()}
	}
	picked, err := r.drivers.Ask.ChooseMany(ctx, session.Question{Prompt: "Choose roles", What: "a choice of roles"}, options)
	var wanted []roleOption
	for _, i := range picked {
		wanted = append(wanted, all[i])
	}
	return wanted, err
}

// roleOptions are the granted roles, each once or once for each of its profiles, by account.
func roleOptions(own []session.Table, granted []session.Role) []roleOption {
	var all []roleOption
	for _, role := range granted {
		role.Provider = "" // two may vouch for one role
		if slices.ContainsFunc(all, func(o roleOption) bool { return o.Role == role }) {
			continue
		}
		count := len(all)
		for _, t := range own {
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
	return t.Kind == "profile" && (name == role.ARN ||
		t.Text("account") == role.Account() && (name == role.Name() || name == role.ShortName()))
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
