package commands

import (
	"context"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) execCommand() *cli.Command {
	return &cli.Command{
		Name:      "exec",
		Usage:     "run a command with a profile's credentials in its environment",
		UsageText: "stsx exec PROFILE [flags] [--] [COMMAND [ARGUMENT…]]",
		Description: `   Runs COMMAND ($SHELL when none is given) with the credentials of PROFILE in
   its environment, signing in first when there is no session. stsx replaces
   itself with COMMAND, so signals, the terminal and the exit status are
   COMMAND's own. From "--", or from the first word after PROFILE that is no
   flag, everything belongs to COMMAND.

   With --refresh stsx stays beside COMMAND, whose environment then names an
   endpoint on this machine in place of the credentials: the AWS SDKs ask there,
   and get newer ones when the session comes to its end. For runs of hours.

   Exit status, when COMMAND did not start: 3 input was needed, 4 Okta rejected the
   sign-in, 5 the role is not granted or AWS rejected it, 125 anything else, 126
   COMMAND can't be executed, 127 COMMAND was not found, 130 interrupted.`,
		Flags: sessionFlags(
			&cli.BoolFlag{Name: "refresh", Usage: "renew the credentials for as long as COMMAND runs", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error { return r.runExec(c.Context, c.Bool("refresh")) },
	}
}

func (r *commandRun) runExec(ctx context.Context, refresh bool) error {
	name, err := r.oneOrPickedProfile(ctx)
	if err != nil {
		return err
	}
	argv := r.operands
	if len(argv) == 0 {
		argv = []string{r.defaultShell()}
	}
	// A misspelt command should not cost a sign-in.
	path, err := r.FindProgram(argv[0])
	if err != nil {
		return notStarted(argv[0], err)
	}
	p, err := r.profileNamed(name)
	if err != nil {
		return err
	}
	if refresh {
		if err := r.checkShadowing(); err != nil {
			return err
		}
	}
	s, err := r.openSession(ctx, p)
	if err != nil {
		return err
	}
	if refresh {
		return r.runRefresh(ctx, p, s, path, argv)
	}
	variables := append(sessionVariables(s), r.logChild(ctx, p, s, argv[0])...)

	title := r.titleText(p, s)
	// Nothing of stsx stays: the terminal is as it was, the browser gone, the
	// locks open.
	if err := r.drivers.Close(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// From here on nothing of stsx is left to write it.
	if err := r.writeBundle(""); err != nil {
		return err
	}
	r.writeTitle(title)
	return notStarted(argv[0], r.Replace(path, argv, overlayEnviron(r.Environ, variables, r.GOOS)))
}

// oneOrPickedProfile is oneProfile; where none is named a person picks one.
func (r *commandRun) oneOrPickedProfile(ctx context.Context) (string, error) {
	name, err := r.oneProfile()
	if err == nil || len(r.names()) > 0 {
		return name, err
	}
	profiles, failed := r.configuration()
	if failed != nil {
		return "", failed
	}
	if !r.drivers.Ask.Interactive() || len(profiles.Names()) == 0 {
		return "", err
	}
	names := profiles.Names()
	q := session.Question{Prompt: "Profile", What: "a profile", Give: "name one", Colors: make([]string, len(names))}
	for i, name := range names {
		if p, err := profiles.Profile(name); err == nil {
			q.Colors[i] = p.Color
		}
	}
	i, err := r.drivers.Ask.Choose(ctx, q, names)
	if err != nil {
		return "", err
	}
	return names[i], nil
}

func (r *commandRun) defaultShell() string {
	if r.GOOS == "windows" {
		if shell := r.Getenv("ComSpec"); shell != "" {
			return shell
		}
		return "cmd.exe"
	}
	if shell := r.Getenv("SHELL"); shell != "" {
		return shell
	}
	return "/bin/sh"
}
