//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// withBundle is an stsx that writes a debug bundle beside whatever it does.
const withBundle = "#!/bin/sh\nexec '%s' --debug-bundle '%s'/\"$$\".zip \"$@\"\n"

// writeReport runs the rows that failed once more, with a debug bundle each, and
// writes report.md: what an issue about a new widget needs.
func (o options) writeReport(ctx context.Context, root string, results []result) error {
	if o.report == "" {
		return nil
	}
	folder, err := filepath.Abs(o.report)
	if err != nil {
		return err
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(folder), 0o755), os.Mkdir(folder, 0o700)); err != nil {
		return err
	}
	stsx := filepath.Join(folder, "stsx")
	if err := buildProgram(ctx, o.log, root, stsx); err != nil {
		return err
	}
	defer os.Remove(stsx)
	var text strings.Builder
	text.WriteString(markdownTable(results))
	for _, r := range results {
		if !r.hasFailed() {
			continue
		}
		fmt.Fprintf(&text, "\n## %s\n\n", r.version)
		for _, test := range append(r.failed, r.skipped...) {
			fmt.Fprintf(&text, "- `%s`\n", test)
		}
		if err := r.keepBundles(ctx, o.log, root, stsx, filepath.Join(folder, r.version.number)); err != nil {
			return err
		}
	}
	text.WriteString("\nThe debug bundles of the rows that failed are beside this report, in a folder for each version.\n")
	return os.WriteFile(filepath.Join(folder, "report.md"), []byte(text.String()), 0o600)
}

// keepBundles runs the failed rows of one version with debug bundles in folder.
// They may fail otherwise than before, since a bundle is announced.
func (r result) keepBundles(ctx context.Context, log io.Writer, root, stsx, folder string) error {
	if len(r.failed) == 0 {
		return nil
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	wrapper := filepath.Join(folder, "stsx")
	if err := os.WriteFile(wrapper, fmt.Appendf(nil, withBundle, stsx, folder), 0o700); err != nil {
		return err
	}
	defer os.Remove(wrapper)
	var rows []string
	for _, test := range r.failed {
		row, _ := splitTestName(test)
		rows = append(rows, row)
	}
	dist, err := r.version.widgetFolder(ctx, root)
	if err != nil {
		return err
	}
	_, err = r.version.runSuite(ctx, log, root, wrapper, dist, rowPattern(rows))
	return err
}
