package commands

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *run) importCommand() *cli.Command {
	return &cli.Command{
		Name:      "import",
		Usage:     "add what a shared configuration says to yours",
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
		Action: func(c *cli.Context) error { return r.importShared(c.Context, c.Bool("yes"), c.Bool("dry-run")) },
	}
}

func (r *run) exportCommand() *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "print a configuration that others can import",
		UsageText: "stsx configure export [PROFILE…]",
		Description: `   Prints the profiles named, or all, with the profiles and identity providers
   that they need. Usernames, commands, and what else is your own are left out.`,
		Flags:  []cli.Flag{helpFlag()},
		Action: func(*cli.Context) error { return r.export() },
	}
}

func (r *run) export() error {
	kit, err := r.open()
	if err != nil {
		return err
	}
	text, err := kit.File.Export(r.operands)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(r.Stdout, plain(text))
	return err
}

func (r *run) importShared(ctx context.Context, yes, dry bool) error {
	if len(r.operands) != 1 || r.operands[0] == "" {
		return &usageError{r.verb + " takes one file or address", r.verb}
	}
	kit, err := r.open()
	if err != nil {
		return err
	}
	tables, err := kit.File.Shared(ctx, r.operands[0])
	if err != nil {
		return err
	}
	ask := !yes && !dry && kit.Ask.Interactive()
	if tables, err = r.fillIn(ctx, tables, ask); err != nil {
		return err
	}
	plan, err := kit.File.Merge(tables)
	if err != nil {
		return err
	}
	for _, what := range plan.Left {
		kit.Ask.Say("left out: " + what)
	}
	switch {
	case dry:
		_, err := fmt.Fprint(r.Stdout, plain(plan.Difference))
		return err
	case plan.Difference == "":
		kit.Ask.Say("there is nothing to add to " + plan.Path)
		return nil
	}
	if err := r.write(ctx, plan, yes, false); err != nil {
		return err
	}
	said := "wrote " + plan.Path
	if len(plan.Profiles) > 0 {
		said += "; new: " + list(plan.Profiles)
	}
	kit.Ask.Say(said)
	return nil
}

// write shows what is planned, asks, and writes it.
func (r *run) write(ctx context.Context, plan session.Merge, yes, otherwise bool) error {
	if !yes {
		if !r.kit.Ask.Interactive() {
			return &session.InputError{What: "a yes to the changes of " + plan.Path, Give: "look at them with --dry-run, and write them with --yes"}
		}
		_, shown, _ := strings.Cut(plan.Difference, "\n") // the first line names the file, as the next ones do
		r.kit.Ask.Say(strings.TrimRight(plain(shown), "\n"))
		ok, err := r.kit.Ask.Confirm(ctx, "Write this?", otherwise)
		if err != nil {
			return err
		}
		if !ok {
			return errors.New("nothing was written: the answer was no")
		}
	}
	return r.kit.File.Write(ctx, plan)
}

// fillIn asks what a shared configuration can't say: whether your password may
// be typed into pages of further hosts, and who you are.
func (r *run) fillIn(ctx context.Context, tables []session.Table, ask bool) ([]session.Table, error) {
	own, err := r.kit.File.Tables()
	if err != nil {
		return nil, err
	}
	for i, t := range tables {
		if t.Kind != "idp" {
			continue
		}
		known, here := sameURL(own, t)
		if tables[i], err = r.hosts(ctx, t, known, ask); err != nil {
			return nil, err
		}
		if here {
			continue
		}
		username := r.settings.Username
		if username == "" && ask {
			if username, err = r.kit.Ask.Ask(ctx, session.Question{Prompt: "Your username at " + host(t) + " (Enter: ask at every sign-in)", Empty: true}); err != nil {
				return nil, err
			}
		}
		if username != "" {
			tables[i].Settings = append(tables[i].Settings, session.Setting{Key: "username", Value: username})
		}
	}
	return tables, nil
}

// hosts takes allowed_hosts out of t, unless they are the person's own already
// or are agreed to.
func (r *run) hosts(ctx context.Context, t, own session.Table, ask bool) (session.Table, error) {
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
		yes, err := r.kit.Ask.Confirm(ctx, "May your password for "+host(t)+" also be typed into pages of "+list(hosts)+"?", false)
		if err != nil || yes {
			return t, err
		}
	}
	r.kit.Ask.Say("left out: [idp." + quoted(t.Name) + "] its allowed_hosts, into whose pages your password could be typed: " + list(hosts))
	return t.Without(allowedHosts), nil
}

const allowedHosts = "allowed_hosts"

// sameURL is the idp of tables that signs in where t does.
func sameURL(tables []session.Table, t session.Table) (session.Table, bool) {
	for _, o := range tables {
		if o.Kind == "idp" && o.Text("url") == t.Text("url") {
			return o, true
		}
	}
	return session.Table{}, false
}

// host is where t signs in.
func host(t session.Table) string {
	u, err := url.Parse(t.Text("url"))
	if err != nil {
		return quoted(t.Name)
	}
	return u.Host
}
