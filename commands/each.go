package commands

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/urfave/cli/v2"

	"stsx/commands/process"
	"stsx/session"
)

func (r *run) eachCommand() *cli.Command {
	return &cli.Command{
		Name:      "each",
		Usage:     "run a command once for each of many profiles",
		UsageText: "stsx each PATTERN… [flags] -- COMMAND [ARGUMENT…]",
		Description: `   Runs COMMAND once for each profile that a PATTERN stands for, several at a
   time, each with the credentials of its own profile. In a PATTERN * is any
   text, ? one character and [a-z] one of those; quote it, or the shell takes it
   for files. Every session is opened before the first COMMAND starts.

   Each line that a COMMAND prints is shown after its profile's name. Standard
   input is empty and there is no terminal. Ctrl-C and SIGTERM go on to all, a
   second Ctrl-C kills them.

   Exit status: 0 when all succeeded. Else, when COMMAND could not be started for
   some, the highest of 3 input was needed, 4 the sign-in was refused, 5 the role
   is not granted or AWS refused, 125 anything else, 126 COMMAND can't be
   executed, 127 it was not found; when it ran for all, the highest of its own.`,
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "jobs", Aliases: []string{"j"}, Usage: "run up to `N` at a time", DefaultText: "one per processor, at least 4"},
			&cli.BoolFlag{Name: "group", Usage: "show the lines of each profile together, when its command has ended", DisableDefaultText: true},
			&cli.BoolFlag{Name: "json", Usage: "print a line of JSON for each profile instead", DisableDefaultText: true},
			&cli.BoolFlag{Name: "fail-fast", Usage: "start no more once one has failed", DisableDefaultText: true},
			&cli.BoolFlag{Name: "keep-going", Usage: "start all, whatever fails (the default)", DisableDefaultText: true},
			helpFlag(),
		},
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
			return r.each(c.Context, o)
		},
	}
}

type eachOptions struct {
	jobs                  int // 0 = not said
	group, json, failFast bool
}

func (r *run) each(ctx context.Context, o eachOptions) error {
	argv := r.operands
	switch {
	case !r.dashes:
		return r.noDashes()
	case len(r.patterns) == 0:
		return &usageError{`each needs the names or patterns of profiles before "--"; "*" is every profile`, r.verb}
	case len(argv) == 0:
		return &usageError{`each needs a command after "--"`, r.verb}
	}
	// Neither a misspelt command nor a misspelt profile should cost a sign-in.
	program, err := r.Find(argv[0])
	if err != nil {
		return notStarted(argv[0], err)
	}
	names, err := r.matching(r.patterns)
	if err != nil {
		return err
	}
	profiles, err := r.profilesNamed(names)
	if err != nil {
		return err
	}
	if err := r.kit.Broker.Confirm(ctx, profiles...); err != nil {
		return err
	}
	for i, p := range profiles {
		profiles[i] = p.Confirmed()
	}
	run := &eachRun{run: r, profiles: profiles, opened: r.kit.Broker.OpenAll(ctx, profiles, false)}
	var unopened failures
	for i, opened := range run.opened {
		if stopped(ctx, opened.Err) {
			return opened.Err
		}
		if opened.Err != nil {
			unopened.add(profiles[i].Name, opened.Err)
		}
	}
	if err := unopened.because("were not opened, and nothing was started", len(profiles)); o.failFast && err != nil {
		return err
	}
	runner := process.Runner{
		Path: program, Argv: argv, Jobs: o.jobs, FailFast: o.failFast, Now: r.Now,
		Environ: run.environ, Open: run.sinks(o),
	}
	if runner.Jobs == 0 {
		runner.Jobs = max(4, r.Processors)
	}
	endings, err := runner.Run(ctx, len(profiles))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, syscall.EPIPE) {
		return process.Ended{Status: 128 + int(syscall.SIGPIPE)} // who read has had enough
	}
	if err != nil {
		return err
	}
	return run.sum(endings)
}

