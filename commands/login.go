package commands

import (
	"context"

	"github.com/urfave/cli/v2"
)

func (r *commandRun) loginCommand() *cli.Command {
	return &cli.Command{
		Name:      "login",
		Usage:     "sign in once and open sessions",
		UsageText: "stsx login [PROFILE…] [--all] [--force]",
		Description: `   Opens the sessions of the profiles named (STSX_PROFILE's when none is), with
   one sign-in for all that share an identity provider, and several roles
   assumed at a time. Sessions that are good for more than five minutes stay as
   they are. One that can't be opened does not stop the others; the exit status is
   then the highest of those of the failures.`,
		Flags: sessionFlags(
			&cli.BoolFlag{Name: "all", Usage: "every profile", DisableDefaultText: true},
			&cli.BoolFlag{Name: "force", Usage: "sign in even where a session is open", DisableDefaultText: true},
		),
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
	opened, err := r.openSessions(ctx, profiles, force)
	if err != nil {
		return err
	}
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
