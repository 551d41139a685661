package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) importCommand() *cli.Command {
	return &cli.Command{
		Name:  "import",
		Usage: "add a shared configuration, or another tool's, to yours",
		UsageText: "stsx configure import FILE|URL [--yes] [--dry-run]\n   " +
			"stsx configure import --from TOOL [FILE] [--link LINK] [--yes] [--dry-run]",
		Description: `   Adds the identity providers and profiles of a configuration that somebody
   shares with you, from a file or an https link, to yours. What you have
   stays as it is, byte for byte: what yours does not have is added. You see the difference first, and what was left out because yours
   says otherwise.

   A shared configuration with keys that would run a program on your machine, or
   protect it less, is not imported.

   With --from it takes over what another tool's configuration says, at its usual
   place or in FILE: identity providers, usernames, roles, regions, durations and
   factors. What stsx has no place for is listed, and no password or key is copied.
   The tools are ` + strings.Join(session.OtherTools(), ", ") + `.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "from", Usage: "import the configuration of another `TOOL`"},
			&cli.StringFlag{Name: "link", Usage: "the AWS app's `LINK`, or Okta's domain, where the tool's configuration lacks it"},
			&cli.BoolFlag{Name: "yes", Usage: "write without asking", DisableDefaultText: true},
			&cli.BoolFlag{Name: "dry-run", Usage: "show the difference and write nothing", DisableDefaultText: true},
			helpFlag(),
		},
		Action: func(c *cli.Context) error {
			how := importFlags{c.String("from"), c.String("link"), c.Bool("yes"), c.Bool("dry-run")}
			if c.IsSet("from") {
				return r.runImportFrom(c.Context, how)
			}
			return r.runImport(c.Context, how)
		},
	}
}

func (r *commandRun) exportCommand() *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "print a configuration that others can import",
		UsageText: "stsx configure export [PROFILE…]",
		Description: `   Prints the profiles named, or all, with the profiles and identity providers
   that they need. Usernames, commands, and what else is your own are left out.`,
		Flags:  []cli.Flag{helpFlag()},
		Action: func(*cli.Context) error { return r.runExport() },
	}
}

func (r *commandRun) runExport() error {
	kit, err := r.openDrivers()
	if err != nil {
		return err
	}
	text, err := kit.ConfigFile.Export(r.operands)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(r.Stdout, session.VisibleText(text))
	return err
}

// importFlags say what is imported, and how.
type importFlags struct {
	tool, link string
	yes, dry   bool
}

func (r *commandRun) runImport(ctx context.Context, how importFlags) error {
	if how.link != "" {
		return &usageError{"--link goes with --from", r.verb}
	}
	if len(r.operands) != 1 || r.operands[0] == "" {
		return &usageError{r.verb + " takes one file or address", r.verb}
	}
	kit, err := r.openDrivers()
	if err != nil {
		return err
	}
	tables, err := kit.ConfigFile.Shared(ctx, r.operands[0])
	if err != nil {
		return err
	}
	if tables, err = r.fillIn(ctx, tables, r.canAsk(how)); err != nil {
		return err
	}
	return r.importTables(ctx, tables, how)
}

// canAsk reports whether an import may ask for what it lacks.
func (r *commandRun) canAsk(how importFlags) bool {
	return !how.yes && !how.dry && r.drivers.Ask.Interactive()
}

// importTables shows what tables add to the configuration, and writes it.
func (r *commandRun) importTables(ctx context.Context, tables []session.Table, how importFlags) error {
	kit := r.drivers
	plan, err := kit.ConfigFile.Merge(tables)
	if err != nil {
		return err
	}
	for _, what := range plan.Left {
		kit.Ask.Say("left out: " + what)
	}
	switch {
	case how.dry:
		_, err := fmt.Fprint(r.Stdout, session.VisibleText(plan.Difference))
		return err
	case plan.Difference == "":
		kit.Ask.Say("nothing to import: " + plan.Path + " already has it all")
		return nil
	}
	if err := r.writeConfiguration(ctx, plan, how.yes, false); err != nil {
		return err
	}
	said := "wrote " + plan.Path
	if len(plan.Profiles) > 0 {
		said += "; new: " + nameList(plan.Profiles)
	}
	kit.Ask.Say(said)
	return nil
}

// writeConfiguration shows what is planned, asks, and writes it.
func (r *commandRun) writeConfiguration(ctx context.Context, plan session.ConfigChange, yes, otherwise bool) error {
	if !yes {
		if !r.drivers.Ask.Interactive() {
			return &session.InputError{
				What: "a yes to the changes of " + plan.Path,
				Give: "look at them with --dry-run, and write them with --yes",
			}
		}
		shown := "new file " + plan.Path + ":\n" + plan.New
		if plan.Old != "" {
			_, shown, _ = strings.Cut(plan.Difference, "\n") // the first line names the file, as the next ones do
		}
		r.drivers.Ask.Say(strings.TrimRight(session.VisibleText(shown), "\n"))
		ok, err := r.drivers.Ask.Confirm(ctx, "Write this?", otherwise)
		if err != nil {
			return err
		}
		if !ok {
			return errors.New("cancelled: nothing was changed")
		}
	}
	return r.drivers.ConfigFile.Write(ctx, plan)
}

// fillIn asks what a shared configuration can't say: whether your password may
// be typed into pages of further hosts, and who you are.
func (r *commandRun) fillIn(ctx context.Context, tables []session.Table, ask bool) ([]session.Table, error) {
	own, err := r.drivers.ConfigFile.Tables()
	if err != nil {
		return nil, err
	}
	for i, t := range tables {
		if t.Kind != "idp" {
			continue
		}
		known, here := orgWithURL(own, t)
		if tables[i], err = r.askHosts(ctx, t, known, ask); err != nil {
			return nil, err
		}
		if here || t.Text("username") != "" {
			continue
		}
		username := r.settings.Username
		if username == "" && ask {
			if username, err = r.drivers.Ask.Ask(ctx, session.Question{Prompt: "Your username at " + session.HostOf(t.Text("url")) +
				" (Enter: ask at every sign-in)", Empty: true}); err != nil {
				return nil, err
			}
		}
		if username != "" {
			tables[i].Settings = append(tables[i].Settings, session.Setting{Key: "username", Value: username})
		}
	}
	return tables, nil
}

// askHosts takes allowed_hosts out of t, unless they are the person's own already
// or are agreed to.
func (r *commandRun) askHosts(ctx context.Context, t, own session.Table, ask bool) (session.Table, error) {
	var hosts []string
	for _, s := range t.Settings {
		if s.Key == allowedHosts {
			hosts, _ = s.Value.([]string)
		}
	}
	if hosts == nil {
		return t, nil
	}
	for _, s := range own.Settings {
		if s.Key == allowedHosts {
			return t, nil // the same, or told of as another
		}
	}
	if ask {
		yes, err := r.drivers.Ask.Confirm(
			ctx,
			"May your password for "+session.HostOf(t.Text("url"))+" also be typed into pages of "+nameList(hosts)+"?",
			false,
		)
		if err != nil || yes {
			return t, err
		}
	}
	r.drivers.Ask.Say(
		"left out: [idp." + quotedName(t.Name) + "] its allowed_hosts, into whose pages your password could be typed: " + nameList(hosts),
	)
	return t.Without(allowedHosts), nil
}

const allowedHosts = "allowed_hosts"

// orgWithURL is the idp of tables that signs in where t does.
func orgWithURL(tables []session.Table, t session.Table) (session.Table, bool) {
	for _, o := range tables {
		if o.Kind == "idp" && o.Text("url") == t.Text("url") {
			return o, true
		}
	}
	return session.Table{}, false
}
