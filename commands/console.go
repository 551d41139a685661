package commands

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) consoleCommand() *cli.Command {
	return &cli.Command{
		Name:      "console",
		Usage:     "open the AWS console in your browser, signed in",
		UsageText: "stsx console [PROFILE] [--service NAME] [--region REGION] [--duration D] [--print]",
		Description: `   Opens your browser at the AWS console, signed in as PROFILE's role, signing
   in first when there is no session. --region and the profile's region are where
   the console opens; --duration is how long you stay signed in there (15m to
   12h; as long as the credentials were given for when it is not said). AWS
   takes no duration for a chained role.

   --print prints the address instead. It is good for 15 minutes and lets in
   whoever has it: treat it as a password.`,
		Flags: sessionFlags(
			&cli.StringFlag{
				Name:  "service",
				Usage: "open the page of this service, `NAME` as in the console's addresses: ec2, s3, cloudwatch",
			},
			&cli.BoolFlag{Name: "print", Usage: "print the address instead of opening it", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			if c.IsSet("service") && c.String("service") == "" {
				return &usageError{"--service is empty", r.verb}
			}
			return r.runConsole(c.Context, c.String("service"), c.Bool("print"))
		},
	}
}

func (r *commandRun) runConsole(ctx context.Context, service string, printed bool) error {
	// The flag says how long the console's session is, not the credentials'.
	to := session.ConsolePage{Service: service, Duration: r.settings.Duration}
	r.settings.Duration = 0
	p, err := r.profileGiven()
	if err != nil {
		return err
	}
	switch {
	case p.Source != nil && to.Duration > 0:
		return &usageError{"--duration: AWS takes none for the console of a chained role, which " + quotedName(p.Name) + " is", r.verb}
	case p.MaxDuration > 0 && to.Duration > p.MaxDuration:
		return &usageError{"--duration is above max_duration of " + quotedName(p.Name) + ", which is " + timeLeft(p.MaxDuration), r.verb}
	}
	to.Issuer = p.Root().Org.URL
	s, err := r.openSession(ctx, p)
	if err != nil {
		return err
	}
	r.logCaller(ctx, p, s)
	address, err := r.drivers.Console(ctx, s, to)
	if err != nil {
		return err
	}
	if printed {
		_, err := fmt.Fprintln(r.Stdout, address.Reveal())
		return err
	}
	r.drivers.Ask.Progress("opening the browser")
	err = r.drivers.Browse(ctx, address)
	r.drivers.Ask.Progress("")
	if err != nil {
		return &browseError{err}
	}
	r.drivers.Ask.Say(describeSession(s) + ": the console is in the browser")
	return nil
}

// browseError is a browser that could not be opened.
type browseError struct{ error }

func (e *browseError) Unwrap() error { return e.error }
func (e *browseError) Hint() string {
	return "stsx console --print prints the address to open by hand; it is as secret as a password"
}
