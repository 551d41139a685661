package commands

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *run) rolesCommand() *cli.Command {
	return &cli.Command{
		Name:        "roles",
		Usage:       "sign in and list every role that Okta grants you",
		UsageText:   "stsx roles [--idp NAME] [--json]",
		Description: "   Signs in each time: what Okta grants may have changed.",
		Flags:       []cli.Flag{idpFlag(), jsonFlag(), helpFlag()},
		Action:      func(c *cli.Context) error { return r.roles(c.Context, c.String("idp"), c.Bool("json")) },
	}
}

func idpFlag() cli.Flag {
	return &cli.StringFlag{Name: "idp", Usage: "`NAME` of the identity provider, when the configuration has several"}
}

type roleLine struct {
	Account string `json:"account"`
	Role    string `json:"role"`
	ARN     string `json:"arn"`
}

func (r *run) roles(ctx context.Context, idp string, asJSON bool) error {
	if err := r.noOperands(); err != nil {
		return err
	}
	o, err := r.org(idp)
	if err != nil {
		return err
	}
	a, err := r.kit.Broker.Grants(ctx, o)
	if err != nil {
		return err
	}
	if len(a.Roles) == 0 {
		return &session.RoleError{}
	}
	out := []roleLine{}
	for _, role := range a.Roles {
		line := roleLine{role.Account(), role.Name(), role.ARN}
		if len(out) == 0 || out[len(out)-1] != line { // two providers may vouch for one role
			out = append(out, line)
		}
	}
	if asJSON {
		return r.printJSON(out)
	}
	table := tabwriter.NewWriter(r.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ACCOUNT\tROLE\tARN")
	for _, line := range out {
		fmt.Fprintf(table, "%s\t%s\t%s\n", line.Account, line.Role, line.ARN)
	}
	return table.Flush()
}

// org is the identity provider named, with the flags in place of what the
// configuration says.
func (r *run) org(name string) (session.Org, error) {
	kit, err := r.open()
	if err != nil {
		return session.Org{}, err
	}
	profiles, err := kit.Profiles()
	if err != nil {
		return session.Org{}, err
	}
	o, err := profiles.Org(name)
	if err != nil {
		return session.Org{}, err
	}
	return r.overrideOrg(o), nil
}
