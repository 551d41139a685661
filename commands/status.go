package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "show active sessions and where secrets are saved",
		UsageText: "stsx status [--json]",
		Flags:     []cli.Flag{jsonFlag(), helpFlag()},
		Action:    func(c *cli.Context) error { return r.runStatus(c.Context, c.Bool("json")) },
	}
}

type statusLine struct {
	Profile     string    `json:"profile"`
	Account     string    `json:"account"`
	Name        string    `json:"account_name"` // "" = not known
	Role        string    `json:"role"`
	RoleARN     string    `json:"role_arn"`
	Only        string    `json:"only"` // "" = all that the role may
	ARN         string    `json:"arn"`  // of the assumed role
	Expires     time.Time `json:"expires"`
	SecondsLeft int       `json:"seconds_left"`
}

// statusOrg is a sign-in that is remembered.
type statusOrg struct {
	IdP      string    `json:"idp"`
	Username string    `json:"username"`
	Used     time.Time `json:"used"` // the last time that something was kept
}

type statusReport struct {
	Sessions   []statusLine `json:"sessions"`
	Remembered []statusOrg  `json:"remembered"`
	Cookies    string       `json:"cookies"`     // the folder in which they are sealed
	Key        string       `json:"session_key"` // where the key that seals sessions is kept
	Password   string       `json:"passwords"`   // where passwords are kept
}

func (r *commandRun) runStatus(ctx context.Context, asJSON bool) error {
	if err := r.noOperands(); err != nil {
		return err
	}
	kit, err := r.openDrivers()
	if err != nil {
		return err
	}
	kit.Sweep()
	sessions, err := kit.Sessions.List(ctx)
	if err != nil {
		return err
	}
	remembered, err := kit.Jar.List(ctx)
	if err != nil {
		return err
	}
	out := statusReport{Sessions: []statusLine{}, Remembered: []statusOrg{}, Cookies: kit.Jar.Dir()}
	for _, one := range remembered {
		out.Remembered = append(out.Remembered, statusOrg{one.Org, one.Username, one.Kept})
	}
	for _, s := range sessions {
		if left := s.Left(r.Now()); left > 0 {
			out.Sessions = append(out.Sessions, statusLine{
				Profile: s.Profile, Account: s.Role.Account(), Name: r.accountName(s.Role.Account()), Role: s.Role.Name(),
				RoleARN: s.Role.ARN, Only: s.Only, ARN: s.ARN,
				Expires: s.Credentials.Expires.UTC(), SecondsLeft: int(left.Seconds()),
			})
		}
	}
	out.Key, out.Password = kit.Sessions.Where(ctx)
	if asJSON {
		return r.printJSON(out)
	}
	if len(out.Sessions) == 0 {
		if _, err := fmt.Fprintln(r.Stdout, "no active sessions"); err != nil {
			return err
		}
	} else {
		table := tabwriter.NewWriter(r.Stdout, 0, 0, 2, ' ', 0)
		name := nameColumn(slices.ContainsFunc(out.Sessions, func(l statusLine) bool { return l.Name != "" }))
		only := nameColumn(slices.ContainsFunc(out.Sessions, func(l statusLine) bool { return l.Only != "" }))
		fmt.Fprintln(table, "PROFILE\tACCOUNT\t"+name("NAME")+"ROLE\t"+only("ONLY")+"LEFT")
		for _, line := range out.Sessions {
			fmt.Fprintf(table, "%s\t%s\t%s%s\t%s%s\n", quotedName(line.Profile), line.Account, name(line.Name), line.Role, only(line.Only),
				timeLeft(time.Duration(line.SecondsLeft)*time.Second))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(
		r.Stdout,
		"\nsession encryption key: %s\npasswords: %s\nremembered sign-ins: %s\n",
		session.VisibleLine(out.Key),
		session.VisibleLine(out.Password),
		session.VisibleLine(out.rememberedText(r.Now())),
	)
	return err
}

// rememberedText says which sign-ins are remembered, and where.
func (s statusReport) rememberedText(now time.Time) string {
	if len(s.Remembered) == 0 {
		return "none"
	}
	var all []string
	for _, one := range s.Remembered {
		all = append(
			all,
			fmt.Sprintf("%s as %s, %s ago", quotedName(one.IdP), quotedName(one.Username), timeLeft(max(0, now.Sub(one.Used)))),
		)
	}
	return strings.Join(all, "; ") + "; cookies sealed in " + s.Cookies
}
