package commands

import (
	"context"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) processCommand() *cli.Command {
	return &cli.Command{
		Name:      "process",
		Usage:     "print the credentials for AWS's tools (credential_process)",
		UsageText: "stsx process PROFILE [--format NAME] [--force]\nstsx process --socket PATH [PROFILE]",
		Description: `   For a profile of ~/.aws/config:

       [profile prod]
       credential_process = stsx process prod

   Prints the credentials as JSON, version 1, signing in first when there is no
   session; questions are asked on the terminal itself. Where there is none it
   fails at once and says what was needed, which the SDK shows; with ask = "window"
   in the configuration it asks in a window.

   With --format terragrunt it prints what Terragrunt's auth-provider-cmd is to
   print, with --format fnox what the create_command of a lease of fnox is to.

   With --socket the credentials are those that stsx serve hands out there, on
   this machine or, through ssh -R, on another; there is no sign-in here, and no
   configuration is read.`,
		Flags: sessionFlags(
			&cli.StringFlag{
				Name:  "format",
				Usage: "print what is meant for `NAME`: " + strings.Join(processFormats(), ", "),
				Value: processFormats()[0],
			},
			&cli.StringFlag{Name: "socket", Usage: "ask the stsx serve whose socket this `FILE` is"},
			&cli.BoolFlag{Name: "force", Usage: "print the secrets on a terminal too", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			format := c.String("format")
			switch {
			case !slices.Contains(processFormats(), format):
				return &usageError{unknownWord("format", format, processFormats()), r.verb}
			case c.IsSet("socket") && format != processFormats()[0]:
				return &usageError{"with --socket the credentials are for AWS's tools: leave out --format", r.verb}
			case c.IsSet("socket"):
				return r.runProcessAt(c.Context, c.String("socket"), c.Bool("force"))
			}
			return r.runProcess(c.Context, format, c.Bool("force"))
		},
	}
}

func (r *commandRun) runProcess(ctx context.Context, format string, force bool) error {
	if err := r.checkProcessOutput(force); err != nil {
		return err
	}
	p, err := r.profileGiven()
	if err != nil {
		return err
	}
	s, err := r.openSession(ctx, p)
	if err != nil {
		return err
	}
	r.logCaller(ctx, p, s)
	return r.printJSON(processAnswer(format, s))
}

// runProcessAt prints the credentials that stsx serve hands out at a socket.
func (r *commandRun) runProcessAt(ctx context.Context, socket string, force bool) error {
	if err := r.checkProcessOutput(force); err != nil {
		return err
	}
	names := r.names()
	switch s := r.settings; {
	case socket == "":
		return &usageError{"--socket is empty", r.verb}
	case len(names) > 1:
		return &usageError{r.verb + " takes one profile, and was given " + nameList(names), r.verb}
	case len(names) == 1 && names[0] == "":
		return &usageError{"the profile's name is empty", r.verb}
	case r.policies.words != nil || s.Role != "" || s.Duration != 0 || s.Region != "":
		return &usageError{"which role and which limits a session has is up to stsx serve: give it those flags", r.verb}
	}
	kit, err := r.openDrivers()
	if err != nil {
		return err
	}
	program, _ := r.ParentNames()()
	got, err := kit.Endpoints.Fetch(ctx, socket, strings.Join(names, ""), program)
	if err != nil {
		return err
	}
	if !session.NameStaysWithin(got.Only, r.Getenv(onlyVariable)) {
		if err := r.confirmBeyond(ctx, []string{quotedName(got.Profile)}); err != nil {
			return err
		}
	}
	return r.printJSON(newAWSAnswer(got.Credentials))
}

// checkProcessOutput refuses to show secrets to whoever looks on.
func (r *commandRun) checkProcessOutput(force bool) error {
	if r.StdoutIsTerminal && !force {
		return &terminalOutputError{"AWS's tools run it: stsx configure aws writes the credential_process lines"}
	}
	return nil
}
