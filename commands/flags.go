package commands

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"stsx/commands/process"
	"stsx/session"
)

func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "config", Usage: "read this `FILE` instead of the usual one"},
		&cli.BoolFlag{Name: "verbose", Usage: "say what is being done", DisableDefaultText: true},
		&cli.BoolFlag{Name: "quiet", Usage: "say nothing but errors", DisableDefaultText: true},
		&cli.BoolFlag{Name: "no-input", Usage: "never ask: fail with status 3 and say what was needed", DisableDefaultText: true},
		&cli.StringFlag{Name: "browser", Usage: "run the browser in this `MODE`: headless, visible or auto"},
		&cli.StringFlag{Name: "ask", Usage: "ask at this `PLACE` when signing in: terminal or window"},
		&cli.StringFlag{Name: "browser-path", Usage: "use the browser in this `FILE`"},
		&cli.StringFlag{Name: "debug-bundle", Usage: "write what a sign-in looked like to this new `FILE` (zip), without secrets"},
		&cli.StringFlag{Name: "username", Usage: "sign in as `NAME`"},
		&cli.BoolFlag{Name: "password-stdin", Usage: "read the password from the first line of standard input", DisableDefaultText: true},
		&cli.StringFlag{Name: "mfa", Usage: "sign in with this `FACTOR`: totp, push, sms, email, …"},
		&cli.StringFlag{Name: "mfa-code", Usage: "`CODE` for the factor, good once"},
		&cli.StringFlag{Name: "role", Usage: "assume this `ROLE` (name or ARN) instead of the profile's"},
		&cli.StringFlag{Name: "duration", Usage: "ask for a session this long: `8h`, 90m"},
		&cli.StringFlag{Name: "region", Usage: "use this `REGION` instead of the profile's"},
		&cli.BoolFlag{Name: "version", Usage: "show the version", DisableDefaultText: true},
	}
}

func helpFlag() cli.Flag {
	return &cli.BoolFlag{Name: "help", Aliases: []string{"h"}, Usage: "show help", DisableDefaultText: true}
}

func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON", DisableDefaultText: true}
}

func idpFlag() cli.Flag {
	return &cli.StringFlag{Name: "idp", Usage: "`NAME` of the identity provider, when the configuration has several"}
}

// readSettings reads the global flags, before any verb.
func (r *commandRun) readSettings(c *cli.Context) error {
	s := Settings{
		Config: c.String("config"), Verbose: c.Bool("verbose"), Quiet: c.Bool("quiet"), NoInput: c.Bool("no-input"),
		Browser: c.String("browser"), Ask: c.String("ask"), BrowserAt: c.String("browser-path"), DebugBundle: c.String("debug-bundle"),
		Username: c.String("username"), MFA: c.String("mfa"), Role: c.String("role"), Region: c.String("region"),
	}
	for _, flag := range []string{
		"config", "browser", "ask", "browser-path", "debug-bundle", "username", "mfa", "mfa-code", "role", "region",
	} {
		if c.IsSet(flag) && c.String(flag) == "" {
			return &usageError{"--" + flag + " is empty", r.verb}
		}
	}
	if err := wellFormed(s); err != nil {
		return &usageError{err.Error(), r.verb}
	}
	if s.Username == "" {
		s.Username = r.Getenv("STSX_USERNAME")
	}
	if s.BrowserAt == "" {
		s.BrowserAt = r.Getenv("STSX_BROWSER_PATH")
	}
	if text := c.String("duration"); c.IsSet("duration") {
		d, ok := sessionDuration(text)
		if !ok {
			return &usageError{"--duration is between 15m and 12h, as in 8h or 90m, not " + quotedName(text), r.verb}
		}
		s.Duration = d
	}
	if err := r.readSecrets(c, &s); err != nil {
		return err
	}
	r.settings = s
	return nil
}

// sessionDuration reads how long a session is to be; ok: STS has such.
func sessionDuration(text string) (d time.Duration, ok bool) {
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 15*time.Minute && d <= 12*time.Hour
}

// readSecrets reads the password and the code that were given. A variable that
// can't be one matters to those verbs that open the drivers.
func (r *commandRun) readSecrets(c *cli.Context, s *Settings) (err error) {
	variable := func(name string) session.Secret {
		text, err := process.SecretText(r.Getenv(name))
		if err != nil {
			r.badVariable = &usageError{"what " + name + " holds can't be used: " + err.Error(), r.verb}
		}
		return text
	}
	if s.MFACode, err = process.SecretText(c.String("mfa-code")); err != nil {
		return &usageError{"--mfa-code: " + err.Error(), r.verb}
	}
	if s.MFACode.IsZero() {
		s.MFACode = variable("STSX_MFA_CODE")
	}
	if !c.Bool("password-stdin") {
		s.Password = variable("STSX_PASSWORD")
		return nil
	}
	if r.StdinIsTerminal {
		return &usageError{"--password-stdin reads a pipe or a file, and standard input is a terminal", r.verb}
	}
	if s.Password, err = process.ReadSecretLine(r.Stdin); err != nil {
		return &usageError{"--password-stdin: the first line of standard input can't be used: " + err.Error(), r.verb}
	}
	return nil
}

// wellFormed checks what flags say before anything is done with it.
func wellFormed(s Settings) error {
	switch s.Browser {
	case "", "auto", "headless", "visible":
	default:
		return errors.New("--browser is headless, visible or auto, not " + quotedName(s.Browser))
	}
	switch s.Ask {
	case "", session.AskOnTerminal, session.AskInWindow:
	default:
		return errors.New("--ask is terminal or window, not " + quotedName(s.Ask))
	}
	if s.MFA != "" {
		if err := session.CheckFactor(s.MFA); err != nil {
			return fmt.Errorf("--mfa: %w", err)
		}
	}
	if err := session.CheckSAMLRole(s.Role); err != nil {
		return fmt.Errorf("--role: %w", err)
	}
	if strings.HasPrefix(s.Role, "arn:") {
		if _, err := session.ParseRole(s.Role); err != nil {
			return fmt.Errorf("--role: %w", err)
		}
	}
	if s.Region != "" {
		if err := session.CheckRegionName(s.Region); err != nil {
			return fmt.Errorf("--region: %w", err)
		}
	}
	return nil
}
