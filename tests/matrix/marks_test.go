//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMarkWords: what stsx looks for is found in its own sources.
func TestMarkWords(t *testing.T) {
	words, err := markWords("../..")
	if err != nil {
		t.Fatal(err)
	}
	marks := []string{
		"identifier",
		"okta-signin-username",
		"challenge-authenticator--okta_password",
		"factor-beacon",
		"confirmPassword",
		"mfa-okta-password",
	}
	for _, want := range marks {
		if !slices.Contains(words, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestCompareMarks(t *testing.T) {
	root, list := t.TempDir(), []version{{number: "7.1.0"}, {number: "7.2.0", pinned: true}, {number: "7.3.0", newest: true}}
	writeFile(t, root, "session/okta/marks.go", "package okta\n\nconst (\n"+
		"\tskip = `[data-se=\"skip-setup\"], .late-class`\n\tsaid = \"a sentence with no-mark in it\"\n)\n")
	writeFile(t, root, "session/okta/renew/renew.go", "package renew\n\nconst path = \"/idp/old-path/\"\n")
	for number, script := range map[string]string{
		"7.1.0": `"data-se","skip-setup","/idp/old-path/","no-mark"`,
		"7.3.0": `class:"late-class",{"data-se":"skip-setup"},{"data-se":"brand-new"}`,
	} {
		writeFile(t, root, "tests/okta/widgets/"+number+"/dist/js/okta-sign-in.min.js", script)
	}
	writeFile(
		t,
		root,
		"tests/okta/node_modules/"+widgetPackage+"/dist/js/okta-sign-in.min.js",
		`"data-se","skip-setup","late-class","/idp/old-path/"`,
	)
	for name, c := range map[string]struct {
		only  []string
		lines string
		gone  string
	}{
		"the pinned and the newest": {nil, "gone: old-path\nnew data-se: brand-new\nnew data-se: skip-setup\n", "1 marks"},
		"two that are named": {[]string{"7.1.0", "7.2.0"},
			"came, known to stsx: late-class\nall marks of stsx's are still there\n", ""},
	} {
		var out strings.Builder
		err := compareMarks(context.Background(), options{only: c.only, out: &out}, root, list)
		if _, lines, _ := strings.Cut(out.String(), "\n"); lines != c.lines {
			t.Errorf("%s: %q", name, out.String())
		}
		if c.gone == "" && err != nil || c.gone != "" && (err == nil || !strings.Contains(err.Error(), c.gone)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, only := range [][]string{{"7.1.0"}, {"7.1.0", "9.9.9"}} {
		if err := compareMarks(context.Background(), options{only: only}, root, list); err == nil {
			t.Errorf("%q is taken for two versions", only)
		}
	}
}

// TestWithPublished: what npm calls the latest and the next is tried, once each.
func TestWithPublished(t *testing.T) {
	list := []version{{number: "7.1.0"}, {number: "7.2.0", pinned: true}}
	for _, c := range []struct {
		tags publishedVersions
		want []version
	}{
		{publishedVersions{}, list},
		{publishedVersions{Latest: "7.2.0"}, []version{{number: "7.1.0"}, {number: "7.2.0", pinned: true, newest: true}}},
		{publishedVersions{Latest: "7.2.0", Next: "7.2.0"}, []version{{number: "7.1.0"}, {number: "7.2.0", pinned: true, newest: true}}},
		{publishedVersions{Latest: "7.3.0", Next: "8.0.0"}, append(slices.Clone(list),
			version{number: "7.3.0", newest: true}, version{number: "8.0.0", next: true})},
	} {
		if got := withPublished(slices.Clone(list), c.tags); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v", c.tags, got)
		}
	}
}

// TestReport: a version whose tests could not run is reported, and a folder that
// exists is left alone.
func TestReport(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "report")
	results := []result{
		{version: version{number: "7.1.0"}, cells: [3]engineRows{{passed: 1}}},
		{version: version{number: "7.2.0"}, skipped: []string{"TestPages/SMS/gen2"}},
	}
	o := options{report: folder, log: t.Output()}
	if err := o.writeReport(context.Background(), "../..", results); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| 7.1.0 | 1 | – | – |", "## 7.2.0\n\n- `TestPages/SMS/gen2`\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(string(text), "## 7.1.0") {
		t.Errorf("what passed is reported: %s", text)
	}
	if err := o.writeReport(context.Background(), "../..", results); err == nil {
		t.Error("a report was written over another")
	}
}
