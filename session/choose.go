package session

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// ChooseRole picks the role that p asks for out of those granted: by ARN, by name
// (with or without its path) and account, the only one when p names none, else
// the one the person picks. It never takes another role than asked. Errors:
// *RoleError, *InputError, ErrInterrupted.
func ChooseRole(ctx context.Context, p Profile, granted []Role, ask Prompter) (Role, error) {
	return chooseNamed(ctx, p, granted, ask, nil)
}

// chooseNamed is ChooseRole with the names of accounts, which a person who picks sees;
// nil: there are none.
func chooseNamed(ctx context.Context, p Profile, granted []Role, ask Prompter, names AccountNames) (Role, error) {
	if len(granted) == 0 {
		return Role{}, &RoleError{By: p.Org.ProviderName()}
	}
	fits := matchingRoles(p, granted)
	switch {
	case len(fits) == 0:
		return Role{}, &RoleError{Asked: askedRole(p), Near: nearRoles(p, granted)}
	case sameARN(fits) && (len(fits) == 1 || !ask.Interactive()):
		// Several are the same role through several providers: all lead there.
		return fits[0], nil
	case p.Role != "" && !ask.Interactive():
		return Role{}, &RoleError{Asked: askedRole(p), Near: firstFew(roleLabels(fits)), Many: true}
	}
	picked, err := ask.Choose(ctx, Question{
		Prompt: "Role for " + p.Name,
		What:   "a choice among the " + Plural(len(fits), "role") + " for " + p.Name,
		Give:   "name one with --role or in the profile (stsx roles lists them)",
	}, namedRoleLabels(fits, names))
	if err != nil {
		return Role{}, err
	}
	return fits[picked], nil
}

func matchingRoles(p Profile, granted []Role) []Role {
	var exact, short []Role
	for _, r := range granted {
		if p.Account != "" && r.Account() != p.Account || p.Provider != "" && r.Provider != p.Provider {
			continue
		}
		switch p.Role {
		case "", r.ARN, r.Name():
			exact = append(exact, r)
		case r.ShortName():
			short = append(short, r)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return short
}

// firstFew bounds what an error lists.
func firstFew(list []string) []string {
	const most = 5
	if len(list) <= most {
		return list
	}
	return append(list[:most:most], strconv.Itoa(len(list)-most)+" more")
}

func sameARN(roles []Role) bool {
	return !slices.ContainsFunc(roles, func(r Role) bool { return r.ARN != roles[0].ARN })
}

// askedRole is the role that p asks for, in words.
func askedRole(p Profile) string {
	switch {
	case p.Provider != "":
		return "role " + p.Role + " by " + p.Provider
	case p.Role == "":
		return "a role in account " + p.Account
	case p.Account == "" || strings.HasPrefix(p.Role, "arn:"):
		return "role " + p.Role
	}
	return "role " + p.Role + " in account " + p.Account
}

// nearRoles lists the granted roles that the person may have meant, best first.
func nearRoles(p Profile, granted []Role) []string {
	want := p.Role
	if r, err := ParseRole(p.Role); err == nil {
		want = r.ShortName()
	}
	names := make([]string, 0, len(granted))
	for _, r := range granted {
		names = append(names, r.ShortName())
	}
	var out []string
	for _, name := range NearestNames(want, names) {
		for _, r := range granted {
			if r.ShortName() == name && len(out) < 5 {
				out = append(out, r.String())
			}
		}
	}
	if len(out) == 0 && len(granted) <= 5 {
		return roleLabels(granted)
	}
	return out
}

func namedRoleLabels(roles []Role, names AccountNames) []string {
	out := roleLabels(roles)
	for i, r := range roles {
		if names == nil {
			break
		}
		if name := names.Name(r.Account()); name != "" {
			out[i] += " (" + name + ")"
		}
	}
	return out
}

func roleLabels(roles []Role) []string {
	doubled := map[string]int{}
	for _, r := range roles {
		doubled[r.String()]++
	}
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = r.String()
		if doubled[out[i]] > 1 {
			out[i] += " (by " + r.Provider[strings.LastIndexByte(r.Provider, '/')+1:] + ")"
		}
	}
	return out
}
