package commands

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestEveryCommandHasExamples: two that the parser takes and that are of this very
// command, and a page of the documents that tells of it; and help shows them.
func TestEveryCommandHasExamples(t *testing.T) {
	r := &commandRun{HostSystem: HostSystem{Environ: []string{}}}
	r.app = r.commandTree()
	guides, seen := commandGuides(), 0
	visitCommands(r.app.Commands, "", func(path string, _ *cli.Command) {
		seen++
		guide := guides[path]
		if len(guide.Examples) < 2 {
			t.Errorf("stsx %s: the examples are %q", path, guide.Examples)
		}
		page, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(guide.Page)))
		if err != nil || !strings.Contains(string(page), "stsx "+strings.Fields(path)[0]) {
			t.Errorf("stsx %s: %q does not tell of it (%v)", path, guide.Page, err)
		}
		sys := newFakeSystem(append([]string{"help"}, strings.Fields(path)...)...)
		if code := sys.run(); code != statusOK || !strings.Contains(sys.out.String(), "\nMore: "+guide.Page+".") {
			t.Errorf("stsx help %s, status %d, does not name %s", path, code, guide.Page)
		}
		for _, example := range guide.Examples {
			checkExample(t, r.app, path, example)
			if !strings.Contains(sys.out.String(), "   "+example+"\n") {
				t.Errorf("stsx help %s does not show %q", path, example)
			}
		}
	})
	if seen != len(guides) {
		t.Errorf("%d commands, and %d guides", seen, len(guides))
	}
}

// visitCommands calls visit for each command with its path, without "stsx".
func visitCommands(commands []*cli.Command, under string, visit func(path string, c *cli.Command)) {
	for _, c := range commands {
		path := strings.TrimSpace(under + " " + c.Name)
		visit(path, c)
		visitCommands(c.Subcommands, path, visit)
	}
}

// checkExample checks that the parser takes every stsx of an example, and that one
// of them is the command of that path or one below it.
func checkExample(t *testing.T, app *cli.App, path, example string) {
	t.Helper()
	found := false
	for _, line := range regexp.MustCompile(`\bstsx ([^|>&)]*)`).FindAllStringSubmatch(example, -1) {
		read, err := parseArgs(app, shellWords(line[1]))
		if err != nil || read.unknown {
			t.Errorf("stsx %s: %q is no command line: %v", path, example, err)
		}
		found = found || strings.HasPrefix(read.verb+" ", path+" ") || path == "version" && read.flagGiven("version")
	}
	if !found || strings.ContainsAny(example, "…[]") {
		t.Errorf("stsx %s: %q is no example of it", path, example)
	}
}

// shellWords are the words of a line; ' quotes.
func shellWords(line string) []string {
	var words []string
	for _, word := range regexp.MustCompile(`'[^']*'|[^\s']+`).FindAllString(line, -1) {
		words = append(words, strings.Trim(word, "'"))
	}
	return words
}

// TestManualHasGuides: the manual page has the same examples as the help.
func TestManualHasGuides(t *testing.T) {
	var page strings.Builder
	if err := WriteManual(&page, "1"); err != nil {
		t.Fatal(err)
	}
	for path, guide := range commandGuides() {
		for _, text := range append(guide.Examples, "More: "+guide.Page) {
			if !strings.Contains(page.String(), escapeRoff(text)) {
				t.Errorf("stsx %s: the manual page has no %q", path, text)
			}
		}
	}
}
