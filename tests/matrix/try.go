//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"stsx/tests/okta"
)

// suiteTest is the test whose subtests ROW/ENGINE are the sign-ins.
const suiteTest = "TestPages"

// engines, as subtests are named and the table's columns are.
var engines = [...]struct{ name, title string }{{"classic", "Classic"}, {"gen2", "Gen2"}, {"gen3", "Gen3"}}

// engineRows counts the rows of one engine.
type engineRows struct{ passed, failed, absent int }

// result is what came of one version.
type result struct {
	version version
	cells   [len(engines)]engineRows
	failed  []string        // tests
	skipped []string        // tests, for want of something on this machine
	rows    map[string]bool // that have run on any engine, as go test writes them
	took    time.Duration
}

func (r result) hasFailed() bool { return len(r.failed)+len(r.skipped) > 0 || r.countRows() == 0 }

// countRows is how many rows were tried.
func (r result) countRows() (n int) {
	for _, c := range r.cells {
		n += c.passed + c.failed + c.absent
	}
	return n
}

// tryVersions runs the suite once for each version, with an stsx that is built once.
func tryVersions(ctx context.Context, o options, root string, tried []version, rows string) ([]result, error) {
	built, err := os.MkdirTemp("", "stsx-matrix-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(built)
	stsx := filepath.Join(built, "stsx")
	if err := buildProgram(ctx, o.log, root, stsx); err != nil {
		return nil, err
	}
	var results []result
	for _, v := range tried {
		dist, err := v.widgetFolder(ctx, root)
		if err != nil {
			return nil, err
		}
		r, err := v.runSuite(ctx, o.log, root, stsx, dist, rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.number, err)
		}
		fmt.Fprintf(o.log, "%s: %d rows in %s\n", v.number, r.countRows(), r.took.Round(time.Second))
		results = append(results, r)
	}
	return results, nil
}

// buildProgram builds stsx to path.
func buildProgram(ctx context.Context, log io.Writer, root, path string) error {
	build := exec.CommandContext(ctx, "go", "build", "-tags", "urfave_cli_no_docs", "-o", path, ".")
	build.Dir, build.Stdout, build.Stderr = root, log, log
	if err := build.Run(); err != nil {
		return fmt.Errorf("building stsx: %w", err)
	}
	return nil
}

// rowPattern is the pattern for go test that selects rows.
func rowPattern(rows []string) string {
	var names []string
	for _, row := range rows {
		names = append(names, regexp.QuoteMeta(rowName(row)))
	}
	return "^(" + strings.Join(names, "|") + ")$"
}

// rowName is a row as go test writes it.
func rowName(row string) string { return strings.ReplaceAll(row, " ", "_") }

// runSuite runs the suite with the widget in dist.
func (v version) runSuite(ctx context.Context, log io.Writer, root, stsx, dist, rows string) (result, error) {
	begun := time.Now()
	command := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-timeout=30m", "-run=^"+suiteTest+"$/"+rows, "./tests")
	command.Dir, command.Stderr = root, log
	command.Env = append(os.Environ(), "STSX_TESTED="+stsx, "STSX_WIDGET="+dist)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	stdout, err := command.StdoutPipe()
	if err != nil {
		return result{}, err
	}
	if err := command.Start(); err != nil {
		return result{}, err
	}
	r, err := readTestOutput(stdout, log)
	_, _ = io.Copy(io.Discard, stdout) // after an error: the tests wait for somebody to read
	ended := command.Wait()
	r.version, r.took = v, time.Since(begun)
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return r, context.Cause(ctx)
	case err != nil:
		return r, err
	case ended != nil && (!errors.As(ended, &exit) || len(r.failed) == 0):
		return r, fmt.Errorf("running the suite: %w", ended)
	}
	return r, nil
}

// readTestOutput counts what test2json tells. What a test said is passed on if it failed.
func readTestOutput(from io.Reader, log io.Writer) (result, error) {
	r := result{rows: map[string]bool{}}
	said := map[string]*strings.Builder{}
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e struct{ Action, Test, Output string }
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return r, fmt.Errorf("reading the tests' output: %w", err)
		}
		if said[e.Test] == nil {
			said[e.Test] = &strings.Builder{}
		}
		said[e.Test].WriteString(e.Output)
		row, i := splitTestName(e.Test)
		if i < 0 {
			if e.Action == "fail" { // a part of a row, or it did not build
				fmt.Fprint(log, said[e.Test])
			}
			continue
		}
		r.rows[row] = true
		switch e.Action {
		case "pass":
			r.cells[i].passed++
		case "fail":
			r.cells[i].failed++
			r.failed = append(r.failed, e.Test)
			fmt.Fprint(log, said[e.Test])
		case "skip":
			if strings.Contains(said[e.Test].String(), okta.ErrNotThere.Error()) {
				r.cells[i].absent++
			} else {
				r.skipped = append(r.skipped, e.Test)
				fmt.Fprint(log, said[e.Test])
			}
		}
	}
	return r, lines.Err()
}

// splitTestName takes the name of a test apart: its row and which of engines it is of,
// -1 where it is none of the suite's, or a part of a row's.
func splitTestName(test string) (row string, engine int) {
	row, ok := strings.CutPrefix(test, suiteTest+"/")
	for i, e := range engines {
		if row, of := strings.CutSuffix(row, "/"+e.name); ok && of && !strings.Contains(row, "/") {
			return row, i
		}
	}
	return "", -1
}
