package commands

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) whoamiCommand() *cli.Command {
	return &cli.Command{
		Name:        "whoami",
		Usage:       "ask AWS who a profile's credentials belong to",
		UsageText:   "stsx whoami [PROFILE] [--json]",
		Description: "   Asks STS, with the session of PROFILE, signing in first when there is none.",
		Flags:       sessionFlags(jsonFlag()),
		Action:      func(c *cli.Context) error { return r.runWhoami(c.Context, c.Bool("json")) },
	}
}

type identityReport struct {
	Profile string `json:"profile"`
	Account string `json:"account"`
	Name    string `json:"account_name"` // "" = not known
	ARN     string `json:"arn"`
	UserID  string `json:"user_id"`
}

func (r *commandRun) runWhoami(ctx context.Context, asJSON bool) error {
	s, err := r.openNamed(ctx)
	if err != nil {
		return err
	}
	who, err := r.drivers.Identity(ctx, s)
	if err != nil {
		return err
	}
	if asJSON {
		return r.printJSON(identityReport{s.Profile, who.Account, r.accountName(who.Account), who.ARN, who.UserID})
	}
	account := who.Account
	if called := r.accountName(account); called != "" {
		account += " (" + called + ")"
	}
	_, err = fmt.Fprintf(
		r.Stdout,
		"profile  %s\naccount  %s\narn      %s\nuser id  %s\n",
		quotedName(s.Profile),
		session.VisibleLine(account),
		session.VisibleLine(who.ARN),
		session.VisibleLine(who.UserID),
	)
	return err
}
