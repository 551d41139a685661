package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"stsx/session"
)

// checkConfiguration reads the configuration as every command does, and looks for what in it is of no use.
func (m Machine) checkConfiguration(context.Context) Finding {
	if m.ConfigErr != nil {
		return findingOf(Fail, m.ConfigErr, "set HOME, or name the file with --config")
	}
	_, err := m.Profiles()
	if errors.Is(err, fs.ErrNotExist) {
		return Finding{Status: Warn, Text: "there is none yet at " + m.ConfigPath, Cure: "run stsx configure"}
	}
	if err != nil {
		first, rest, more := strings.Cut(err.Error(), "\n")
		if more {
			first += fmt.Sprintf(" (and %d more mistakes)", strings.Count(rest, "\n")+1)
		}
		f := findingOf(Fail, err, "correct "+m.ConfigPath)
		f.Text = first
		return f
	}
	profiles, orgs := m.configuredProfiles(), m.configuredOrgs()
	all := []Finding{{Status: OK, Text: fmt.Sprintf("%s has no mistakes; %s, %s",
		m.ConfigPath, session.Plural(len(orgs), "identity provider"), session.Plural(len(profiles), "profile"))}}
	if unused := unusedOrgs(orgs, profiles); len(unused) > 0 {
		all = append(all, Finding{Status: Warn, Text: "no profile uses the identity provider " + strings.Join(unused, ", "),
			Cure: "remove it from " + m.ConfigPath})
	}
	if unused := m.ungrantedProfiles(profiles); len(unused) > 0 {
		all = append(all, Finding{Status: Warn, Text: "no sign-in has granted the role of profile " + strings.Join(unused, ", "),
			Cure: "run stsx roles to see those that are granted"})
	}
	return mergeFindings(all...)
}

func unusedOrgs(orgs []session.Org, profiles []session.Profile) []string {
	var unused []string
	for _, o := range orgs {
		if !slices.ContainsFunc(profiles, func(p session.Profile) bool { return p.Root().Org.Name == o.Name }) {
			unused = append(unused, o.Name)
		}
	}
	return unused
}

// ungrantedProfiles are those whose role no sign-in has granted, as far as sign-ins are remembered. A chained role is not
// granted by one.
func (m Machine) ungrantedProfiles(profiles []session.Profile) []string {
	granted := m.Granted.Seen()
	if len(granted) == 0 {
		return nil
	}
	var unused []string
	for _, p := range profiles {
		if p.Source == nil && p.Provider == "" && !usesRole(p, granted) {
			unused = append(unused, p.Name)
		}
	}
	return unused
}
