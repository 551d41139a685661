package commands

import (
	"github.com/urfave/cli/v2"
)

const helpTemplate = `stsx - {{.Usage}}

Usage:
   {{.UsageText}}

Commands:{{range .VisibleCommands}}
   {{printf "%-10s" .Name}} {{.Usage}}{{end}}

Flags, before or after the command:
   {{range .VisibleFlags}}{{.}}
   {{end}}
stsx help COMMAND tells more about one.
`

const commandTemplate = `{{.HelpName}} - {{.Usage}}

Usage:
   {{if .UsageText}}{{.UsageText}}{{else}}{{.HelpName}}{{end}}
{{if .Description}}
{{.Description}}
{{end}}{{if .Subcommands}}
Commands:{{range .VisibleCommands}}
   {{printf "%-10s" .Name}} {{.Usage}}{{end}}
{{end}}{{if .VisibleFlags}}
Flags:
   {{range .VisibleFlags}}{{.}}
   {{end}}{{end}}
stsx help lists the flags that every command takes.
`

func (r *run) helpCommand() *cli.Command {
	return &cli.Command{
		Name: "help", Usage: "show what a command does", UsageText: "stsx help [COMMAND]",
		Action: func(c *cli.Context) error { return r.help(c.Args().Slice()) },
	}
}

// help prints what the command of that path does, or what there is.
func (r *run) help(path []string) error {
	at, name := r.app.Commands, "stsx"
	var verb *cli.Command
	for _, word := range path {
		next := find(at, word)
		if next == nil {
			return unknownVerb(at, "", word)
		}
		verb, at, name = next, next.Subcommands, name+" "+next.Name
	}
	if verb == nil {
		cli.HelpPrinter(r.Stdout, helpTemplate, r.app)
		return nil
	}
	verb.HelpName = name
	cli.HelpPrinter(r.Stdout, commandTemplate, verb)
	return nil
}
