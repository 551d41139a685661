package commands

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) consoleCommand() *cli.Command {
	return &cli.Command{
		Name:  "console",
		Usage: "open the AWS console in your browser, signed in",
		UsageText: "stsx console [PROFILE] [--service NAME] [--region REGION] [--duration D] [--isolated | --print]\n" +
			"stsx console --remove-data [PROFILE]",
		Description: `   Opens your browser at the AWS console, signed in as PROFILE's role, signing
   in first when there is no session. --region and the profile's region are where
   the console opens; --duration is how long you stay signed in there (15m to
   12h; as long as the credentials were given for when it is not said). AWS
   takes no duration for a chained role.

   --isolated opens a window of Chrome, Chromium, Edge or Brave that has cookies of
   its own, its title and its colour: several roles side by side. --remove-data removes
   what such windows of PROFILE have saved, or without PROFILE of all.

   --print prints the address instead. It is good for 15 minutes and lets in
   whoever has it: treat it as a password.`,
		Flags: sessionFlags(
			&cli.StringFlag{
				Name:  "service",
				Usage: "open the page of this service, `NAME` as in the console's addresses: ec2, s3, cloudwatch",
			},
			&cli.BoolFlag{Name: "isolated", Usage: "open it in a window that shares no cookies with others", DisableDefaultText: true},
			&cli.BoolFlag{Name: "remove-data", Usage: "remove what isolated windows have saved", DisableDefaultText: true},
			&cli.BoolFlag{Name: "print", Usage: "print the address instead of opening it", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			if c.IsSet("service") && c.String("service") == "" {
				return &usageError{"--service is empty", r.verb}
			}
			f := consoleFlags{service: c.String("service"), isolated: c.Bool("isolated"), printed: c.Bool("print")}
			switch {
			case f.isolated && f.printed:
				return &usageError{"--isolated and --print don't go together", r.verb}
			case c.Bool("remove-data") && f != consoleFlags{}:
				return &usageError{"--remove-data goes with no other flag of console", r.verb}
			case c.Bool("remove-data"):
				return r.removeConsoleData()
			}
			return r.runConsole(c.Context, f)
		},
	}
}

type consoleFlags struct {
	service           string
	isolated, printed bool
}

func (r *commandRun) runConsole(ctx context.Context, f consoleFlags) error {
	// The flag says how long the console's session is, not the credentials'.
	to := session.ConsolePage{Service: f.service, Duration: r.settings.Duration}
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
	if f.printed {
		_, err := fmt.Fprintln(r.Stdout, address.Reveal())
		return err
	}
	r.drivers.Ask.Progress("opening the browser")
	if f.isolated {
		err = r.drivers.Windows.Open(ctx, consoleWindow(p, s), address)
	} else {
		err = r.drivers.Browse(ctx, address)
	}
	r.drivers.Ask.Progress("")
	if err != nil {
		return &browseError{err}
	}
	r.drivers.Ask.Say(describeSession(s) + ": the console is in the browser")
	return nil
}

// ConsoleWindows are the windows of console --isolated.
type ConsoleWindows interface {
	// Open shows address in w, for nobody else to see.
	Open(ctx context.Context, w session.ConsoleWindow, address session.Secret) error
	// RemoveData removes what windows of a profile have saved, of all with "", and says of
	// how many. One that is open is an error.
	RemoveData(profile string) (removed int, err error)
}

func consoleWindow(p session.Profile, s session.Session) session.ConsoleWindow {
	org := p.Root().Org
	return session.ConsoleWindow{
		Profile: p.Name, Role: s.Role, Title: sessionLabel(s) + " " + s.Role.Account(), Color: p.Color,
		BrowserPath: org.BrowserPath, NoSandbox: org.NoSandbox,
	}
}

// removeConsoleData is console --remove-data. The profile need not be in the configuration any more.
func (r *commandRun) removeConsoleData() error {
	profile := ""
	switch {
	case len(r.operands) > 1:
		return &usageError{r.verb + " takes one profile, and was given " + nameList(r.operands), r.verb}
	case len(r.operands) == 1 && r.operands[0] == "":
		return &usageError{"the profile's name is empty", r.verb}
	case len(r.operands) == 1:
		profile = r.operands[0]
	}
	kit, err := r.openDrivers()
	if err != nil {
		return err
	}
	removed, err := kit.Windows.RemoveData(profile)
	switch {
	case err != nil:
		return fmt.Errorf("removing what isolated windows have saved: %w", err)
	case removed == 0:
		kit.Ask.Say("no isolated window has saved anything")
	case removed == 1:
		kit.Ask.Say("removed what an isolated window has saved")
	default:
		kit.Ask.Say(fmt.Sprintf("removed what %d isolated windows have saved", removed))
	}
	return nil
}

// browseError is a browser that could not be opened.
type browseError struct{ error }

func (e *browseError) Unwrap() error { return e.error }
func (e *browseError) Hint() string {
	return "stsx console --print prints the address to open by hand; it is as secret as a password"
}
