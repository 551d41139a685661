package commands

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"stsx/session"
)

// wantedRoles lets roles be ticked, of those that have no profile yet. It is empty when
// there are none.
func (r *commandRun) wantedRoles(ctx context.Context, own []session.Table, granted []session.Role) ([]session.Role, error) {
	if len(granted) == 0 {
		return nil, &session.RoleError{}
	}
	rest := rolesToAdd(own, granted)
	switch len(rest) {
	case 0:
		r.drivers.Ask.Say("all your roles already have profiles")
		return nil, nil
	case 1:
		r.drivers.Ask.Say("the one role to add is " + rest[0].String())
		return rest, nil
	}
	options := make([]session.GroupedOption, len(rest))
	for i, role := range rest {
		account := strings.TrimSpace(role.Account() + " " + r.accountName(role.Account()))
		options[i] = session.GroupedOption{Group: account, Text: role.Name()}
	}
	picked, err := r.drivers.Ask.ChooseMany(ctx, session.Question{Prompt: "Choose roles", What: "a choice of roles"}, options)
	var wanted []session.Role
	for _, i := range picked {
		wanted = append(wanted, rest[i])
	}
	return wanted, err
}

// rolesToAdd are the granted roles that have no profile, each once, by account.
func rolesToAdd(own []session.Table, granted []session.Role) []session.Role {
	var rest []session.Role
	for _, role := range granted {
		role.Provider = "" // two may vouch for one role
		if !slices.ContainsFunc(own, func(t session.Table) bool { return isProfileOf(t, role) }) && !slices.Contains(rest, role) {
			rest = append(rest, role)
		}
	}
	slices.SortStableFunc(rest, func(x, y session.Role) int { return cmp.Compare(x.Account(), y.Account()) })
	return rest
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
