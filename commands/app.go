package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"stsx/commands/process"
	"stsx/session"
)

// commandRun is one run of the program: what the verbs share.
type commandRun struct {
	HostSystem
	commandLine
	settings Settings
	drivers  *Drivers
	app      *cli.App
}

// Run does what args say and returns the exit status.
func Run(ctx context.Context, sys HostSystem) int {
	r := &commandRun{HostSystem: sys}
	r.app = r.commandTree()
	err := r.runVerb(ctx)
	if r.drivers != nil {
		err = errors.Join(err, r.drivers.Close())
	}
	// A terminal that goes away ends a question and sends SIGHUP: the signal is the reason.
	if cause := context.Cause(ctx); cause != nil && (errors.Is(err, context.Canceled) || errors.Is(err, session.ErrInterrupted)) {
		err = cause
	}
	var said strings.Builder
	code := reportError(io.MultiWriter(sys.Stderr, &said), err, r.verb == "exec" || r.verb == "each")
	if failed := r.writeBundle(said.String()); failed != nil && code == statusOK {
		code = statusFailure
	}
	if code != statusOK && r.verb == "env" {
		r.printEnvFailure(code)
	}
	var done process.Ended
	if errors.As(err, &done) && done.Signal != 0 {
		sys.EndBySignal(done.Signal)
	}
	return code
}

// writeBundle writes the debug bundle, if one is wanted, and says where it is. said
// is what the person was told of an error. Its own failure is told, too, and
// takes the place of no other.
func (r *commandRun) writeBundle(said string) error {
	if r.drivers == nil || r.drivers.Bundle == nil {
		return nil
	}
	err := r.drivers.Bundle(said)
	switch {
	case err != nil:
		fmt.Fprintln(r.Stderr, "stsx: "+plainText(err.Error()))
	case !r.settings.Quiet:
		fmt.Fprintln(r.Stderr, "stsx: the debug bundle is in "+plainText(r.settings.DebugBundle))
	}
	return err
}

func (r *commandRun) runVerb(ctx context.Context) error {
	if len(r.Args) > 0 && r.Args[0] == completeVerb {
		r.runComplete(r.Args[1:])
		return nil
	}
	var err error
	if r.commandLine, err = parseArgs(r.app, r.Args); err != nil {
		return err
	}
	if r.verb == "" && len(r.operands) > 0 {
		return unknownVerb(r.app.Commands, "", r.operands[0])
	}
	if r.help {
		return r.printHelp(strings.Fields(r.verb))
	}
	return r.app.RunContext(ctx, r.urfaveArgs())
}

// commandTree is the program's commands and flags. urfave's own policies (usage
// errors on stdout, exit codes of its choice, an unknown command as success)
// are replaced on every command.
func (r *commandRun) commandTree() *cli.App {
	app := &cli.App{
		Name:            "stsx",
		Usage:           "AWS credentials through Okta, in one command's environment and nowhere else",
		UsageText:       "stsx COMMAND [flags] [arguments]",
		Writer:          r.Stdout,
		ErrWriter:       r.Stderr,
		HideVersion:     true,
		HideHelpCommand: true,
		Flags:           append(globalFlags(), helpFlag()),
		HideHelp:        true,
		Before:          r.readSettings,
		Action:          r.runBare,
		ExitErrHandler:  func(*cli.Context, error) {},
		OnUsageError:    r.onUsageError,
		Commands: []*cli.Command{
			r.execCommand(), r.eachCommand(), r.envCommand(), r.initCommand(), r.useCommand(), r.unuseCommand(), r.promptCommand(), r.saveCommand(), r.processCommand(), r.whoamiCommand(), r.consoleCommand(), r.loginCommand(), r.logoutCommand(), r.statusCommand(), r.rolesCommand(),
			r.passwordCommand(), r.configureCommand(), r.completionCommand(), r.versionCommand(), r.helpCommand(),
		},
	}
	r.setPolicies(app.Commands)
	return app
}

