//go:build unix

package tests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// keysOf adds the type of every value in v to types, by its path.
func keysOf(v any, at string, types map[string][]string) {
	add := func(name string) {
		if at != "" && at != "[]" && !slices.Contains(types[at], name) {
			types[at] = append(types[at], name)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		if !strings.HasSuffix(at, "[]") {
			add("object")
		}
		for key, value := range v {
			keysOf(value, strings.TrimPrefix(at+"."+key, "."), types)
		}
	case []any:
		add("array")
		for _, value := range v {
			keysOf(value, at+"[]", types)
		}
	case string:
		add("string")
	case float64:
		add("number")
	case bool:
		add("boolean")
	case nil:
		add("null")
	}
}

// TestJSON: each command prints the keys that docs/json.md has, with the types
// that it has, and no others.
func TestJSON(t *testing.T) {
	t.Parallel()
	d, _, server := newProxyDeskAndServer(t, "aws", "https://signin.aws.amazon.com/saml", "", "sts.us-east-1.amazonaws.com",
		"signin.aws.amazon.com")
	text := d.readConfig()
	d.writeConfig(strings.Replace(text, "[profile.prod]", "remember = true\nlog = true\n[profile.prod]", 1) +
		"[profile.none]\nrole = \"Nobody\"\n[profile.far]\nrole = \"Far\"\n")

	// Accounts have no names before AWS is asked, and nobody is asked unasked.
	d.wantText(d.wantStatus(d.run("roles"), 0).stdout, "ACCOUNT       ROLE   ARN\n123456789012  Admin  arn:")
	for _, call := range server.Log() {
		t.Errorf("%s was called", call.Action)
	}
	printed := map[string]string{"roles": d.wantStatus(d.run("roles", "--names", "--json"), 0).stdout}
	d.wantStatus(d.run("login", "prod"), 0)
	printed["status"] = d.wantStatus(d.run("status", "--json"), 0).stdout
	printed["whoami"] = d.wantStatus(d.run("whoami", "prod", "--json"), 0).stdout
	printed["each"] = d.wantStatus(d.run("each", "*", "--json", "--", "sh", "-c",
		`printf '\377'; printf '\377' >&2; test $STSX_PROFILE = far || kill -TERM $$`), 5).stdout +
		d.run("each", "prod", "far", "--json", "--fail-fast", "--jobs=1", "--", "false").stdout

	printed["log"] = d.wantStatus(d.run("log", "--json"), 0).stdout
	printed["doctor"] = d.with("STSX_BROWSER_PATH=/nonexistent").run("doctor", "--json").stdout
	printed["version"] = d.run("version", "--json").stdout

	docs := textOf(t, "../docs/json.md")
	for verb, text := range printed {
		got := map[string][]string{}
		for decoder := json.NewDecoder(strings.NewReader(text)); decoder.More(); {
			var v any
			if err := decoder.Decode(&v); err != nil {
				t.Fatalf("%s: %v in %s", verb, err, text)
			}
			keysOf(v, "", got)
		}
		_, section, ok := strings.Cut(docs, "## `stsx "+verb+" --json`\n")
		if !ok {
			t.Fatalf("docs/json.md says nothing of %s", verb)
		}
		section, _, _ = strings.Cut(section, "\n## ")
		want := map[string]string{}
		for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([a-z ]+) \\|").FindAllStringSubmatch(section, -1) {
			want[row[1]] = row[2]
		}
		for key, types := range got {
			slices.Sort(types)
			documented := strings.Split(want[key], " or ")
			slices.Sort(documented)
			if !slices.Equal(types, documented) {
				t.Errorf("%s: %s is %s, and docs/json.md says %q", verb, key, types, want[key])
			}
		}
		for key := range want {
			if _, ok := got[key]; !ok {
				t.Errorf("%s: docs/json.md tells of %s, which is not in %s", verb, key, text)
			}
		}
	}

	// What was learnt of accounts is shown from now on, wherever there is one.
	named := `"account_name": "acme (prod) é"`
	d.wantText(printed["roles"], named, `"account_name": ""`)
	d.wantText(printed["status"], named)
	d.wantText(printed["whoami"], named)
	d.wantText(d.wantStatus(d.run("status"), 0).stdout, "PROFILE  ACCOUNT       NAME           ROLE   LEFT\n",
		"123456789012  acme (prod) é  Admin  ")
	d.wantText(d.wantStatus(d.run("whoami", "prod"), 0).stdout, "account  123456789012 (acme (prod) é)\n")
	d.writeConfig(text + "[profile.any]\n")
	term := d.openTerminal("exec", "any", "--", "true")
	term.waitFor("123456789012 Admin (acme (prod) é)")
	term.typeText("\x03")
	d.wantStatus(term.wait(), 130)

	// Where AWS does not answer the command does as well, and says so.
	r := d.with("HTTPS_PROXY=http://127.0.0.1:1").run("roles", "--names")
	d.wantText(d.wantStatus(r, 0).stderr, "asking AWS's sign-in page for the names of accounts: ")
	if !strings.Contains(r.stdout, "acme (prod) é") {
		t.Errorf("what was known is forgotten: %s", r)
	}
	if info, err := os.Stat(filepath.Join(d.home, ".cache", "stsx", "accounts.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}
