//go:build unix

package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestVersions: docs/okta.md has a line for each version that the matrix runs
// with, in its order, and no other.
func TestVersions(t *testing.T) {
	all, err := versions("../..")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	own := false
	for _, v := range all {
		want = append(want, v.number)
		own = own || v.pinned
	}
	if len(want) < 6 || !own {
		t.Errorf("the versions are %v", all)
	}
	text, err := os.ReadFile("../../docs/okta.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), tableBegin)
	table, _, ok := strings.Cut(rest, tableEnd)
	if !ok {
		t.Fatal("docs/okta.md has no place for the table")
	}
	var got []string
	for _, line := range regexp.MustCompile(`(?m)^\| (\d[\d.]*)(.*)$`).FindAllStringSubmatch(table, -1) {
		if strings.Contains(line[2], newestMark) && !slices.Contains(want, line[1]) {
			continue // what was the newest then
		}
		got = append(got, line[1])
		if strings.Contains(line[2], "failed") {
			t.Errorf("docs/okta.md: %s", line[0])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("docs/okta.md tells of %v, the matrix is of %v: run make widget-matrix MATRIX=-write", got, want)
	}
}

func TestVersionsOfAList(t *testing.T) {
	root := t.TempDir()
	writeFile(t, root, lockFile, `{"packages": {"node_modules/@okta/okta-signin-widget": {"version": "7.9.0", "integrity": "sha512-own"}}}`)
	writeFile(t, root, versionList, "# comment\n\n7.10.1 sha512-a\n5.0.0 sha512-b\n")
	all, err := versions(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []version{{number: "5.0.0", integrity: "sha512-b"}, {number: "7.9.0", integrity: "sha512-own", pinned: true},
		{number: "7.10.1", integrity: "sha512-a"}}
	if !slices.Equal(all, want) {
		t.Errorf("got %v", all)
	}
	for _, line := range []string{"7.10.1", "7.10.1 sha1-a", "7.9.0 sha512-a"} {
		writeFile(t, root, versionList, line+"\n")
		if all, err := versions(root); err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%s: got %v, %v", line, all, err)
		}
	}
}

func writeFile(t *testing.T, root, name, text string) string {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRead: what go test -json tells becomes a line of the table.
func TestRead(t *testing.T) {
	var log strings.Builder
	r, err := readTestOutput(strings.NewReader(`
{"Action":"start","Package":"stsx/tests"}
{"Action":"output","Package":"stsx/tests","Test":"TestPages/SMS/gen2","Output":"=== RUN\n"}
{"Action":"pass","Package":"stsx/tests","Test":"TestPages/SMS/gen2"}
{"Action":"pass","Package":"stsx/tests","Test":"TestPages/SMS/classic"}
{"Action":"pass","Package":"stsx/tests","Test":"TestPages/SMS/gen2/a_part_of_it"}
{"Action":"skip","Package":"stsx/tests","Test":"TestPages/SMS/gen2/gen3"}
{"Action":"output","Package":"stsx/tests","Test":"TestPages/SMS/gen3","Output":"desk_test.go:1: 5.16.1: not in this version of the Sign-In Widget: gen3\n"}
{"Action":"skip","Package":"stsx/tests","Test":"TestPages/SMS/gen3"}
{"Action":"output","Package":"stsx/tests","Test":"TestPages/wrong_code/gen2","Output":"want 0, got 4\n"}
{"Action":"fail","Package":"stsx/tests","Test":"TestPages/wrong_code/gen2"}
{"Action":"output","Package":"stsx/tests","Test":"TestPages/visible/classic","Output":"Xvfb is missing\n"}
{"Action":"skip","Package":"stsx/tests","Test":"TestPages/visible/classic"}
{"Action":"fail","Package":"stsx/tests","Test":"TestPages"}
`[1:]), &log)
	if err != nil {
		t.Fatal(err)
	}
	r.version = version{number: "5.16.1", newest: true}
	line := "| 5.16.1 (npm's newest) | 1 | 1, 1 failed | – |\n"
	if table := markdownTable([]result{r}); !strings.HasSuffix(table, "|---|---|---|---|\n"+line) {
		t.Errorf("the table is\n%s", table)
	}
	if want := "want 0, got 4\nXvfb is missing\n"; log.String() != want {
		t.Errorf("passed on %q", log.String())
	}
	if !r.hasFailed() || len(r.failed) != 1 || len(r.skipped) != 1 || r.countRows() != 4 || !r.rows["SMS"] || r.rows["visible/classic"] {
		t.Errorf("got %+v", r)
	}
	if r := (result{}); !r.hasFailed() {
		t.Error("that no row ran is no success")
	}
	if r := (result{cells: [len(engines)]engineRows{{passed: 1}}}); r.hasFailed() {
		t.Error("one that passed is bad")
	}
	if _, err := readTestOutput(strings.NewReader("panic\n"), &log); err == nil {
		t.Error("no error for what is not JSON")
	}
}

// TestWrite: the table is written whole, or the lines of some versions in it.
func TestWrite(t *testing.T) {
	passed := func(number string, n int) result {
		return result{version: version{number: number}, cells: [len(engines)]engineRows{{passed: n}, {passed: n}, {passed: n}}}
	}
	file := writeFile(t, t.TempDir(), "okta.md", "before\n"+tableBegin+"nothing yet\n"+tableEnd+"after\n")
	for _, step := range []struct {
		results []result
		only    bool
		want    string // the lines, "" for an error that leaves the file alone
	}{
		{[]result{passed("6.9.0", 1)}, true, ""},
		{[]result{passed("6.9.0", 1), passed("7.1.0", 2), passed("7.10.1", 3)}, false,
			"| 6.9.0 | 1 | 1 | 1 |\n| 7.1.0 | 2 | 2 | 2 |\n| 7.10.1 | 3 | 3 | 3 |\n"},
		{[]result{passed("7.1.0", 4), passed("6.9.0", 5)}, true, "| 6.9.0 | 5 | 5 | 5 |\n| 7.1.0 | 4 | 4 | 4 |\n| 7.10.1 | 3 | 3 | 3 |\n"},
		{[]result{passed("7.1.0", 6), passed("7.1", 6)}, true, ""},
	} {
		old, _ := os.ReadFile(file)
		want := "before\n" + tableBegin + markdownTable(nil) + step.want + tableEnd + "after\n"
		err := writeTable(file, step.results, step.only)
		if step.want == "" {
			want = string(old)
		}
		if got, _ := os.ReadFile(file); string(got) != want || (err == nil) != (step.want != "") {
			t.Errorf("%v with only %v wrote\n%s(%v), want\n%s", step.results, step.only, got, err, want)
		}
	}
}

// TestUnpack: what is served, and nothing beside the folder.
func TestUnpack(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.tgz")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	packed := gzip.NewWriter(f)
	files := tar.NewWriter(packed)
	for _, name := range []string{
		"package/package.json", "package/dist/js/okta-sign-in.min.js", "package/dist/js/okta-sign-in.min.js.map",
		"package/dist/mocks/a.json",
		"package/src/a.js", "package/dist/labels/json/login.json", "package/dist/js/../../../../out.js",
		"package/dist/js/../../../../package/package.json",
	} {
		if err := files.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: 1, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "to")
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unpack(file, to); err != nil {
		t.Fatal(err)
	}
	var got []string
	_ = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(dir, path)
			got = append(got, name)
		}
		return err
	})
	want := []string{"a.tgz", "to/package/dist/js/okta-sign-in.min.js", "to/package/dist/labels/json/login.json", "to/package/package.json"}
	if !slices.Equal(got, want) {
		t.Errorf("there are %q", got)
	}
	sum, err := fileIntegrity(writeFile(t, dir, "abc", "abc"))
	if want := "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="; err != nil ||
		sum != want {
		t.Errorf("the integrity is %s, %v", sum, err)
	}
}

// TestChosen: a version that is not there is named.
func TestChosen(t *testing.T) {
	all := []version{{number: "5.0.0"}, {number: "7.0.0"}}
	if got, err := chooseVersions(all, []string{"7.0.0"}); err != nil || len(got) != 1 || got[0].number != "7.0.0" {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := chooseVersions(all, []string{"7.0"}); err == nil || !strings.HasPrefix(err.Error(), "7.0 is neither") {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestWithoutNpm: at a desk the newest is skipped, and said to be; where all
// parts are required that is a failure.
func TestWithoutNpm(t *testing.T) {
	command, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() // without npm, which may lie beside go
	if err := os.Symlink(command, filepath.Join(path, "go")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", path)
	for _, required := range []bool{false, true} {
		var out, log strings.Builder
		err := run(context.Background(), options{newest: true, require: required, out: &out, log: &log})
		if required != (err != nil) || required == strings.Contains(log.String(), "skipped: asking npm") || out.String() != "" {
			t.Errorf("required: %v; got %v, said %q", required, err, log.String())
		}
	}
}
