package commands

import (
	"fmt"
	"runtime"

	"github.com/urfave/cli/v2"
)

func (r *commandRun) versionCommand() *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "show the version", UsageText: "stsx version", Flags: []cli.Flag{helpFlag()},
		Action: func(*cli.Context) error {
			if err := r.noOperands(); err != nil {
				return err
			}
			return r.printVersion()
		},
	}
}

func (r *commandRun) printVersion() error {
	_, err := fmt.Fprintf(r.Stdout, "stsx %s (%s, %s/%s)\n", r.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
