package commands

import (
	"fmt"
	"runtime"

	"github.com/urfave/cli/v2"
)

func (r *commandRun) versionCommand() *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "show the version", UsageText: "stsx version [--json]", Flags: []cli.Flag{jsonFlag(), helpFlag()},
		Description: "   With --json also the commit that stsx was built from and its date.",
		Action: func(c *cli.Context) error {
			if err := r.noOperands(); err != nil {
				return err
			}
			if c.Bool("json") {
				return r.printJSON(versionReport{r.Version, r.Commit, r.CommitDate, runtime.Version(), runtime.GOOS, runtime.GOARCH})
			}
			return r.printVersion()
		},
	}
}

type versionReport struct {
	Version string `json:"version"`
	Commit  string `json:"commit"` // "" = built without git
	Date    string `json:"date"`   // likewise
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func (r *commandRun) printVersion() error {
	_, err := fmt.Fprintf(r.Stdout, "stsx %s (%s, %s/%s)\n", r.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
