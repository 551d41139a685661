package commands

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"
)

func (r *commandRun) saveCommand() *cli.Command {
	return &cli.Command{
		Name:      "save",
		Usage:     "save a session to the AWS credentials file",
		UsageText: "stsx save [PROFILE] [--as NAME] [--force]\n   stsx save [PROFILE] [--as NAME] --remove",
		Description: `   Writes the session's keys into ~/.aws/credentials (or the file that
   AWS_SHARED_CREDENTIALS_FILE names), in the section NAME, which is PROFILE's
   name when none is given. Nothing else in the file changes. Long-lived keys
   that stand there already stay, unless forced.

   What is saved lies there in plain text until it ends, is removed, or stsx
   logout removes the profile's session. exec, env and process write no file.`,
		Flags: sessionFlags(
			&cli.StringFlag{Name: "as", Usage: "write into the section `NAME`"},
			&cli.BoolFlag{Name: "remove", Usage: "remove the session from the file", DisableDefaultText: true},
			&cli.BoolFlag{Name: "force", Usage: "also in the place of long-lived keys", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			if c.IsSet("as") && c.String("as") == "" {
				return &usageError{"--as is empty", r.verb}
			}
			if c.Bool("remove") {
				return r.runUnsave(c.Context, c.String("as"))
			}
			return r.runSave(c.Context, c.String("as"), c.Bool("force"))
		},
	}
}

func (r *commandRun) runSave(ctx context.Context, section string, force bool) error {
	p, err := r.profileGiven()
	if err != nil {
		return err
	}
	if section == "" {
		section = p.Name
	}
	// A name that can't be written, or keys that must stay, should not cost a sign-in.
	if err := r.drivers.AWSFiles.CheckSave(section, force); err != nil {
		return err
	}
	s, err := r.openSession(ctx, p)
	if err != nil {
		return err
	}
	r.logCaller(ctx, p, s)
	path, err := r.drivers.AWSFiles.Save(ctx, section, s, force)
	if err != nil {
		return err
	}
	r.drivers.Ask.Say("saved " + describeSession(s) + ", " + timeLeft(s.Left(r.Now())) + " left, to [" + section + "] of " + path)
	for _, note := range r.drivers.AWSFiles.SavedNotes(section) {
		r.drivers.Ask.Say(note)
	}
	return nil
}

// runUnsave needs no profile of that name in the configuration any more.
func (r *commandRun) runUnsave(ctx context.Context, section string) error {
	if section == "" {
		name, err := r.oneProfile()
		if err != nil {
			return err
		}
		section = name
	}
	kit, err := r.openDrivers()
	if err != nil {
		return err
	}
	path, found, err := kit.AWSFiles.Remove(ctx, section)
	if err != nil {
		return err
	}
	if !found {
		return errors.New("there is no session in [" + section + "] of " + path)
	}
	kit.Ask.Say("removed the session from [" + section + "] of " + path)
	return nil
}
