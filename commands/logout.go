package commands

import (
	"context"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *run) logoutCommand() *cli.Command {
	return &cli.Command{
		Name:      "logout",
		Usage:     "forget sessions and, if asked, the password",
		UsageText: "stsx logout [PROFILE…] [--all] [--password]",
		Description: `   Forgets the sessions of the profiles named (STSX_PROFILE's when none is).
   A command that runs with them keeps them until they end: AWS has no way to
   take credentials back.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "all", Usage: "every session, also of profiles that the configuration no longer has", DisableDefaultText: true},
			&cli.BoolFlag{Name: "password", Usage: "the password in the OS keyring as well", DisableDefaultText: true},
			helpFlag(),
		},
		Action: func(c *cli.Context) error { return r.logout(c.Context, c.Bool("all"), c.Bool("password")) },
	}
}

func (r *run) logout(ctx context.Context, all, password bool) error {
	names, err := r.logoutProfiles(all)
	if err != nil {
		return err
	}
	orgs, err := r.orgsOf(names, password)
	if err != nil {
		return err
	}
	said := "forgot every session"
	if all {
		err = r.kit.Sessions.DeleteAll(ctx, password)
	} else {
		var gone int
		gone, err = r.kit.Sessions.Delete(ctx, func(s session.Session) bool { return slices.Contains(names, s.Profile) })
		said = "forgot " + plural(gone, "session")
	}
	if err != nil {
		return err
	}
	saved, err := r.kit.Shared.Forget(ctx, func(profile string) bool { return all || slices.Contains(names, profile) })
	if saved > 0 {
		said += ", also in the AWS credentials file"
	}
	if err != nil {
		return err
	}
	for _, o := range orgs {
		if o.Username == "" {
			continue // under which name would it be kept?
		}
		if err := r.kit.Keeper.Forget(ctx, o); err != nil {
			return err
		}
		said += " and the password for " + o.Username
	}
	r.kit.Ask.Say(said)
	return nil
}

// logoutProfiles is chosenProfiles, but --all needs no configuration.
func (r *run) logoutProfiles(all bool) ([]string, error) {
	if all && len(r.operands) == 0 {
		_, err := r.open()
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

// orgsOf are the orgs whose passwords are to be forgotten: those of the
// profiles named, or all.
func (r *run) orgsOf(names []string, password bool) ([]session.Org, error) {
	if !password {
		return nil, nil
	}
	profiles, err := r.kit.Profiles()
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

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
