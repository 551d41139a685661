package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

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
	profiles Profiles // as read; nil = not yet
	app      *cli.App
	// badVariable is what keeps a variable with a secret from being used.
	badVariable error
	logWarning  sync.Once
	policies    givenPolicies
	// moreConfirmed: a person said yes to more than STSX_ONLY.
	moreConfirmed bool
	// caller is callingProgram, looked up once.
	caller func() string
}

// Run does what args say and returns the exit status.
func Run(ctx context.Context, sys HostSystem) (code int) {
	r := &commandRun{HostSystem: sys}
	r.caller = sync.OnceValue(r.callingProgram)
	defer func() {
		if recover() != nil {
			code = r.stopAfterPanic()
		}
	}()
	r.app = r.commandTree()
	err := r.runVerb(ctx)
	if r.drivers != nil {
		err = errors.Join(r.explainHeld(err), r.drivers.Close())
	}
	// A terminal that goes away ends a question and sends SIGHUP: the signal is the reason.
	if cause := context.Cause(ctx); cause != nil && (errors.Is(err, context.Canceled) || errors.Is(err, session.ErrInterrupted)) {
		err = cause
	}
	var said strings.Builder
	code = reportError(io.MultiWriter(sys.Stderr, &said), err, r.wrapsCommand())
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

// wrapsCommand reports whether the verb ends in a command, whose statuses are
// kept apart from stsx's own.
func (r *commandRun) wrapsCommand() bool { return r.verb == "exec" || r.verb == "each" }

// stopAfterPanic puts the terminal in order, says that stsx has a fault, and
// returns the exit status.
func (r *commandRun) stopAfterPanic() int {
	code := statusFailure
	if r.wrapsCommand() {
		code = statusExec
	}
	if r.drivers != nil {
		_ = r.drivers.Close() // there is a worse thing to tell
	}
	reportPanic(r.Stderr, r.Version)
	if r.verb == "env" {
		r.printEnvFailure(code)
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
		fmt.Fprintln(r.Stderr, "stsx: "+session.VisibleLine(err.Error()))
	case !r.settings.Quiet:
		fmt.Fprintln(r.Stderr, "stsx: the debug bundle is in "+session.VisibleLine(r.settings.DebugBundle))
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
	if r.help && !r.lacksVerb() {
		return r.printHelp(strings.Fields(r.verb))
	}
	if dir := r.given[relativeToFlag]; dir != "" {
		r.EnterFolder(dir)
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
		// A policy's name may have commas.
		DisableSliceFlagSeparator: true,
		Commands: []*cli.Command{
			r.configureCommand(), r.execCommand(), r.loginCommand(), r.statusCommand(), r.logoutCommand(), r.rolesCommand(),
			r.eachCommand(), r.envCommand(), r.useCommand(), r.unuseCommand(), r.initCommand(), r.promptCommand(),
			r.consoleCommand(), r.whoamiCommand(), r.logCommand(), r.saveCommand(), r.processCommand(), r.serveCommand(),
			r.passwordCommand(), r.doctorCommand(),
			r.completionCommand(), r.versionCommand(), r.helpCommand(),
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
		if flagNamed(c.Flags, "policy-arn") != nil {
			c.Before = r.readPolicies
		}
		r.setPolicies(c.Subcommands)
	}
}

func (r *commandRun) onUsageError(_ *cli.Context, err error, _ bool) error {
	return &usageError{err.Error(), r.verb}
}

// lacksVerb reports whether the first word is no command of stsx.
func (r *commandRun) lacksVerb() bool { return r.verb == "" && len(r.operands) > 0 }

// runBare is stsx without a command of its own.
func (r *commandRun) runBare(c *cli.Context) error {
	if r.lacksVerb() {
		return r.noSuchVerb(r.operands[0])
	}
	if c.Bool("version") {
		return r.printVersion()
	}
	return r.printHelp(nil)
}

// noSuchVerb is the error for a word that is no command of stsx. A profile's name
// there is what somebody in a hurry writes.
func (r *commandRun) noSuchVerb(word string) error {
	if profiles, err := r.configuration(); err == nil && slices.Contains(profiles.Names(), word) {
		return &misplacedProfileError{word}
	}
	return unknownVerb(r.app.Commands, "", word)
}

// openDrivers joins the drivers, once.
func (r *commandRun) openDrivers() (*Drivers, error) {
	if r.badVariable != nil {
		return nil, r.badVariable
	}
	if r.drivers == nil {
		kit, err := r.BuildDrivers(r.settings)
		if err != nil {
			return nil, err
		}
		r.drivers = kit
	}
	return r.drivers, nil
}
