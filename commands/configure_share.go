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
		Name:      "import",
		Usage:     "add a shared configuration to yours",
		UsageText: "stsx configure import FILE|URL [--yes] [--dry-run]",
		Description: `   Adds the identity providers and profiles of a configuration that somebody
   shares with you, from a file or an https address, to yours. What you have
   stays as it is, byte for byte: whole tables are added, and keys that yours do
   not have. You see the difference first, and what was left out because yours
   says otherwise.

   A shared configuration with keys that would run a program on your machine, or
   protect it less, is refused.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "yes", Usage: "write without asking", DisableDefaultText: true},
			&cli.BoolFlag{Name: "dry-run", Usage: "show the difference and write nothing", DisableDefaultText: true},
			helpFlag(),
		},
		Action: func(c *cli.Context) error { return r.runImport(c.Context, c.Bool("yes"), c.Bool("dry-run")) },
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

func (r *commandRun) runImport(ctx context.Context, yes, dry bool) error {
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
	ask := !yes && !dry && kit.Ask.Interactive()
	if tables, err = r.fillIn(ctx, tables, ask); err != nil {
		return err
	}
	plan, err := kit.ConfigFile.Merge(tables)
	if err != nil {
		return err
	}
	for _, what := range plan.Left {
		kit.Ask.Say("left out: " + what)
	}
	switch {
	case dry:
		_, err := fmt.Fprint(r.Stdout, session.VisibleText(plan.Difference))
		return err
	case plan.Difference == "":
		kit.Ask.Say("nothing to import: " + plan.Path + " already has it all")
		return nil
	}
	if err := r.writeConfiguration(ctx, plan, yes, false); err != nil {
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
		_, shown, _ := strings.Cut(plan.Difference, "\n") // the first line names the file, as the next ones do
		r.drivers.Ask.Say(strings.TrimRight(session.VisibleText(shown), "\n"))
		ok, err := r.drivers.Ask.Confirm(ctx, "Write this?", otherwise)
		if err != nil {
			return err
		}
		if !ok {
			return errors.New("cancelled: nothing was written")
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
		if here {
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