// setPolicies sets the policy on every command: urfave does not hand it down.
func (r *commandRun) setPolicies(commands []*cli.Command) {
	for _, c := range commands {
		c.OnUsageError = r.onUsageError
		c.HideHelp = true
		r.setPolicies(c.Subcommands)
	}
}

func (r *commandRun) onUsageError(_ *cli.Context, err error, _ bool) error {
	return &usageError{err.Error(), r.verb}
}

func helpFlag() cli.Flag {
	return &cli.BoolFlag{Name: "help", Aliases: []string{"h"}, Usage: "show help", DisableDefaultText: true}
}

func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "config", Usage: "read this `FILE` instead of the usual one"},
		&cli.BoolFlag{Name: "verbose", Usage: "say what is being done", DisableDefaultText: true},
		&cli.BoolFlag{Name: "quiet", Usage: "say nothing but errors", DisableDefaultText: true},
		&cli.BoolFlag{Name: "no-input", Usage: "never ask: fail with status 3 and say what was needed", DisableDefaultText: true},
		&cli.StringFlag{Name: "browser", Usage: "run the browser in this `MODE`: headless, visible or auto"},
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

// readSettings reads the global flags, before any verb.
func (r *commandRun) readSettings(c *cli.Context) error {
	s := Settings{
		Config: c.String("config"), Verbose: c.Bool("verbose"), Quiet: c.Bool("quiet"), NoInput: c.Bool("no-input"),
		Browser: c.String("browser"), BrowserAt: c.String("browser-path"), DebugBundle: c.String("debug-bundle"), Username: c.String("username"),
		MFA: c.String("mfa"), MFACode: session.NewSecret(c.String("mfa-code")), Role: c.String("role"), Region: c.String("region"),
		Password: session.NewSecret(r.Getenv("STSX_PASSWORD")),
	}
	for _, flag := range []string{"config", "browser", "browser-path", "debug-bundle", "username", "mfa", "mfa-code", "role", "region"} {
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
	if s.MFACode.IsZero() {
		s.MFACode = session.NewSecret(r.Getenv("STSX_MFA_CODE"))
	}
	if s.BrowserAt == "" {
		s.BrowserAt = r.Getenv("STSX_BROWSER_PATH")
	}
	if text := c.String("duration"); c.IsSet("duration") {
		d, err := time.ParseDuration(text)
		if err != nil || d < 15*time.Minute || d > 12*time.Hour {
			return &usageError{"--duration is between 15m and 12h, as in 8h or 90m, not " + quotedName(text), r.verb}
		}
		s.Duration = d
	}
	if c.Bool("password-stdin") {
		if r.StdinIsTerminal {
			return &usageError{"--password-stdin reads a pipe or a file, and standard input is a terminal", r.verb}
		}
		text, err := firstLine(r.Stdin)
		if err != nil {
			return err
		}
		if text == "" {
			return &usageError{"--password-stdin: the first line of standard input is empty", r.verb}
		}
		s.Password = session.NewSecret(text)
	}
	r.settings = s
	return nil
}

// wellFormed checks what flags say before anything is done with it.
func wellFormed(s Settings) error {
	switch s.Browser {
	case "", "auto", "headless", "visible":
	default:
		return errors.New("--browser is headless, visible or auto, not " + quotedName(s.Browser))
	}
	if s.MFA != "" {
		if err := session.CheckFactor(s.MFA); err != nil {
			return fmt.Errorf("--mfa: %w", err)
		}
	}
	if strings.HasPrefix(s.Role, "arn:") {
		if _, err := session.ParseRole(s.Role); err != nil {
			return fmt.Errorf("--role: %w", err)
		}
	}
	if strings.Trim(s.Region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return errors.New("--region " + quotedName(s.Region) + " is not a region's name, such as eu-west-1")
	}
	return nil
}

// maxPassword bounds the first line of standard input, in bytes.
const maxPassword = 4096

// firstLine reads up to the end of the first line and not a byte more: the
// rest of standard input is for the command.
func firstLine(in io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		if len(line) > maxPassword {
			return "", fmt.Errorf("reading the password from standard input: the first line is longer than %d bytes", maxPassword)
		}
		n, err := in.Read(one)
		if n == 1 {
			if one[0] == '\n' {
				break
			}
			line = append(line, one[0])
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", fmt.Errorf("reading the password from standard input: %w", err)
		}
	}
	return strings.TrimSuffix(string(line), "\r"), nil
}

