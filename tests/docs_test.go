//go:build unix

package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What `stsx help` lists, the README and docs/ tell of.
func TestEveryCommandAndFlagIsDocumented(t *testing.T) {
	docs := allDocs(t)
	seen := map[string]bool{}
	var visit func(path ...string)
	visit = func(path ...string) {
		name := strings.Join(append([]string{"stsx"}, path...), " ")
		help := helpOf(t, path...)
		for _, flag := range flagsIn(help) {
			seen[flag] = true
			if !hasWord(docs, flag) {
				t.Errorf("%s has the flag %s, of which README.md and docs/ say nothing", name, flag)
			}
		}
		for _, command := range commandsIn(help) {
			seen[command] = true
			if len(path) == 0 && !strings.Contains(docs, "`stsx "+command) || !hasWord(docs, command) {
				t.Errorf("%s has the command %s, of which README.md and docs/ say nothing", name, command)
			}
			visit(append(path[:len(path):len(path)], command)...)
		}
	}
	visit()
	for _, sure := range []string{"exec", "password", "forget", "--password-stdin", "--json"} {
		if !seen[sure] {
			t.Errorf("the help was not read well: it has no %s", sure)
		}
	}
}

// What README.md and docs/ say of flags and variables, the program has.
func TestEveryFlagInTheDocumentsExists(t *testing.T) {
	known := map[string]bool{}
	source := ""
	for _, name := range []string{"../commands/*.go", "../main.go", "../session/*/*.go"} {
		files, err := filepath.Glob(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				source += textOf(t, file)
			}
		}
	}
	for _, m := range regexp.MustCompile(`Name:\s+"([a-z-]+)"`).FindAllStringSubmatch(source, -1) {
		known["--"+m[1]] = true
	}
	docs := allDocs(t)
	// Docker's, nushell's, the AWS CLI's, timeout's, and in docs/comparison.md, docs/migrating.md and docs/recipes.md other tools'.
	for _, other := range []string{"--env-file", "--env", "--profile", "--all-profiles", "--chain", "--aws-region",
		"--action-configure", "--action-list-roles", "--action-list-profiles", "--action-register-device",
		"--exec", "--foreground", "--ecs-server", "--configure", "--use-device-token", "--account",
		"--cluster-name", "--global", "--hostname", "--output", "--query", "--target", "--wait"} {
		known[other] = true
	}
	// bubblewrap's and Docker's, in docs/serve.md.
	for _, other := range []string{"--ro-bind", "--dev", "--tmpfs", "--bind", "--unshare-net", "--rm", "--user"} {
		known[other] = true
	}
	for _, flag := range regexp.MustCompile(`\B--[a-z-]*`).FindAllString(docs, -1) {
		if !known[flag] && strings.Trim(flag, "-") != "" {
			t.Errorf("README.md or docs/ tell of %s, which stsx does not have", flag)
		}
	}
	for _, name := range regexp.MustCompile(`STSX_[A-Z_]+`).FindAllString(docs, -1) {
		// STSX_SEGMENT is a placeholder of docs/prompt.md.
		if name != "STSX_SEGMENT" && !strings.Contains(source, `"`+name+`"`) {
			t.Errorf("README.md or docs/ tell of %s, which stsx does not read or set", name)
		}
	}
}

// Every key of the configuration is explained, and every key explained exists:
// the examples are read by stsx itself.
func TestEveryKeyIsDocumented(t *testing.T) {
	docs := textOf(t, "../docs/configuration.md")
	for _, file := range []string{"../session/config/org.go", "../session/config/profile.go"} {
		keys := regexp.MustCompile(`(?m)^\t\t\{"([a-z_]+)", set`).FindAllStringSubmatch(textOf(t, file), -1)
		if len(keys) < 5 {
			t.Errorf("%s was not read well: it has %d keys", file, len(keys))
		}
		for _, key := range keys {
			if !strings.Contains(docs, "| `"+key[1]+"` |") {
				t.Errorf("docs/configuration.md does not explain the key %s", key[1])
			}
		}
	}
}

// docs/exec.md names every variable that a command gets or loses.
func TestEveryVariableOfTheCommandIsDocumented(t *testing.T) {
	docs := textOf(t, "../docs/exec.md")
	names := regexp.MustCompile(`"((AWS|STSX)_[A-Z_]+)"`).FindAllStringSubmatch(textOf(t, "../commands/session_environ.go"), -1)
	if len(names) < 20 {
		t.Errorf("commands/session_environ.go was not read well: it has %d variables", len(names))
	}
	for _, name := range names {
		want := "`" + name[1]
		if !strings.HasSuffix(name[1], "_") {
			want += "`"
		}
		if !strings.Contains(docs, want) {
			t.Errorf("docs/exec.md says nothing of %s", name[1])
		}
	}
}

func TestExamplesOfTheConfigurationAreRight(t *testing.T) {
	for _, document := range []string{"../README.md", "../docs/configuration.md"} {
		blocks := regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllStringSubmatch(textOf(t, document), -1)
		if len(blocks) == 0 {
			t.Errorf("%s has no example of a configuration", document)
		}
		for _, block := range blocks {
			config := filepath.Join(t.TempDir(), "config.toml")
			if err := os.WriteFile(config, []byte(block[1]), 0o600); err != nil {
				t.Fatal(err)
			}
			// Without a profile of that name: the file was read, and no sign-in was tried.
			cmd := exec.Command(stsxPath, "login", "no-such-profile", "--no-input", "--config", config)
			cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
			out, _ := cmd.CombinedOutput()
			if !strings.Contains(string(out), `there is no profile "no-such-profile"`) {
				t.Errorf("stsx does not take an example of %s:\n%s", document, out)
			}
		}
	}
}

func allDocs(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, file := range append(files, "../README.md") {
		text += textOf(t, file) + "\n"
	}
	return text
}

func helpOf(t *testing.T, path ...string) string {
	t.Helper()
	out, err := exec.Command(stsxPath, append([]string{"help"}, path...)...).Output()
	if err != nil {
		t.Fatalf("stsx help %s: %v", strings.Join(path, " "), err)
	}
	return string(out)
}

// flagsIn are those that a help text lists.
func flagsIn(help string) []string {
	var out []string
	for _, line := range helpSection(help, "Flags") {
		out = append(out, regexp.MustCompile(`(^|\s)(--?[a-z][a-z-]*)`).FindString(line))
	}
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

func commandsIn(help string) []string {
	var out []string
	for _, line := range helpSection(help, "Commands") {
		out = append(out, strings.Fields(line)[0])
	}
	return out
}

// helpSection is the indented lines below a heading.
func helpSection(help, heading string) []string {
	var out []string
	inside := false
	for line := range strings.Lines(help) {
		switch {
		case strings.HasPrefix(line, heading):
			inside = true
		case inside && strings.TrimSpace(line) == "", !strings.HasPrefix(line, " "):
			inside = false
		case inside:
			out = append(out, line)
		}
	}
	return out
}

// hasWord tells whether text has word as a word.
func hasWord(text, word string) bool {
	return regexp.MustCompile(`(^|[^a-z-])` + regexp.QuoteMeta(word) + `($|[^a-z-])`).MatchString(text)
}
