package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *run) loginCommand() *cli.Command {
	return &cli.Command{
		Name:      "login",
		Usage:     "sign in once and open the sessions of profiles",
		UsageText: "stsx login [PROFILE…] [--all] [--force]",
		Description: `   Opens the sessions of the profiles named (STSX_PROFILE's when none is), with
   one sign-in for all that share an identity provider. Sessions that are good
   for more than five minutes stay as they are.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "all", Usage: "every profile", DisableDefaultText: true},
			&cli.BoolFlag{Name: "force", Usage: "sign in even where a session is open", DisableDefaultText: true},
			helpFlag(),
		},
		Action: func(c *cli.Context) error { return r.login(c.Context, c.Bool("all"), c.Bool("force")) },
	}
}

func (r *run) login(ctx context.Context, all, force bool) error {
	names, err := r.chosenProfiles(all)
	if err != nil {
		return err
	}
	// A misspelt name should not cost a sign-in.
	profiles := make([]session.Profile, len(names))
	for i, name := range names {
		if profiles[i], err = r.profileNamed(name); err != nil {
			return err
		}
	}
	var failed []error
	hopeless := map[string]bool{} // orgs whose sign-in was refused or needs a person
	for _, p := range profiles {
		org := p.Root().Org
		if hopeless[org.ID()] {
			continue // it would ask or send the same again
		}
		err := r.warm(ctx, p, force)
		switch {
		case err == nil:
		case len(names) == 1 || ctx.Err() != nil || errors.Is(err, session.ErrInterrupted):
			return err
		default:
			failed = append(failed, fmt.Errorf("%s: %w", quoted(p.Name), err))
			var refused *session.RefusedError
			var input *session.InputError
			if (errors.As(err, &refused) || errors.As(err, &input)) && !r.kit.Broker.SignedIn(org) {
				hopeless[org.ID()] = true
			}
		}
	}
	return errors.Join(failed...)
}

func (r *run) warm(ctx context.Context, p session.Profile, force bool) error {
	open := r.kit.Broker.Open
	if force {
		open = r.kit.Broker.Renew
	}
	s, err := open(ctx, p)
	if err != nil {
		return err
	}
	r.kit.Ask.Say(describe(s) + ", " + left(s.Left(r.Now())) + " left")
	return nil
}

// chosenProfiles are those named on the command line, all, or the default one.
func (r *run) chosenProfiles(all bool) ([]string, error) {
	kit, err := r.open()
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

// left is a duration as a person says it: 7h59m, 42m, 30s.
func left(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}
