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
		Name: "help", Usage: "show what a command does", UsageText: "stsx help [COMMAND]", HideHelp: true,
		Action: func(c *cli.Context) error {
			at := r.app.Commands
			path := "stsx"
			var verb *cli.Command
			for _, word := range c.Args().Slice() {
				next := find(at, word)
				if next == nil {
					return unknownVerb(at, "", word)
				}
				verb, at, path = next, next.Subcommands, path+" "+next.Name
			}
			if verb == nil {
				cli.HelpPrinter(r.Stdout, helpTemplate, r.app)
				return nil
			}
			verb.HelpName = path
			cli.HelpPrinter(r.Stdout, commandTemplate, verb)
			return nil
		},
	}
}
