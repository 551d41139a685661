package commands

import (
	"bytes"
	"strings"

	"github.com/urfave/cli/v2"
)

const helpTemplate = `stsx - {{.Usage}}

Usage:
   {{.UsageText}}

Commands:{{range .VisibleCommands}}
   {{printf "%-10s" .Name}} {{.Usage}}{{end}}

Flags, before or after the command:{{range .VisibleFlags}}
   {{.}}{{end}}

stsx help COMMAND tells more about one.
`

const commandTemplate = `{{.HelpName}} - {{.Usage}}

Usage:
   {{if .UsageText}}{{.UsageText}}{{else}}{{.HelpName}}{{end}}
{{if .Description}}
{{.Description}}
{{end}}
Examples:{{range .Guide.Examples}}
   {{.}}{{end}}
{{if .Subcommands}}
Commands:{{range .VisibleCommands}}
   {{printf "%-10s" .Name}} {{.Usage}}{{end}}
{{end}}{{if .VisibleFlags}}
Flags:{{range .VisibleFlags}}
   {{flagLine .}}{{end}}
{{end}}
More: {{.Guide.Page}}. stsx help lists the flags that every command takes.
`

// commandHelp is what commandTemplate shows.
type commandHelp struct {
	*cli.Command
	Guide commandGuide
}

func (r *commandRun) helpCommand() *cli.Command {
	return &cli.Command{
		Name: "help", Usage: "show what a command does", UsageText: "stsx help [COMMAND]",
		Action: func(c *cli.Context) error { return r.printHelp(c.Args().Slice()) },
	}
}

// flagLine is the line of a flag; one that may be given again stands there once.
func flagLine(f cli.Flag) string {
	words, usage, _ := strings.Cut(f.String(), "\t")
	words, _, _ = strings.Cut(words, " [ ")
	return words + "\t" + usage
}

// printHelp prints what the command of that path does, or what there is.
func (r *commandRun) printHelp(path []string) error {
	at, name := r.app.Commands, "stsx"
	var verb *cli.Command
	for _, word := range path {
		next := findCommand(at, word)
		if next == nil {
			return unknownVerb(at, strings.TrimSpace(strings.TrimPrefix(name, "stsx")), word)
		}
		verb, at, name = next, next.Subcommands, name+" "+next.Name
	}
	var text bytes.Buffer // urfave's printer says nothing of a write that fails
	if verb == nil {
		cli.HelpPrinter(&text, helpTemplate, r.app)
	} else {
		verb.HelpName = name
		shown := commandHelp{verb, commandGuides()[strings.TrimPrefix(name, "stsx ")]}
		cli.HelpPrinterCustom(&text, commandTemplate, shown, map[string]any{"flagLine": flagLine})
	}
	_, err := r.Stdout.Write(text.Bytes())
	return err
}