// matching are the profiles that patterns stand for, in the configuration's
// order, each once. A profile of exactly that name comes before what its name
// would mean as a pattern.
func (r *run) matching(patterns []string) ([]string, error) {
	kit, err := r.open()
	if err != nil {
		return nil, err
	}
	profiles, err := kit.Profiles()
	if err != nil {
		return nil, err
	}
	all := profiles.Names()
	found := map[string]bool{}
	for _, pattern := range patterns {
		if slices.Contains(all, pattern) {
			found[pattern] = true
			continue
		}
		if !strings.ContainsAny(pattern, `*?[\`) {
			if _, err := profiles.Profile(pattern); err != nil {
				return nil, err
			}
		}
		matched := false
		for _, name := range all {
			ok, err := fits(pattern, name)
			if err != nil {
				return nil, &usageError{quoted(pattern) + " is not a pattern: [ and \\ have to be complete", r.verb}
			}
			if ok {
				found[name], matched = true, true
			}
		}
		if !matched {
			text := "no profile matches " + quoted(pattern)
			if near := session.Near(strings.Trim(pattern, "*?"), all); len(near) > 0 {
				return nil, errors.New(text + "; near it: " + list(near))
			}
			return nil, errors.New(text + "; there are " + list(all))
		}
	}
	return slices.DeleteFunc(all, func(name string) bool { return !found[name] }), nil
}

// fits is path.Match, but * and ? stand for a slash too: profiles are no paths.
func fits(pattern, name string) (bool, error) {
	const slash = "\x00"
	return path.Match(strings.ReplaceAll(pattern, "/", slash), strings.ReplaceAll(name, "/", slash))
}

// eachRun is the profiles of one stsx each.
type eachRun struct {
	*run
	profiles []session.Profile

	mu     sync.Mutex
	opened []session.Opened
}

// environ is the environment of profile i's command.
func (e *eachRun) environ(ctx context.Context, i int) ([]string, error) {
	s, err := e.session(ctx, i)
	if err != nil {
		return nil, err
	}
	return overlay(e.Environ, variables(s), e.GOOS), nil
}

// session is profile i's. One that has ended while other commands ran is opened
// again, and with it those of the profiles after it.
func (e *eachRun) session(ctx context.Context, i int) (session.Session, error) {
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
		for n, opened := range e.kit.Broker.OpenAll(ctx, profiles, false) {
			e.opened[which[n]] = opened
		}
	}
	return e.opened[i].Session, e.opened[i].Err
}

// role is what profile i turned out to be; the zero Role when it is not known.
func (e *eachRun) role(i int) session.Role {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.opened[i].Session.Role
}

// status is the exit status of profile i's command, or of stsx in its place.
func (e *eachRun) status(ending process.Ending) int {
	if ending.Err == nil {
		return ending.Status
	}
	code, _ := status(e.cause(ending))
	if code == statusFailure || code == statusUsage {
		return statusExec
	}
	return code
}

// cause is why a command was not started.
func (e *eachRun) cause(ending process.Ending) error {
	var start *process.StartError
	if errors.As(ending.Err, &start) {
		return notStarted(e.operands[0], start.Err)
	}
	return ending.Err
}

// sum says what failed; nil when nothing did.
func (e *eachRun) sum(endings []process.Ending) error {
	var unstarted failures
	var ended []string
	var own, theirs, skipped int
	for i, ending := range endings {
		name := e.profiles[i].Name
		switch code := e.status(ending); {
		case errors.Is(ending.Err, process.ErrNotRun):
			skipped++
		case ending.Err != nil:
			unstarted.add(name, e.cause(ending))
			own = max(own, code)
		case ending.Signal != "":
			ended = append(ended, quoted(name)+" ("+ending.Signal+")")
			theirs = max(theirs, code)
		case code != 0:
			ended = append(ended, fmt.Sprintf("%s (exit status %d)", quoted(name), code))
			theirs = max(theirs, code)
		}
	}
	if own == 0 && theirs == 0 {
		return nil
	}
	out := &eachError{code: theirs}
	var texts []string
	if err := unstarted.because("did not get their command", len(endings)); err != nil {
		texts = append(texts, err.Error())
		out.code = own
		_, out.hint = unstarted.worst()
	}
	if len(ended) > 0 {
		const most = 20
		shown := strings.Join(ended[:min(most, len(ended))], ", ")
		if more := len(ended) - most; more > 0 {
			shown += fmt.Sprintf(" and %d more", more)
		}
		texts = append(texts, fmt.Sprintf("the command failed for %d of %s: %s", len(ended), session.Plural(len(endings), "profile"), shown))
	}
	if skipped > 0 {
		texts = append(texts, fmt.Sprintf("it was not started for %d more (--fail-fast)", skipped))
	}
	out.text = strings.Join(texts, "\n")
	return out
}

// eachError is a run of which something failed.
type eachError struct {
	code int
	text string
	hint string
}

func (e *eachError) Error() string { return e.text }