// runBare is stsx without a command.
func (r *commandRun) runBare(c *cli.Context) error {
	if c.Bool("version") {
		return r.printVersion()
	}
	return r.printHelp(nil)
}

// openDrivers joins the drivers, once.
func (r *commandRun) openDrivers() (*Drivers, error) {
	if r.drivers == nil {
		kit, err := r.BuildDrivers(r.settings)
		if err != nil {
			return nil, err
		}
		r.drivers = kit
	}
	return r.drivers, nil
}

// profile returns the profile that name stands for, with the flags in place
// of what the configuration says.
func (r *commandRun) profileNamed(name string) (session.Profile, error) {
	kit, err := r.openDrivers()
	if err != nil {
		return session.Profile{}, err
	}
	profiles, err := kit.Profiles()
	if err != nil {
		return session.Profile{}, err
	}
	p, err := profiles.Profile(name)
	if err != nil {
		return session.Profile{}, err
	}
	p = r.overrideProfile(p)
	if p.MaxDuration > 0 && p.Duration > p.MaxDuration {
		return p, &usageError{"--duration is above max_duration of " + quotedName(name) + ", which is " + timeLeft(p.MaxDuration), r.verb}
	}
	return p, nil
}

func (r *commandRun) overrideProfile(p session.Profile) session.Profile {
	s := r.settings
	if s.Role != "" {
		was, err := session.ParseRole(p.Role)
		switch {
		case strings.HasPrefix(s.Role, "arn:"):
			p.Account = "" // the ARN names its own
		case err == nil && p.Account == "":
			// A bare name is looked for where the profile's role is.
			p.Account = was.Account()
		}
		p.Role = s.Role
	}
	if s.Duration != 0 {
		p.Duration = s.Duration
	}
	if s.Region != "" {
		p.Region = s.Region
	}
	p.Org = r.overrideOrg(p.Org)
	for at := &p; at.Source != nil; at = at.Source {
		source := *at.Source
		source.Org = r.overrideOrg(source.Org)
		at.Source = &source
	}
	return p
}

func (r *commandRun) overrideOrg(o session.Org) session.Org {
	if r.settings.Username != "" {
		o.Username = r.settings.Username
	}
	if r.settings.MFA != "" {
		o.MFA = r.settings.MFA
	}
	if r.settings.Browser != "" {
		o.Browser = r.settings.Browser
	}
	if r.settings.BrowserAt != "" {
		o.BrowserPath = r.settings.BrowserAt
	}
	return o
}

// defaultProfile is the profile meant when none is named.
func (r *commandRun) defaultProfile() (string, error) {
	if name := r.Getenv("STSX_PROFILE"); name != "" {
		return name, nil
	}
	text := "name a profile, or set STSX_PROFILE"
	if kit, err := r.openDrivers(); err == nil {
		if profiles, err := kit.Profiles(); err == nil {
			text += "; there are " + nameList(profiles.Names())
		}
	}
	return "", &usageError{text, r.verb}
}

// nameList names up to ten things.
func nameList(names []string) string {
	const most = 10
	shown := names[:min(most, len(names))]
	text := make([]string, len(shown))
	for i, name := range shown {
		text[i] = quotedName(name)
	}
	out := strings.Join(text, ", ")
	if more := len(names) - most; more > 0 {
		out += " and " + strconv.Itoa(more) + " more"
	}
	if out == "" {
		return "none"
	}
	return out
}

// quotedName is a name as it is shown: bare when it is plain, else in quotes.
func quotedName(name string) string {
	for _, c := range name {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@+", c) {
			return strconv.Quote(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
}
