package commands

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"stsx/session"
	"stsx/shellinit"
)

func (r *commandRun) logCommand() *cli.Command {
	return &cli.Command{
		Name:      "log",
		Usage:     "show which program got which credentials, and when",
		UsageText: "stsx log [--json]",
		Description: `   Lists the uses of the profiles whose identity provider has log = true, the
   oldest first: up to 1,000. There are names of programs, never arguments, and
   no secret. What exec and each start gets an id as AWS_SDK_UA_APP_ID, unless you
   have set one: CloudTrail has it in the user agent, as app/ID.`,
		Flags:  []cli.Flag{jsonFlag(), helpFlag()},
		Action: func(c *cli.Context) error { return r.runLog(c.Bool("json")) },
	}
}

func (r *commandRun) runLog(asJSON bool) error {
	if err := r.noOperands(); err != nil {
		return err
	}
	kit, err := r.openDrivers()
	if err != nil {
		return err
	}
	uses, err := kit.Uses.List()
	if err != nil {
		return fmt.Errorf("reading the log of uses: %w", err)
	}
	if asJSON {
		return r.printJSON(append([]session.UseRecord{}, uses...))
	}
	if len(uses) == 0 {
		_, err := fmt.Fprintln(r.Stdout, "no uses logged; log = true in [idp.NAME] of the configuration logs them")
		return err
	}
	table := tabwriter.NewWriter(r.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TIME\tPROFILE\tACCOUNT\tROLE\tVERB\tPROGRAM\tACCESS KEY\tAPP ID\tFOR")
	for _, u := range uses {
		when := u.Time.In(r.Now().Location()).Format(time.DateTime)
		fmt.Fprintln(table, strings.Join([]string{
			when, quotedName(u.Profile), logCell(u.Account), logCell(u.Role), logCell(u.Verb),
			logCell(u.Program), logCell(u.AccessKeyID), logCell(u.AppID), timeLeft(max(0, u.Expires.Sub(u.Time))),
		}, "\t"))
	}
	return table.Flush()
}

// logCell is text of the log in one cell of a table.
func logCell(text string) string {
	if text == "" {
		return "-"
	}
	return session.OneLine(text, session.QuoteLength)
}

const (
	// appIDVariable is what the AWS SDKs put into their user agent, as app/VALUE.
	appIDVariable = "AWS_SDK_UA_APP_ID"
	appIDPrefix   = "stsx-"
	// logWait is how long the log may keep a command waiting.
	logWait = 10 * time.Second
)

// logChild logs that a command gets s, where p's configuration wants it, and returns
// what the command's environment has for it to be found again in CloudTrail.
func (r *commandRun) logChild(ctx context.Context, p session.Profile, s session.Session, program string) []shellinit.Var {
	if !p.Root().Org.Log {
		return nil
	}
	id := r.Getenv(appIDVariable)
	if id == "" || strings.HasPrefix(id, appIDPrefix) { // an outer stsx's
		id = appIDPrefix + strings.ToLower(rand.Text()[:16])
	}
	r.logUse(ctx, p, s, filepath.Base(program), id)
	return []shellinit.Var{{Name: appIDVariable, Value: id}}
}

// logCaller logs that the program that started stsx gets s.
func (r *commandRun) logCaller(ctx context.Context, p session.Profile, s session.Session) {
	if p.Root().Org.Log {
		name, _ := r.ParentNames()()
		r.logUse(ctx, p, s, name, "")
	}
}

// logUse adds a line to the log. What keeps it from that, such as a full disk, is
// said once and keeps nobody from working.
func (r *commandRun) logUse(ctx context.Context, p session.Profile, s session.Session, program, id string) {
	ctx, cancel := context.WithTimeout(ctx, logWait)
	defer cancel()
	err := r.drivers.Uses.Add(ctx, session.UseRecord{
		Time: r.Now().UTC().Truncate(time.Second), Verb: r.verb, Profile: p.Name, Account: s.Role.Account(), Role: s.Role.Name(),
		Program: session.OneLine(program, session.QuoteLength), AccessKeyID: s.Credentials.AccessKeyID,
		AppID: session.OneLine(id, session.QuoteLength), Expires: s.Credentials.Expires.UTC(),
	})
	if err != nil {
		r.logWarning.Do(func() { r.drivers.Ask.Say("this use could not be logged: " + err.Error()) })
	}
}
