package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"

	"github.com/urfave/cli/v2"

	"stsx/commands/process"
	"stsx/session"
)

func (r *commandRun) eachCommand() *cli.Command {
	return &cli.Command{
		Name:      "each",
		Usage:     "run a command once per profile",
		UsageText: "stsx each PATTERN… [flags] -- COMMAND [ARGUMENT…]",
		Description: `   Runs COMMAND once for each profile that a PATTERN stands for, several at a
   time, each with the credentials of its own profile. In a PATTERN * is any
   text, ? one character and [a-z] one of those; quote it, or the shell takes it
   for files. Every session is opened before the first COMMAND starts.

   Each line that a COMMAND prints is shown after its profile's name. Standard
   input is empty and there is no terminal. Ctrl-C and SIGTERM go on to all, a
   second Ctrl-C kills them.

   Exit status: 0 when all succeeded. Else, when COMMAND could not be started for
   some, the highest of 3 input was needed, 4 Okta rejected the sign-in, 5 the role
   is not granted or AWS rejected it, 125 anything else, 126 COMMAND can't be
   executed, 127 it was not found; when it ran for all, the highest of its own.`,
		Flags: sessionFlags(
			&cli.IntFlag{
				Name:        "jobs",
				Aliases:     []string{"j"},
				Usage:       "run up to `N` at a time",
				DefaultText: "one per processor, at least 4",
			},
			&cli.BoolFlag{
				Name:               "group",
				Usage:              "show the lines of each profile together, when its command has ended",
				DisableDefaultText: true,
			},
			&cli.BoolFlag{Name: "json", Usage: "print a line of JSON for each profile instead", DisableDefaultText: true},
			&cli.BoolFlag{Name: "fail-fast", Usage: "start no more once one has failed", DisableDefaultText: true},
			&cli.BoolFlag{Name: "keep-going", Usage: "start all, whatever fails (the default)", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error {
			o := eachOptions{jobs: c.Int("jobs"), group: c.Bool("group"), json: c.Bool("json"), failFast: c.Bool("fail-fast")}
			switch {
			case c.IsSet("jobs") && (o.jobs < 1 || o.jobs > 1000):
				return &usageError{"--jobs is between 1 and 1000", r.verb}
			case o.group && o.json:
				return &usageError{"--group and --json don't go together", r.verb}
			case o.failFast && c.Bool("keep-going"):
				return &usageError{"--fail-fast and --keep-going don't go together", r.verb}
			}
			return r.runEach(c.Context, o)
		},
	}
}

type eachOptions struct {
	jobs                  int // 0 = not said
	group, json, failFast bool
}

func (r *commandRun) runEach(ctx context.Context, o eachOptions) error {
	argv := r.operands
	switch {
	case !r.dashes:
		return r.errNoDashes()
	case len(r.patterns) == 0:
		return &usageError{`each needs the names or patterns of profiles before "--"; "*" is every profile`, r.verb}
	case len(argv) == 0:
		return &usageError{`each needs a command after "--"`, r.verb}
	}
	// Neither a misspelt command nor a misspelt profile should cost a sign-in.
	program, err := r.FindProgram(argv[0])
	if err != nil {
		return notStarted(argv[0], err)
	}
	names, err := r.matchingProfiles(r.patterns)
	if err != nil {
		return err
	}
	profiles, err := r.profilesNamed(names)
	if err != nil {
		return err
	}
	if err := r.drivers.Broker.Confirm(ctx, profiles...); err != nil {
		return err
	}
	for i, p := range profiles {
		profiles[i] = p.Confirmed()
	}
	run := &eachRun{commandRun: r, profiles: profiles}
	if run.opened, err = r.openSessions(ctx, profiles, false); err != nil {
		return err
	}
	var unopened profileFailures
	for i, opened := range run.opened {
		if wasStopped(ctx, opened.Err) {
			return opened.Err
		}
		if opened.Err != nil {
			unopened.add(profiles[i].Name, opened.Err)
		}
	}
	if err := unopened.asError("were not opened, and nothing was started", len(profiles)); o.failFast && err != nil {
		return err
	}
	runner := process.ManyRunner{
		Path: program, Argv: argv, Jobs: o.jobs, FailFast: o.failFast, Now: r.Now,
		Environ: run.childEnviron, Open: run.outputSinks(o),
	}
	if runner.Jobs == 0 {
		runner.Jobs = max(4, r.Processors)
	}
	endings, err := runner.RunAll(ctx, len(profiles))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, syscall.EPIPE) {
		return process.Ended{Status: 128 + int(syscall.SIGPIPE)} // who read has had enough
	}
	if err != nil {
		return err
	}
	return run.failureSummary(endings)
}

// eachRun is the profiles of one stsx each.
type eachRun struct {
	*commandRun
	profiles []session.Profile

	mu     sync.Mutex
	opened []session.OpenResult
}

// childEnviron is the environment of profile i's command.
func (e *eachRun) childEnviron(ctx context.Context, i int) ([]string, error) {
	s, err := e.openSession(ctx, i)
	if err != nil {
		return nil, err
	}
	return overlayEnviron(e.Environ, append(sessionVariables(s), e.logChild(ctx, e.profiles[i], s, e.operands[0])...), e.GOOS), nil
}

// openSession is profile i's. One that has ended while other commands ran is opened
// again, and with it those of the profiles after it.
func (e *eachRun) openSession(ctx context.Context, i int) (session.Session, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ended := func(i int) bool { return e.opened[i].Err == nil && !e.opened[i].Session.Fresh(e.Now()) }
	if ended(i) {
		var which []int
		var profiles []session.Profile
		for j := i; j < len(e.profiles); j++ {
			if ended(j) {
				which, profiles = append(which, j), append(profiles, e.profiles[j])
			}
		}
		again, err := e.openSessions(ctx, profiles, false)
		if err != nil {
			return session.Session{}, err
		}
		for n, opened := range again {
			e.opened[which[n]] = opened
		}
	}
	return e.opened[i].Session, e.opened[i].Err
}

// profileRole is what profile i turned out to be; the zero Role when it is not known.
func (e *eachRun) profileRole(i int) session.Role {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.opened[i].Session.Role
}

// exitStatus is the exit status of profile i's command, or of stsx in its place.
func (e *eachRun) exitStatus(ending process.ChildEnding) int {
	if ending.Err == nil {
		return ending.Status
	}
	code, _ := errorStatus(e.startError(ending))
	if code == statusFailure || code == statusUsage {
		return statusExec
	}
	return code
}

// startError is why a command was not started.
func (e *eachRun) startError(ending process.ChildEnding) error {
	var start *process.StartError
	if errors.As(ending.Err, &start) {
		return notStarted(e.operands[0], start.Err)
	}
	return ending.Err
}

// failureSummary says what failed; nil when nothing did.
func (e *eachRun) failureSummary(endings []process.ChildEnding) error {
	var unstarted profileFailures
	var ended []string
	var own, theirs, skipped int
	for i, ending := range endings {
		name := e.profiles[i].Name
		switch code := e.exitStatus(ending); {
		case errors.Is(ending.Err, process.ErrNotRun):
			skipped++
		case ending.Err != nil:
			unstarted.add(name, e.startError(ending))
			own = max(own, code)
		case ending.Signal != "":
			ended = append(ended, quotedName(name)+" ("+ending.Signal+")")
			theirs = max(theirs, code)
		case code != 0:
			ended = append(ended, fmt.Sprintf("%s (exit status %d)", quotedName(name), code))
			theirs = max(theirs, code)
		}
	}
	if own == 0 && theirs == 0 {
		return nil
	}
	out := &eachError{code: theirs}
	if err := unstarted.asError("did not get their command", len(endings)); err != nil {
		out.lines = errorLines(err)
		out.code = own
		_, out.hint = unstarted.worstStatus()
	}
	if len(ended) > 0 {
		const most = 20
		shown := strings.Join(ended[:min(most, len(ended))], ", ")
		if more := len(ended) - most; more > 0 {
			shown += fmt.Sprintf(" and %d more", more)
		}
		out.lines = append(
			out.lines,
			fmt.Sprintf("the command failed for %d of %s: %s", len(ended), session.Plural(len(endings), "profile"), shown),
		)
	}
	if skipped > 0 {
		out.lines = append(out.lines, fmt.Sprintf("it was not started for %d more (--fail-fast)", skipped))
	}
	return out
}

// eachError is a run of which something failed.
type eachError struct {
	code  int
	lines []string
	hint  string
}

func (e *eachError) Error() string   { return strings.Join(e.lines, "\n") }
func (e *eachError) Lines() []string { return e.lines }
