package commands

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"stsx/session"
)

// configuration is what the configuration's file says, read when it is first asked for.
func (r *commandRun) configuration() (Profiles, error) {
	kit, err := r.openDrivers()
	if err != nil || r.profiles != nil {
		return r.profiles, err
	}
	profiles, err := kit.Profiles()
	if err == nil {
		r.profiles = profiles
	}
	return profiles, err
}

// profileNamed returns the profile that name stands for, with the flags in place
// of what the configuration says.
func (r *commandRun) profileNamed(name string) (session.Profile, error) {
	p, err := r.configuredProfile(name)
	if err != nil {
		return session.Profile{}, r.explainOtherTool(err, name)
	}
	if p, err = r.limitProfile(r.overrideProfile(p)); err != nil {
		return p, err
	}
	if p.MaxDuration > 0 && p.Duration > p.MaxDuration {
		return p, &usageError{"--duration is above max_duration of " + quotedName(name) + ", which is " + timeLeft(p.MaxDuration), r.verb}
	}
	return p, nil
}

func (r *commandRun) configuredProfile(name string) (session.Profile, error) {
	profiles, err := r.configuration()
	if err != nil {
		return session.Profile{}, err
	}
	return profiles.Profile(name)
}

// otherToolError is a profile that stsx does not have, and the AWS CLI has.
type otherToolError struct {
	err           error
	what, command string
}

func (e *otherToolError) Error() string { return e.err.Error() }
func (e *otherToolError) Unwrap() error { return e.err }

func (e *otherToolError) Hint() string {
	return e.what + ", which stsx does not drive: run " + e.command
}

// explainOtherTool is err, which where it says that there is no such profile gets the
// tool that has one of that name.
func (r *commandRun) explainOtherTool(err error, name string) error {
	if !errors.Is(err, fs.ErrNotExist) || r.drivers == nil {
		return err
	}
	if what, command := r.drivers.AWSFiles.OtherTool(name); what != "" {
		return &otherToolError{err, what, command + " --profile " + quotedName(name)}
	}
	return err
}

// profilesNamed looks all of names up before anything is done for one: a
// misspelt name should not cost a sign-in.
func (r *commandRun) profilesNamed(names []string) ([]session.Profile, error) {
	profiles := make([]session.Profile, len(names))
	for i, name := range names {
		p, err := r.profileNamed(name)
		if err != nil {
			return nil, err
		}
		profiles[i] = p
	}
	return profiles, nil
}

// oneProfile is the name of the profile on the command line, else the default
// one. A name that is there but empty (stsx exec "$P" with P unset) is a
// mistake, not a wish for the default.
func (r *commandRun) oneProfile() (string, error) {
	names := r.names()
	switch {
	case len(names) > 1:
		return "", &usageError{r.verb + " takes one profile, and was given " + nameList(names), r.verb}
	case len(names) == 0:
		return r.defaultProfile()
	case names[0] == "":
		return "", &usageError{"the profile's name is empty", r.verb}
	}
	return names[0], nil
}

// profileGiven is the profile on the command line, else the default one.
func (r *commandRun) profileGiven() (session.Profile, error) {
	name, err := r.oneProfile()
	if err != nil {
		return session.Profile{}, err
	}
	return r.profileNamed(name)
}

// chosenProfiles are those named on the command line, all, or the default one.
func (r *commandRun) chosenProfiles(all bool) ([]string, error) {
	if _, err := r.openDrivers(); err != nil {
		return nil, err
	}
	switch {
	case all && len(r.operands) > 0:
		return nil, &usageError{"--all and profiles named don't go together", r.verb}
	case all:
		profiles, err := r.configuration()
		if err != nil {
			return nil, err
		}
		return profiles.Names(), nil
	case len(r.operands) > 0:
		for _, name := range r.operands {
			if name == "" {
				return nil, &usageError{"the profile's name is empty", r.verb}
			}
		}
		return r.operands, nil
	}
	name, err := r.defaultProfile()
	return []string{name}, err
}

// defaultProfile is the profile meant when none is named: the session's that is
// loaded, else the folder's.
func (r *commandRun) defaultProfile() (string, error) {
	for _, variable := range []string{"STSX_PROFILE", "STSX_DEFAULT_PROFILE"} {
		if name := r.Getenv(variable); name != "" {
			return name, nil
		}
	}
	text := "which profile? Name one, or set STSX_PROFILE"
	if profiles, err := r.configuration(); err == nil {
		text += "; available: " + nameList(profiles.Names())
	}
	return "", &usageError{text, r.verb}
}

