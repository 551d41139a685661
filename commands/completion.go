package commands

import (
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/completions"
	"stsx/session"
	"stsx/shellinit"
)

func (r *commandRun) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print the script that completes command lines with Tab",
		UsageText: "stsx completion " + strings.Join(completions.ShellNames(), " | "),
		Description: `   In your shell's startup file:

      bash         eval "$(stsx completion bash)"
      zsh          eval "$(stsx completion zsh)"
      fish         stsx completion fish | source
      elvish       eval (stsx completion elvish | slurp)
      powershell   stsx completion powershell | Invoke-Expression

   In nushell once

      stsx completion nushell | save -f ($nu.default-config-dir | path join stsx-completion.nu)

   and in config.nu

      source ($nu.default-config-dir | path join stsx-completion.nu)

   What stsx init prints has it already. After stsx exec PROFILE the command's
   own completion takes over.`,
		Flags:  []cli.Flag{helpFlag()},
		Action: func(*cli.Context) error { return r.runCompletion() },
	}
}

func (r *commandRun) runCompletion() error {
	if len(r.operands) != 1 {
		return &usageError{"name one shell: " + strings.Join(completions.ShellNames(), ", "), r.verb}
	}
	text, ok := completions.StandaloneScript(r.operands[0])
	if !ok {
		said := "there is no completion for " + quotedName(r.operands[0])
		if near := session.NearestNames(r.operands[0], completions.ShellNames()); len(near) > 0 {
			return &usageError{said + "; did you mean " + strings.Join(near, " or ") + "?", r.verb}
		}
		return &usageError{said + "; there is one for " + strings.Join(completions.ShellNames(), ", "), r.verb}
	}
	if d, err := shellinit.LookupDialect(r.operands[0]); err == nil {
		text = d.WholeScript(text)
	}
	return r.printText(text)
}
