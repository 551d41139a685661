package commands

import (
	"context"
	"time"

	"github.com/urfave/cli/v2"
)

func (r *commandRun) processCommand() *cli.Command {
	return &cli.Command{
		Name:      "process",
		Usage:     "print the credentials for AWS's tools (credential_process)",
		UsageText: "stsx process PROFILE [--force]",
		Description: `   For a profile of ~/.aws/config:

       [profile prod]
       credential_process = stsx process prod

   Prints the credentials as JSON, version 1, signing in first when there is no
   session; questions are asked on the terminal itself. Where there is none it
   fails at once and says what was needed, which the SDK shows.`,
		Flags: sessionFlags(
			&cli.BoolFlag{Name: "force", Usage: "print the secrets on a terminal too", DisableDefaultText: true},
		),
		Action: func(c *cli.Context) error { return r.runProcess(c.Context, c.Bool("force")) },
	}
}

// processAnswer is what an SDK reads. Source: AWS SDKs and Tools Reference
// Guide, "Process credential provider".
type processAnswer struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string // RFC 3339; the SDK asks again shortly before
}

func (r *commandRun) runProcess(ctx context.Context, force bool) error {
	if r.StdoutIsTerminal && !force {
		return &terminalOutputError{"AWS's tools run it: stsx configure aws writes the credential_process lines"}
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
	c := s.Credentials
	return r.printJSON(
		processAnswer{1, c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal(), c.Expires.UTC().Format(time.RFC3339)},
	)
}
