package migrate

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stsx/session"
	"stsx/session/config"
)

// readFor is what tool's reader makes of text, as it is imported: links that are not
// known are completed.
func readFor(t *testing.T, tool, text string) (session.ToolSettings, []session.Table, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := Files{Getenv: func(string) string { return "" }}.Read(tool, path)
	return found, completed(found), err
}

// completed are the tables of found with links where they have none.
func completed(found session.ToolSettings) []session.Table {
	var tables []session.Table
	for _, table := range found.Tables {
		if hint, ok := found.NoLink[table.Name]; ok && table.Kind == "idp" {
			link := fmt.Sprintf("https://given-%s.example/%s", table.Name, hint.Path)
			table.Settings = append([]session.Setting{{Key: "url", Value: link}}, table.Settings...)
		}
		tables = append(tables, table)
	}
	return tables
}

// shown is a table on one line.
func shown(t session.Table) string {
	line := "[" + t.Kind + "." + t.Name + "]"
	for _, s := range t.Settings {
		line += fmt.Sprintf(" %s=%v", s.Key, s.Value)
	}
	return line
}

// TestExamples: what each tool's configuration becomes, and what is left out.
func TestExamples(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(examples) < len(session.OtherTools()) {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	for _, example := range examples {
		t.Run(filepath.Base(example), func(t *testing.T) {
			t.Parallel()
			all, err := os.ReadFile(example)
			if err != nil {
				t.Fatal(err)
			}
			tool, rest, _ := strings.Cut(string(all), "\n")
			text, want, ok := strings.Cut(rest, "---- becomes\n")
			if !ok {
				t.Fatal("the example says nothing of what it becomes")
			}
			found, tables, err := readFor(t, tool, text)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, table := range tables {
				fmt.Fprintln(&got, shown(table))
			}
			for _, l := range found.Left {
				if l.Line > 0 {
					fmt.Fprintf(&got, "%d [%s] %s: %s\n", l.Line, l.Section, l.Key, l.Why)
				}
			}
			if got.String() != want {
				t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
			}
			if _, err := config.PlanMerge("config.toml", "", tables); err != nil {
				t.Errorf("stsx does not take it: %v", err)
			}
			if !slices.ContainsFunc(found.Left, func(l session.LeftSetting) bool { return l.Line == 0 }) {
				t.Error("nothing is said of what is in no file")
			}
		})
	}
}

// TestToolsAreListed: what --from takes is what can be read.
func TestToolsAreListed(t *testing.T) {
	t.Parallel()
	var names []string
	for _, r := range toolReaders() {
		names = append(names, r.name)
	}
	if !slices.Equal(names, session.OtherTools()) {
		t.Errorf("%v, and session.OtherTools has %v", names, session.OtherTools())
	}
}

// TestNoSecretIsCopied: a value that a secret's key has is nowhere in what is read.
func TestNoSecretIsCopied(t *testing.T) {
	t.Parallel()
	for _, r := range toolReaders() {
		for _, key := range []string{"password", "okta_password", "saml_password", "aws_secret_access_key", "aws_session_token",
			"device_token", "client_secret", "okta_api_key", "private_key", "okta_mfa_response"} {
			text := exampleOf(t, r.name)
			lines := strings.Split(text, "\n")
			for i := range lines {
				changed := strings.Join(slices.Insert(slices.Clone(lines), i, settingLike(lines[i], key, "hunter2hunter2")), "\n")
				d := &settingsDraft{tool: r.name}
				err := r.read(d, changed)
				var found session.ToolSettings
				d.fillSettings(&found)
				if text := fmt.Sprint(found, err); strings.Contains(text, "hunter2") {
					t.Errorf("%s: %s is copied: %s", r.name, key, text)
				}
			}
		}
	}
}

// settingLike writes a setting as the file's line is written: INI, YAML or JSON.
func settingLike(line, key, value string) string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch {
	case strings.Contains(line, `": "`):
		return fmt.Sprintf("%s%q: %q,", indent, key, value)
	case strings.HasPrefix(indent, "   "):
		return indent + key + ": " + value
	}
	return key + " = " + value
}

// exampleOf is the configuration of tool's example.
func exampleOf(t testing.TB, tool string) string {
	t.Helper()
	all, err := os.ReadFile(filepath.Join("testdata", tool+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(all), "\n")
	text, _, _ := strings.Cut(rest, "---- becomes\n")
	return text
}

// FuzzRead: no configuration makes a reader fall over, and what it makes of one stsx
// itself takes, or it is an error that names no word of the file.
func FuzzRead(f *testing.F) {
	for i, r := range toolReaders() {
		f.Add(i, exampleOf(f, r.name))
		f.Add(i, "[a]\nurl = https://acme.example/x\nprovider = okta\nrole_arn: arn:aws:iam::123456789012:role/A\n")
		f.Add(i, "[profile a]\nsource_profile = b\nrole_arn = arn:aws:iam::123456789012:role/A\n[profile b]\nsource_profile = a\n"+
			"role_arn = arn:aws:iam::123456789012:role/B\n[okta]\naws_saml_url = home/x\n")
	}
	f.Fuzz(func(t *testing.T, i int, text string) {
		readers := toolReaders()
		r := readers[uint(i)%uint(len(readers))]
		d := &settingsDraft{tool: r.name}
		if err := r.read(d, text); err != nil {
			return
		}
		var found session.ToolSettings
		d.fillSettings(&found)
		tables := completed(found)
		for _, table := range tables {
			if table.Kind == "idp" && config.CheckURL(table.Text("url")) != nil {
				return // the caller's to check
			}
		}
		if _, err := config.PlanMerge("config.toml", "", tables); err != nil {
			t.Errorf("%s: %v\nfor %q", r.name, err, text)
		}
	})
}
