package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) logoutCommand() *cli.Command {
	return &cli.Command{
		Name:      "logout",
		Usage:     "remove sessions and sign out of Okta",
		UsageText: "stsx logout [PROFILE…] [--all] [--password]",
		Description: `   Removes the sessions of the profiles named (STSX_PROFILE's when none is).
   Where remember = true is set, the session is closed at Okta and its cookies
   are removed, for every profile that signs in there. A command that is
   running keeps its credentials until they end: AWS has no way to take them
   back.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{
				Name:               "all",
				Usage:              "every session, also of profiles that the configuration no longer has",
				DisableDefaultText: true,
			},
			&cli.BoolFlag{Name: "password", Usage: "the password in the OS keyring as well", DisableDefaultText: true},
			helpFlag(),
		},
		Action: func(c *cli.Context) error { return r.runLogout(c.Context, c.Bool("all"), c.Bool("password")) },
	}
}

// runLogout first forgets everything here, then tells Okta: what of that fails
// leaves nothing behind on this machine.
func (r *commandRun) runLogout(ctx context.Context, all, password bool) error {
	names, err := r.logoutProfiles(all)
	if err != nil {
		return err
	}
	var orgs []session.Org
	if !all || password {
		if orgs, err = r.orgsOf(names); err != nil {
			return err
		}
	}
	r.drivers.Sweep()
	remembered := r.rememberedSignIns(ctx, orgs, all)
	said := "all sessions removed"
	if all {
		err = r.drivers.Sessions.DeleteAll(ctx, password)
	} else {
		var gone int
		limited := 0
		named := func(s session.Session) bool {
			match := slices.Contains(names, s.Profile)
			if match && s.Only != "" {
				limited++
			}
			return match
		}
		gone, err = r.drivers.Sessions.Delete(ctx, named, orgs...)
		said = session.Plural(gone, "session") + " removed"
		switch {
		case gone == 0:
			said = "no sessions to remove"
		case limited > 0:
			said += fmt.Sprintf(" (%d read-only or limited by a policy)", limited)
		}
	}
	saved, gone := r.drivers.AWSFiles.Forget(ctx, func(profile string) bool { return all || slices.Contains(names, profile) })
	if saved > 0 {
		said += ", also from the AWS credentials file"
	}
	err = errors.Join(err, gone)
	for _, o := range orgs {
		if !password || o.Username == "" {
			continue // under which name would it be kept?
		}
		forgot, problem := r.drivers.Keeper.Forget(ctx, o)
		switch {
		case problem != nil:
			err = errors.Join(err, problem)
		case forgot:
			said += ", and the password for " + o.Username
		default:
			said += "; there was no saved password for " + o.Username
		}
	}
	if err == nil {
		r.drivers.Ask.Say(said)
	}
	r.signOut(ctx, remembered)
	return err
}

// rememberedSignIns is what logout takes away: of orgs, or all of it. What can't be
// read can't be closed at Okta.
func (r *commandRun) rememberedSignIns(ctx context.Context, orgs []session.Org, all bool) []session.Remembered {
	var out []session.Remembered
	var problem error
	if all {
		out, problem = r.drivers.Jar.List(ctx)
	} else {
		for _, o := range orgs {
			one, err := r.drivers.Jar.Remembered(ctx, o)
			if problem = errors.Join(problem, err); !one.IsZero() {
				out = append(out, one)
			}
		}
	}
	if problem != nil {
		r.drivers.Ask.Say("sessions at Okta stay open until they end: " + problem.Error())
	}
	return out
}

// signOut closes what was remembered at Okta.
func (r *commandRun) signOut(ctx context.Context, remembered []session.Remembered) {
	for _, one := range remembered {
		r.drivers.Ask.Progress("signing out of " + one.Org)
		err := r.drivers.EndRemembered(ctx, one)
		r.drivers.Ask.Progress("")
		if err != nil {
			r.drivers.Ask.Say("the session at Okta stays open until it ends: " + err.Error())
			continue
		}
		r.drivers.Ask.Say("signed out of " + quotedName(one.Org))
	}
}

// logoutProfiles is chosenProfiles, but --all needs no configuration.
func (r *commandRun) logoutProfiles(all bool) ([]string, error) {
	if all && len(r.operands) == 0 {
		_, err := r.openDrivers()
		return nil, err
	}
	names, err := r.chosenProfiles(all)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := r.profileNamed(name); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// orgsOf are the orgs of the profiles named, or all.
func (r *commandRun) orgsOf(names []string) ([]session.Org, error) {
	profiles, err := r.configuration()
	if err != nil {
		return nil, err
	}
	if names == nil {
		names = profiles.Names()
	}
	var out []session.Org
	seen := map[string]bool{}
	for _, name := range names {
		p, err := r.profileNamed(name)
		if err != nil {
			return nil, err
		}
		if o := p.Root().Org; !seen[o.ID()] {
			seen[o.ID()] = true
			out = append(out, o)
		}
	}
	return out, nil
}
