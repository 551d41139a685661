package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) passwordCommand() *cli.Command {
	sub := func(name, usage, description string, do func(context.Context, session.Org) error) *cli.Command {
		return &cli.Command{
			Name: name, Usage: usage, UsageText: "stsx password " + name + " [--idp NAME]", Description: description,
			Flags: []cli.Flag{idpFlag(), helpFlag()},
			Action: func(c *cli.Context) error {
				if err := r.noOperands(); err != nil {
					return err
				}
				o, err := r.orgNamed(c.String("idp"))
				if err != nil {
					return err
				}
				if o.Username, err = session.Username(c.Context, o, r.drivers.Ask); err != nil {
					return err
				}
				return do(c.Context, o)
			},
		}
	}
	return &cli.Command{
		Name: "password", Usage: "save, check or remove your Okta password", UsageText: "stsx password set | forget | status",
		Subcommands: []*cli.Command{
			sub(
				"set",
				"ask for the password and save it",
				"   Asks on the terminal, or reads --password-stdin. The password is not tried out at Okta.",
				r.setPassword,
			),
			sub("forget", "remove the password from the keyring", "", r.forgetPassword),
			sub("status", "say whether a password is saved, and where", "", r.passwordStatus),
		},
	}
}

func (r *commandRun) setPassword(ctx context.Context, o session.Org) error {
	if o.Type == session.TypeForm {
		return fmt.Errorf("saving a password: %s is of type \"form\", and what its pages ask is typed in each time", quotedName(o.Name))
	}
	// Nobody types a password for a keyring that is not there.
	if _, err := r.drivers.Keeper.Password(ctx, o); err != nil && !errors.Is(err, session.ErrNoPassword) {
		return err
	}
	password := r.settings.Password
	if password.IsZero() {
		text, err := r.drivers.Ask.Ask(ctx, session.Question{
			Prompt: "Okta password for " + o.Username,
			Secret: true,
			What:   "the password for " + o.Username,
			Give:   "use --password-stdin",
		})
		if err != nil {
			return err
		}
		password = session.NewSecret(text)
	}
	if err := r.drivers.Keeper.Remember(ctx, o, password); err != nil {
		return err
	}
	// The person says that this one is right, whatever Okta said a while ago.
	r.drivers.Keeper.ClearRefused(o)
	r.drivers.Ask.Say("saved the password for " + o.Username + " in the OS keyring")
	return nil
}

func (r *commandRun) forgetPassword(ctx context.Context, o session.Org) error {
	forgot, err := r.drivers.Keeper.Forget(ctx, o)
	if err != nil {
		return err
	}
	if forgot {
		r.drivers.Ask.Say("removed the password for " + o.Username)
	} else {
		r.drivers.Ask.Say("no saved password for " + o.Username)
	}
	return nil
}

func (r *commandRun) passwordStatus(ctx context.Context, o session.Org) error {
	_, err := r.drivers.Keeper.Password(ctx, o)
	_, where := r.drivers.Sessions.Where(ctx)
	switch {
	case len(o.PasswordCommand) > 0:
		_, err = fmt.Fprintf(
			r.Stdout,
			"the password for %s comes from password_command (%s)\n",
			session.VisibleLine(o.Username),
			session.VisibleLine(o.PasswordCommand[0]),
		)
	case err == nil:
		_, err = fmt.Fprintf(r.Stdout, "the password for %s is saved: %s\n", session.VisibleLine(o.Username), session.VisibleLine(where))
	case errors.Is(err, session.ErrNoPassword):
		_, err = fmt.Fprintf(r.Stdout, "no saved password for %s\n", session.VisibleLine(o.Username))
	}
	return err
}
