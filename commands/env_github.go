package commands

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"stsx/shellinit"
)

// githubActions is the dialect of GitHub's runner, which takes variables from a file
// and commands from what a step prints.
const githubActions = "github-actions"

// exportToActions first has the runner mask the secrets in whatever later steps
// print, then gives those steps the variables. The runner shows a mask's line
// without its value. Source: "Workflow commands for GitHub Actions".
func (r *commandRun) exportToActions(d shellinit.Dialect, set []shellinit.Var) error {
	text, err := d.Export(set, nil)
	if err != nil {
		return err
	}
	var masks strings.Builder
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A") // as the runner reads a command's data
	for _, v := range set {
		if isSecretVariable(v.Name) {
			fmt.Fprintf(&masks, "::add-mask::%s\n", data.Replace(v.Value))
		}
	}
	if err := r.printText(masks.String()); err != nil {
		return err
	}
	if err := appendTo(r.Getenv("GITHUB_ENV"), text); err != nil {
		return fmt.Errorf("giving the variables to the next steps: %w", err)
	}
	if names := shadowingNames(r.Environ, set, r.GOOS); len(names) > 0 {
		r.drivers.Ask.Say(
			"the next steps also see " + strings.Join(names, ", ") + ", which nothing can unset there: take it out of the workflow",
		)
	}
	return nil
}

// isSecretVariable reports whether a variable's value is to be masked. The key's id is
// none, but names the session in AWS's logs, and GitHub's own action masks it.
func isSecretVariable(name string) bool {
	switch name {
	case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN":
		return true
	}
	return false
}

// appendTo adds lines to the end of a file that is there, after a line that
// somebody left without an end.
func appendTo(path, lines string) (err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if size > 0 {
		last := []byte{0}
		if _, err := file.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			lines = "\n" + lines
		}
	}
	_, err = io.WriteString(file, lines)
	return err
}