// matchingProfiles are the profiles that patterns stand for, in the configuration's
// order, each once. A profile of exactly that name comes before what its name
// would mean as a pattern.
func (r *commandRun) matchingProfiles(patterns []string) ([]string, error) {
	profiles, err := r.configuration()
	if err != nil {
		return nil, err
	}
	all := profiles.Names()
	found := map[string]bool{}
	for _, pattern := range patterns {
		if slices.Contains(all, pattern) {
			found[pattern] = true
			continue
		}
		if !strings.ContainsAny(pattern, `*?[\`) {
			if _, err := profiles.Profile(pattern); err != nil {
				return nil, r.explainOtherTool(err, pattern)
			}
		}
		matched := false
		for _, name := range all {
			ok, err := matchesPattern(pattern, name)
			if err != nil {
				return nil, &usageError{quotedName(pattern) + " is not a pattern: [ and \\ have to be complete", r.verb}
			}
			if ok {
				found[name], matched = true, true
			}
		}
		if !matched {
			text := "no profile matches " + quotedName(pattern)
			if near := session.NearestNames(strings.Trim(pattern, "*?"), all); len(near) > 0 {
				return nil, errors.New(text + "; did you mean " + nameList(near) + "?")
			}
			return nil, errors.New(text + "; there are " + nameList(all))
		}
	}
	return slices.DeleteFunc(all, func(name string) bool { return !found[name] }), nil
}

// matchesPattern is path.Match, but * and ? stand for a slash too: profiles are no paths.
func matchesPattern(pattern, name string) (bool, error) {
	const slash = "\x00"
	return path.Match(strings.ReplaceAll(pattern, "/", slash), strings.ReplaceAll(name, "/", slash))
}

// orgNamed is the identity provider named, with the flags in place of what the
// configuration says.
func (r *commandRun) orgNamed(name string) (session.Org, error) {
	profiles, err := r.configuration()
	if err != nil {
		return session.Org{}, err
	}
	o, err := profiles.Org(name)
	if err != nil {
		return session.Org{}, err
	}
	return r.overrideOrg(o, o.Name), nil
}

func (r *commandRun) overrideProfile(p session.Profile) session.Profile {
	s := r.settings
	if s.Role != "" {
		was, err := session.ParseRole(p.Role)
		switch {
		case strings.HasPrefix(s.Role, "arn:"):
			p.Account = "" // the ARN names its own
			if _, err := (session.Role{ARN: s.Role}).WithProvider(p.Provider); err != nil {
				p.Provider = ""
			}
		case err == nil && p.Account == "":
			// A bare name is looked for where the profile's role is.
			p.Account = was.Account()
		}
		p.Role = s.Role
	}
	if s.Duration != 0 {
		p.Duration = s.Duration
	}
	if s.Region != "" {
		p.Region = s.Region
	}
	p.Org = r.overrideOrg(p.Org, p.Name)
	for at := &p; at.Source != nil; at = at.Source {
		source := *at.Source
		source.Org = r.overrideOrg(source.Org, p.Name)
		at.Source = &source
	}
	return p
}

// overrideOrg is o with the flags in place of what the configuration says; name
// is what it is signed in to for.
func (r *commandRun) overrideOrg(o session.Org, name string) session.Org {
	if r.settings.Username != "" {
		o.Username = r.settings.Username
	}
	if r.settings.MFA != "" {
		o.MFA = r.settings.MFA
	}
	if r.settings.Browser != "" {
		o.Browser = r.settings.Browser
	}
	if r.settings.BrowserAt != "" {
		o.BrowserPath = r.settings.BrowserAt
	}
	if r.settings.Ask != "" {
		o.Ask = r.settings.Ask
	}
	if r.settings.NoInput {
		o.Ask = session.AskOnTerminal
	}
	if o.Ask == session.AskInWindow {
		o.NeverOnTerminal = r.settings.Ask == session.AskInWindow
		o.WindowTitle = session.OneLine("stsx: "+r.caller()+" asks for "+name, session.QuoteLength)
	}
	return o
}
