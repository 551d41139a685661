package commands

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/commands/doctor"
	"stsx/commands/process"
	"stsx/session"
	"stsx/shellinit"
)

func (r *commandRun) doctorCommand() *cli.Command {
	return &cli.Command{
		Name:      "doctor",
		Usage:     "find what keeps stsx from working on this machine",
		UsageText: "stsx doctor [--json] [--fix]",
		Description: `   Checks browser, keyrings, folders, configuration, network, clock, terminal,
   shell hook and the AWS files, and prints a line for each: ok, warn or fail,
   what was found, and what to do about it. It does not sign in, asks nothing,
   and ends within 10 seconds; with status 1 when a check fails.`,
		Flags: []cli.Flag{
			jsonFlag(),
			&cli.BoolFlag{Name: "fix", Usage: "do what can be done safely, and say what that is", DisableDefaultText: true},
			helpFlag(),
		},
		Action: func(c *cli.Context) error { return r.runDoctor(c.Context, c.Bool("json"), c.Bool("fix")) },
	}
}

// doctorLine is a check as --json prints it.
type doctorLine struct {
	Name    string        `json:"name"`
	Status  doctor.Status `json:"status"`
	Finding string        `json:"finding"`
	Cure    string        `json:"cure"`
	Fixed   string        `json:"fixed"`
}

type doctorReport struct {
	OK     bool         `json:"ok"` // nothing fails
	Checks []doctorLine `json:"checks"`
}

func (r *commandRun) runDoctor(ctx context.Context, asJSON, fix bool) error {
	if err := r.noOperands(); err != nil {
		return err
	}
	kit, _ := r.BuildDrivers(r.settings) // what is broken is among the findings
	defer func() { _ = kit.Close() }()
	machine := kit.Machine
	machine.Programs = r.installedPrograms()
	checks := machine.Checks()
	results := doctor.RunAll(ctx, checks)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	fixed := map[string]string{}
	if fix {
		fixed = r.repairAll(ctx, checks, results)
	}
	report, failed := doctorReport{OK: true}, []string{}
	for _, result := range results {
		if result.Status == doctor.Fail {
			report.OK, failed = false, append(failed, result.Name)
		}
		report.Checks = append(report.Checks, doctorLine{result.Name, result.Status, session.OneLine(result.Text, longestFinding),
			session.OneLine(result.Cure, longestFinding), fixed[result.Name]})
	}
	if err := r.printDoctor(report, asJSON); err != nil {
		return err
	}
	if !report.OK {
		return errors.New("not everything works here: " + strings.Join(failed, ", "))
	}
	return nil
}

// longestFinding is how much of a finding is shown, in characters.
const longestFinding = 1000

// repairAll does what is safe, saying so before, and looks at it again. It returns what was done, by check.
func (r *commandRun) repairAll(ctx context.Context, checks []doctor.Check, results []doctor.Result) map[string]string {
	fixed := map[string]string{}
	for i, result := range results {
		if result.Repair == nil {
			continue
		}
		text := session.OneLine(result.Repair.Text, longestFinding)
		fmt.Fprintln(r.Stderr, "stsx: "+text)
		if err := result.Repair.Do(ctx); err != nil {
			results[i].Text += "; --fix failed: " + err.Error()
			continue
		}
		fixed[result.Name] = text
		results[i] = doctor.RunAll(ctx, checks[i:i+1])[0]
	}
	return fixed
}

func (r *commandRun) printDoctor(report doctorReport, asJSON bool) error {
	if asJSON {
		return r.printJSON(report)
	}
	var out strings.Builder
	for _, line := range report.Checks {
		fmt.Fprintf(&out, "%-4s  %-14s  %s", line.Status, line.Name, line.Finding)
		if line.Cure != "" {
			out.WriteString(" — " + line.Cure)
		}
		out.WriteString("\n")
	}
	return r.printText(out.String())
}

// installedPrograms is what this shell starts of stsx.
func (r *commandRun) installedPrograms() doctor.Programs {
	home := r.Getenv("HOME")
	p := doctor.Programs{Version: r.Version, Path: filepath.SplitList(r.Getenv("PATH")), Home: home}
	p.Own, _ = r.OwnPath() // "" compares with nothing
	if d, err := shellinit.DetectShell(r.ParentNames(), r.Getenv("SHELL")); err == nil && d.HasHook() {
		p.Shell, p.RCFile, p.HookLine = d.Name, d.RCFile(), d.CommandLine("stsx", "init", d.Name)
		if folder := r.Getenv("ZDOTDIR"); d.Name == "zsh" && folder != "" {
			p.RCFile = filepath.Join(folder, ".zshrc")
		}
	}
	run := process.SecretCommand{Environ: process.WithoutSecrets(r.Environ)}
	p.VersionOf = func(ctx context.Context, path string) (string, error) {
		line, err := run.FirstLine(ctx, []string{path, "version"})
		return session.OneLine(line.Reveal(), session.QuoteLength), err
	}
	return p
}
