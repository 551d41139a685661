package commands

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) rolesCommand() *cli.Command {
	return &cli.Command{
		Name:      "roles",
		Usage:     "sign in and list the roles that Okta grants you",
		UsageText: "stsx roles [--idp NAME] [--names] [--json]",
		Description: `   Signs in each time: what Okta grants may have changed.

   With --names the assertion is also sent to the page of AWS's that it is meant
   for, which shows to whoever has several roles what their accounts are called.
   stsx saves that for 90 days and shows it here, in status, whoami and where
   it asks for a role. An account's number is what counts.

   Where Okta encrypts its assertions for AWS, roles can't be read: profiles
   then name role and provider.`,
		Flags: []cli.Flag{
			idpFlag(),
			&cli.BoolFlag{Name: "names", Usage: "ask AWS's sign-in page what the accounts are called", DisableDefaultText: true},
			jsonFlag(), helpFlag(),
		},
		Action: func(c *cli.Context) error {
			return r.runRoles(c.Context, c.String("idp"), c.Bool("names"), c.Bool("json"))
		},
	}
}

type roleLine struct {
	Account string `json:"account"`
	Name    string `json:"account_name"` // "" = not known
	Role    string `json:"role"`
	ARN     string `json:"arn"`
}

// namesTime is how long a page that is not needed may take.
const namesTime = 5 * time.Second

func (r *commandRun) runRoles(ctx context.Context, idp string, names, asJSON bool) error {
	if err := r.noOperands(); err != nil {
		return err
	}
	o, err := r.orgNamed(idp)
	if err != nil {
		return err
	}
	a, err := r.drivers.Broker.Grants(ctx, o)
	if err != nil {
		return err
	}
	if len(a.Roles) == 0 {
		return &session.RoleError{}
	}
	if names {
		r.learnNames(ctx, a)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	out := []roleLine{}
	for _, role := range a.Roles {
		line := roleLine{role.Account(), r.accountName(role.Account()), role.Name(), role.ARN}
		if len(out) == 0 || out[len(out)-1] != line { // two providers may vouch for one role
			out = append(out, line)
		}
	}
	if asJSON {
		return r.printJSON(out)
	}
	table := tabwriter.NewWriter(r.Stdout, 0, 0, 2, ' ', 0)
	name := nameColumn(slices.ContainsFunc(out, func(l roleLine) bool { return l.Name != "" }))
	fmt.Fprintln(table, "ACCOUNT\t"+name("NAME")+"ROLE\tARN")
	for _, line := range out {
		fmt.Fprintf(table, "%s\t%s%s\t%s\n", line.Account, name(line.Name), line.Role, line.ARN)
	}
	return table.Flush()
}

// learnNames asks what the accounts of a are called. That it can't be found out
// is said, and changes nothing else.
func (r *commandRun) learnNames(ctx context.Context, a session.Assertion) {
	limited, cancel := context.WithTimeout(ctx, namesTime)
	defer cancel()
	r.drivers.Ask.Progress("asking AWS for the names of accounts")
	names, err := r.drivers.AccountNames(limited, a)
	r.drivers.Ask.Progress("")
	if err != nil {
		r.drivers.Ask.Say(err.Error())
		return
	}
	r.drivers.Names.Learn(names)
}
