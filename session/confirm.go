package session

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Confirm asks before profiles are used whose configuration says so, or that of
// one they are assumed from: once for all of them. Errors: ErrDeclined,
// *InputError, ErrInterrupted, the context's.
func (b *Broker) Confirm(ctx context.Context, profiles ...Profile) error {
	var names, shown []string
	for _, p := range profiles {
		if p.confirmingProfile() == "" {
			continue
		}
		text := p.Name + " (" + describeProfile(p) + ")"
		for at := p.Source; at != nil; at = at.Source {
			text += " from " + at.Name + " (" + describeProfile(*at) + ")"
		}
		names, shown = append(names, p.Name), append(shown, text)
	}
	var prompt, give string
	switch len(names) {
	case 0:
		return nil
	case 1:
		i := slices.IndexFunc(profiles, func(p Profile) bool { return p.confirmingProfile() != "" })
		prompt = "Use " + shown[0] + "?"
		give = "the profile " + profiles[i].confirmingProfile() + " says confirm = true: run this at a shell prompt"
	default:
		prompt, give = "Use these "+Plural(len(names), "profile")+": "+strings.Join(firstFew(names), ", ")+"?",
			"their profiles say confirm = true: run this at a shell prompt"
		if b.Ask.Interactive() {
			b.Ask.Say(strings.Join(shown, "\n"))
		}
	}
	yes, err := b.Ask.Confirm(ctx, prompt, false)
	var input *InputError
	if errors.As(err, &input) {
		return &InputError{What: "a yes to using " + strings.Join(firstFew(names), ", "), Give: give, EachUse: true}
	}
	if err == nil && !yes {
		return ErrDeclined
	}
	return err
}

// checkPermitted is nil unless the configuration forbids what p asks for, or gets it
// wrong: that should not cost a sign-in, nor be had from the store because it
// was allowed before.
func checkPermitted(p Profile) error {
	for at := &p; at != nil; at = at.Source {
		if role, err := ParseRole(at.Role); err == nil {
			if err := errors.Join(at.Allows(role.Account()), CheckRegion(role, at.Region), at.Policies.CheckRole(role)); err != nil {
				return err
			}
		} else if at.Account != "" {
			if err := at.Policies.CheckAccount(at.Account); err != nil {
				return err
			}
		}
	}
	return nil
}

func describeProfile(p Profile) string {
	switch {
	case p.Role == "" && p.Account == "":
		return "at " + p.Root().Org.Name
	}
	return askedRole(p)
}
