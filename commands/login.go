package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) loginCommand() *cli.Command {
	return &cli.Command{
		Name:      "login",
		Usage:     "sign in once and open the sessions of profiles",
		UsageText: "stsx login [PROFILE…] [--all] [--force]",
		Description: `   Opens the sessions of the profiles named (STSX_PROFILE's when none is), with
   one sign-in for all that share an identity provider, and several roles
   assumed at a time. Sessions that are good for more than five minutes stay as
   they are. One that can't be opened keeps no other from it; the exit status is
   then the highest of those of the failures.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "all", Usage: "every profile", DisableDefaultText: true},
			&cli.BoolFlag{Name: "force", Usage: "sign in even where a session is open", DisableDefaultText: true},
			helpFlag(),
		},
		Action: func(c *cli.Context) error { return r.runLogin(c.Context, c.Bool("all"), c.Bool("force")) },
	}
}

func (r *commandRun) runLogin(ctx context.Context, all, force bool) error {
	names, err := r.chosenProfiles(all)
	if err != nil {
		return err
	}
	profiles, err := r.profilesNamed(names)
	if err != nil {
		return err
	}
	opened := r.drivers.Broker.OpenAll(ctx, profiles, force)
	var failed profileFailures
	for i, o := range opened {
		switch {
		case o.Err == nil:
			r.drivers.Ask.Say(describeSession(o.Session) + ", " + timeLeft(o.Session.Left(r.Now())) + " left")
		case len(opened) == 1 || wasStopped(ctx, o.Err):
			return o.Err
		default:
			failed.add(profiles[i].Name, o.Err)
		}
	}
	return failed.asError("were not opened", len(profiles))
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

// wasStopped reports whether err, which may be nil, is the person's or a signal's
// wish to end.
func wasStopped(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil || errors.Is(err, session.ErrInterrupted)
}

// profileFailures are what went wrong for some of many profiles.
type profileFailures struct {
	act  string // "were not opened"
	of   int    // profiles in all
	each []profileFailure
}

// profileFailure is an error and the profiles that have it.
type profileFailure struct {
	profiles []string
	err      error
}

// add puts profiles with one error together.
func (f *profileFailures) add(profile string, err error) {
	for i, one := range f.each {
		if one.err.Error() == err.Error() {
			f.each[i].profiles = append(one.profiles, profile)
			return
		}
	}
	f.each = append(f.each, profileFailure{[]string{profile}, err})
}

// asError is f as an error of act, nil when nothing failed.
func (f profileFailures) asError(act string, of int) error {
	if len(f.each) == 0 {
		return nil
	}
	f.act, f.of = act, of
	return &f
}

func (f *profileFailures) Error() string {
	n := 0
	var lines strings.Builder
	for _, one := range f.each {
		n += len(one.profiles)
		fmt.Fprintf(&lines, "\n  %s: %v", nameList(one.profiles), one.err)
	}
	return fmt.Sprintf("%d of %s %s:", n, session.Plural(f.of, "profile"), f.act) + lines.String()
}

// worstStatus is the highest exit status among f, with the hint of the error that
// has it.
func (f *profileFailures) worstStatus() (code int, hint string) {
	for _, one := range f.each {
		if c, h := errorStatus(one.err); c > code {
			code, hint = c, h
		}
	}
	return code, hint
}

// chosenProfiles are those named on the command line, all, or the default one.
func (r *commandRun) chosenProfiles(all bool) ([]string, error) {
	kit, err := r.openDrivers()
	if err != nil {
		return nil, err
	}
	switch {
	case all && len(r.operands) > 0:
		return nil, &usageError{"--all and profiles named don't go together", r.verb}
	case all:
		profiles, err := kit.Profiles()
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

// timeLeft is a duration as a person says it: 7h59m, 42m, 30s.
func timeLeft(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}
