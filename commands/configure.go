package commands

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) configureCommand() *cli.Command {
	return &cli.Command{
		Name:  "configure",
		Usage: "create, share or export configuration",
		UsageText: "stsx configure\n   stsx configure import FILE|URL [--yes] [--dry-run]\n   " +
			"stsx configure import --from TOOL [FILE] [--link LINK] [--yes] [--dry-run]\n   " +
			"stsx configure export [PROFILE…]\n   stsx configure aws [PROFILE…] [--prefix TEXT] [--dry-run]",
		Description: `   Alone it asks for the link of the AWS app in Okta and for your username,
   signs in, lets you select roles in a list, and writes a profile for each
   into the configuration. In place of the link you can give your Okta home page.
   Again it changes what is there: roles that have a profile are selected at
   first; unselect one to remove its profile, and change names, regions and
   durations of the others. Nothing is written before you have seen it and said
   yes. Then it opens the sessions with the same sign-in, and
   offers the shell hook's line and profiles for the AWS CLI.`,
		Flags:  []cli.Flag{helpFlag()},
		Action: func(c *cli.Context) error { return r.runWizard(c.Context) },
		Subcommands: []*cli.Command{r.importCommand(), r.exportCommand(), {
			Name:      "aws",
			Usage:     "profiles of ~/.aws/config that get their credentials from stsx",
			UsageText: "stsx configure aws [PROFILE…] [--prefix TEXT] [--dry-run]",
			Description: `   Writes a profile with credential_process = stsx process PROFILE for each of
   the profiles named, or for all, into ~/.aws/config (or the file that
   AWS_CONFIG_FILE names). Everything else in that file stays. A profile that
   gets its credentials elsewhere is left alone, and then nothing is written.`,
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "prefix", Usage: "put `TEXT` before each name"},
				&cli.BoolFlag{Name: "dry-run", Usage: "show the difference and write nothing", DisableDefaultText: true},
				helpFlag(),
			},
			Action: func(c *cli.Context) error { return r.runConfigureAWS(c.Context, c.String("prefix"), c.Bool("dry-run")) },
		}},
	}
}

func (r *commandRun) runConfigureAWS(ctx context.Context, prefix string, dry bool) error {
	names, err := r.chosenProfiles(len(r.operands) == 0)
	if err != nil {
		return err
	}
	entries, err := r.awsProfiles(names, prefix)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return &session.InputError{What: "a profile", Give: "write one into the configuration"}
	}
	path, difference, err := r.drivers.AWSFiles.Configure(ctx, entries, dry)
	if err != nil {
		return err
	}
	r.sayProcessNotes(entries)
	if dry {
		_, err := fmt.Fprint(r.Stdout, session.VisibleText(difference))
		return err
	}
	if difference == "" {
		r.drivers.Ask.Say(path + " is already up to date")
		return nil
	}
	r.drivers.Ask.Say("wrote " + session.Plural(len(entries), "profile") + " into " + path)
	return nil
}

// awsProfiles are profiles of AWS's configuration that get the credentials of names from
// this program, with prefix before each name.
func (r *commandRun) awsProfiles(names []string, prefix string) ([]session.AWSProfile, error) {
	self, err := r.OwnPath()
	if err != nil {
		return nil, err
	}
	config, err := r.givenConfig()
	if err != nil {
		return nil, err
	}
	var entries []session.AWSProfile
	for _, name := range names {
		p, err := r.profileNamed(name)
		if err != nil {
			return nil, err
		}
		command := []string{self}
		if config != "" {
			command = append(command, "--config", config)
		}
		entries = append(entries, session.AWSProfile{Name: prefix + name, Command: append(command, "process", name), Region: p.Region})
	}
	return entries, nil
}

// givenConfig is the configuration's path where it is not the usual one, as a program
// that starts elsewhere finds it; else "".
func (r *commandRun) givenConfig() (string, error) {
	path := cmp.Or(r.settings.Config, r.Getenv("STSX_CONFIG"))
	if path == "" {
		return "", nil
	}
	return filepath.Abs(path)
}

// sayProcessNotes says what AWS's tools use before the commands of entries.
func (r *commandRun) sayProcessNotes(entries []session.AWSProfile) {
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	for _, note := range r.drivers.AWSFiles.ProcessNotes(names) {
		r.drivers.Ask.Say(note)
	}
}
