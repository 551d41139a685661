//go:build unix

// Command matrix runs the sign-in suite (stsx/tests, TestPages) against several
// versions of the Okta Sign-In Widget and prints a table of what came of it, so
// that a change of Okta's is seen before users see it: `make widget-matrix`.
//
//	go run ./tests/matrix [-only VERSION,…] [-rows PATTERN] [-write] [-newest] [-marks] [-report FOLDER]
//
// The versions are the one that tests/okta/package.json pins, those in
// tests/okta/widgets.txt, and the one that npm calls the latest. With -newest it
// is the last alone, in a few rows: what each change is tested with. With -marks
// no browser is started: `make widget-new`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	flag.BoolVar(
		&o.marks,
		"marks",
		false,
		"no sign-in: what stsx looks for in a page and one of two versions does not have; "+
			"the two of -only, else the pinned one and the newest",
	)
	flag.StringVar(
		&o.report,
		"report",
		"",
		"where rows fail, a report.md in this new `folder`, with the debug bundles of another run of them",
	)
	only := flag.String("only", "", "these versions, with commas between them, instead of all")
	flag.StringVar(&o.rows, "rows", "", "the rows of docs/okta.md that this pattern of go test selects, instead of all")
	flag.BoolVar(
		&o.write,
		"write",
		false,
		"write the table to docs/okta.md: all of it, else the lines of the versions tried in which every row passed",
	)
	flag.BoolVar(&o.newest, "newest", false, "the newest version alone, in a few rows")
	flag.Parse()
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	o.require = os.Getenv("STSX_REQUIRE") == "all"
	o.out, o.log = os.Stdout, os.Stderr
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1)
	}
}

type options struct {
	only     []string
	rows     string
	write    bool
	newest   bool
	marks    bool
	report   string
	require  bool // a missing part fails
	out, log io.Writer
}

// smokeRows are the rows that the newest version is tried with at every change: one
// of each kind of page.
func smokeRows() []string {
	return []string{"username and password on one page", "username first", "wrong password", "several factors", "wrong code", "SMS"}
}

// errFailed: the table and what was said before it tell which.
var errFailed = errors.New("not every row passed on every version")

func run(ctx context.Context, o options) error {
	if o.write && (o.rows != "" || o.newest) {
		return errors.New("the table in docs/okta.md is of all rows: -write goes with neither -rows nor -newest")
	}
	root, err := moduleFolder(ctx)
	if err != nil {
		return err
	}
	all, err := versions(root)
	if err != nil {
		return err
	}
	tags, err := askPublished(ctx)
	switch {
	case err == nil:
	case ctx.Err() != nil || o.require:
		return err
	case o.newest:
		fmt.Fprintln(o.log, "matrix: skipped:", err)
		return nil
	default:
		fmt.Fprintln(o.log, "matrix: without the newest:", err)
	}
	tried, rows := withPublished(all, tags), o.rows
	switch {
	case o.marks:
		return compareMarks(ctx, o, root, tried)
	case o.newest:
		tried = slices.DeleteFunc(tried, func(v version) bool { return v.pinned || !v.newest && !v.next })
		if len(tried) == 0 {
			fmt.Fprintf(o.out, "npm's newest Sign-In Widget is %s, the pinned one, which the tests run with\n", tags.Latest)
			return nil
		}
		rows = rowPattern(smokeRows())
	case o.only != nil:
		if tried, err = chooseVersions(tried, o.only); err != nil {
			return err
		}
	}
	results, err := tryVersions(ctx, o, root, tried, rows)
	if err != nil {
		return err
	}
	fmt.Fprint(o.out, markdownTable(results))
	for _, row := range smokeRows() {
		if o.newest && !results[0].rows[rowName(row)] {
			return fmt.Errorf("%s has no row %q any more: see smokeRows", suiteTest, row)
		}
	}
	good := slices.DeleteFunc(slices.Clone(results), result.hasFailed)
	if o.write {
		if err := writeTable(filepath.Join(root, "docs", "okta.md"), good, o.only != nil || len(good) < len(results)); err != nil {
			return err
		}
	}
	if len(good) < len(results) {
		return errors.Join(errFailed, o.writeReport(ctx, root, results))
	}
	return nil
}

// chooseVersions are the versions named.
func chooseVersions(all []version, names []string) ([]version, error) {
	var out []version
	for _, name := range names {
		i := slices.IndexFunc(all, func(v version) bool { return v.number == name })
		if i < 0 {
			return nil, fmt.Errorf("%s is neither in %s nor the pinned version nor the newest", name, versionList)
		}
		out = append(out, all[i])
	}
	return out, nil
}

// moduleFolder is the folder of go.mod.
func moduleFolder(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	mod := strings.TrimSpace(string(out))
	if err != nil || filepath.Base(mod) != "go.mod" {
		return "", fmt.Errorf("run this in stsx's own folder (%q, %w)", mod, err)
	}
	return filepath.Dir(mod), nil
}
