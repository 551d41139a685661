//go:build unix

package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stsx/tests/require"
)

// asked is the answer to zsh's question: the directive, and the values without
// what they are.
func (d *desk) asked(words ...string) (directive string, values []string) {
	d.Helper()
	r := d.wantStatus(d.run(append([]string{"__complete", "zsh", strconv.Itoa(len(words) - 1)}, words...)...), 0)
	if r.stderr != "" {
		d.Errorf("on stderr: %s", r.stderr)
	}
	lines := strings.Split(strings.TrimSuffix(r.stdout, "\n"), "\n")
	for _, line := range lines[1:] {
		value, _, _ := strings.Cut(line, "\t")
		values = append(values, value)
	}
	return lines[0], values
}

func TestCompleteWords(t *testing.T) {
	d := completionDesk(t, "prod", "dev", "a b")
	other := filepath.Join(d.home, "other.toml")
	if err := os.WriteFile(other, []byte("[idp.beta]\nurl = \"https://beta.example/app\"\n[profile.elsewhere]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	profiles := "prod dev a·b"
	for _, c := range []struct {
		line      string // words, with · for a space in one and a blank at the end for an empty last one
		directive string
		all       string // exactly these values
		some, not string
	}{
		{line: "", directive: "values", some: "exec env login logout status roles password completion init help version",
			not: "__complete --config"},
		{line: "ex", directive: "values", some: "exec"},
		{line: "-", directive: "values", some: "--config --verbose --help --version", not: "exec"},
		{line: "nonsense ", directive: "values"},
		{line: "nonsense --", directive: "values"},
		{line: "exec ", directive: "values", all: profiles},
		{line: "exec pr", directive: "values", some: "prod"},
		{line: "--quiet exec ", directive: "values", all: profiles},
		{line: "exec --quiet ", directive: "values", all: profiles},
		{line: "exec --nonsense ", directive: "values", all: profiles},
		{line: "exec --quiet --", directive: "values", some: "--verbose --mfa --help", not: "--quiet --version"},
		{line: "exec --mfa=totp -", directive: "values", some: "--mfa-code", not: "--mfa"},
		{line: "exec prod ", directive: "command 2"},
		{line: "exec prod terr", directive: "command 2"},
		{line: "exec prod --q", directive: "values", some: "--quiet"},
		{line: "exec prod --quiet terraform --q", directive: "command 3"},
		{line: "exec prod --", directive: "values", some: "--quiet"}, // the start of a flag; with a blank it ends them
		{line: "exec prod -- ", directive: "command 3"},
		{line: "exec prod -- --", directive: "command 3"},
		{line: "exec -- ", directive: "command 2"}, // STSX_PROFILE's
		{line: "exec --duration 8h a·b --region eu-west-1 -- terraform pl", directive: "command 7"},
		{line: "exec prod terraform -- stsx exec ", directive: "command 2"},
		{line: "configure ", directive: "values", all: "import export aws"},
		{line: "configure import ", directive: "files "},
		{line: "configure import a.toml ", directive: "values"},
		{line: "configure export prod ", directive: "values", all: "dev a·b"},
		{line: "exec --browser ", directive: "values", all: "auto headless visible"},
		{line: "exec --browser=", directive: "values", all: "--browser=auto --browser=headless --browser=visible"},
		{line: "exec --browser=vis", directive: "values", some: "--browser=visible"},
		{line: "exec --nonsense=", directive: "values"},
		{line: "exec --quiet=", directive: "values"},
		{line: "--browser ", directive: "values", all: "auto headless visible"},
		{line: "exec --mfa ", directive: "values", some: "totp", not: "prod"},
		{line: "exec --duration ", directive: "values", some: "8h"},
		{line: "exec --region ", directive: "values", all: "eu-west-1"},
		{line: "exec --username ", directive: "values", all: "jane@acme.example"},
		{line: "exec --role ", directive: "values", all: "Admin arn:aws:iam::123456789012:role/Admin"},
		{line: "exec --mfa-code ", directive: "values"},
		{line: "exec --config ", directive: "files "},
		{line: "exec --config=/et", directive: "files --config="},
		{line: "--browser-path ", directive: "files "},
		{line: "--config " + other + " exec ", directive: "values", all: "elsewhere"},
		{line: "exec --config=" + other + " ", directive: "values", all: "elsewhere"},
		{line: "exec --config ~/other.toml ", directive: "values", all: "elsewhere"},
		{line: "exec --config /nowhere ", directive: "values"},
		{line: "login ", directive: "values", all: profiles},
		{line: "login prod ", directive: "values", all: "dev a·b"},
		{line: "login prod --", directive: "values", some: "--all --force --quiet"},
		{line: "login --all ", directive: "values"},
		{line: "login --all --", directive: "values", some: "--force", not: "--all"},
		{line: "login -- ", directive: "values", all: profiles},
		{line: "login -- -", directive: "values", all: profiles},
		{line: "logout a·b ", directive: "values", all: "prod dev"},
		{line: "env ", directive: "values", all: profiles},
		{line: "env prod ", directive: "values"},
		{line: "env --shell ", directive: "values", some: "bash fish nushell dotenv github-actions"},
		{line: "env --shell=", directive: "values", some: "--shell=bash"},
		{line: "use ", directive: "values", all: profiles},
		{line: "status ", directive: "values", some: "--json --quiet"},
		{line: "status x ", directive: "values", some: "--json"},
		{line: "roles --idp ", directive: "values", all: "acme"},
		{line: "password ", directive: "values", all: "set forget status"},
		{line: "password nonsense ", directive: "values"},
		{line: "password set ", directive: "values", some: "--idp"},
		{line: "password set --idp=", directive: "values", all: "--idp=acme"},
		{line: "completion ", directive: "values", all: "bash zsh fish powershell elvish nushell"},
		{line: "completion zsh ", directive: "values"},
		{line: "init ", directive: "values", some: "bash zsh fish", not: "json dotenv"},
		{line: "init bash --prompt ", directive: "values", all: "left right"},
		{line: "init --cmd ", directive: "values"},
		{line: "help ", directive: "values", some: "exec password", not: "prod"},
		{line: "help password ", directive: "values", all: "set forget status"},
		{line: "help nonsense ", directive: "values"},
	} {
		words := strings.Split(c.line, " ")
		spaced := func(words []string) []string {
			out := slices.Clone(words)
			for i := range out {
				out[i] = strings.ReplaceAll(out[i], "·", " ")
			}
			return out
		}
		directive, values := d.asked(spaced(words)...)
		if directive != c.directive {
			t.Errorf("%q: directive %q, want %q", c.line, directive, c.directive)
		}
		if want := spaced(strings.Fields(c.all)); (c.all != "" || c.some == "") && !slices.Equal(values, want) {
			t.Errorf("%q: %q, want %q", c.line, values, want)
		}
		for _, want := range strings.Fields(c.some) {
			if !slices.Contains(values, want) {
				t.Errorf("%q: no %q in %q", c.line, want, values)
			}
		}
		for _, no := range strings.Fields(c.not) {
			if slices.Contains(values, no) {
				t.Errorf("%q: %q is in %q", c.line, no, values)
			}
		}
		if i := slices.IndexFunc(values, func(v string) bool { return v == "" || strings.Contains(v, "\n") }); i >= 0 {
			t.Errorf("%q: value %q", c.line, values[i])
		}
	}
}

// A configuration that is missing or wrong leaves commands and flags, and no
// line on stderr; so does a home that is missing, and a question that no
// script asks.
func TestCompleteWithout(t *testing.T) {
	d := completionDesk(t, "prod")
	here := func(what string, d *desk, profiles ...string) {
		if _, values := d.asked("exec", ""); !slices.Equal(values, profiles) {
			t.Errorf("%s: %q", what, values)
		}
		if _, values := d.asked(""); !slices.Contains(values, "exec") {
			t.Errorf("%s: no commands: %q", what, values)
		}
		if _, values := d.asked("exec", "--"); !slices.Contains(values, "--mfa") {
			t.Errorf("%s: no flags: %q", what, values)
		}
	}
	here("all well", d, "prod")
	d.writeConfig("[profile.prod]\nrole = 3\n")
	here("a wrong configuration", d)
	d.writeConfig("\x00\xff[[[")
	here("no TOML", d)
	d.writeConfig("")
	here("an empty configuration", d)
	if err := os.Remove(filepath.Join(d.home, ".config", "stsx", "config.toml")); err != nil {
		t.Fatal(err)
	}
	here("no configuration", d)
	here("a folder for a configuration", d.with("STSX_CONFIG="+d.home))
	nowhere := *d
	nowhere.env = []string{"PATH=/usr/bin:/bin"}
	here("no HOME", &nowhere)
	for _, args := range [][]string{{}, {"zsh"}, {"zsh", "x"}, {"zsh", "-1", "x"}, {"zsh", "9", "exec"}, {"bash", ""},
		{"nonsense", "0", ""}, {"powershell", "1", "exec"}} {
		if r := d.run(append([]string{"__complete"}, args...)...); r.status != 0 || r.stderr != "" {
			t.Errorf("%q: %s", args, r)
		}
	}
}

// Tab opens no socket (no network, D-Bus, agent), asks no keyring, starts no
// process, and writes nothing.
func TestCompleteTouchesNothing(t *testing.T) {
	strace := require.Command(t, "strace", "sh tests/setup.sh test")
	d := completionDesk(t, "prod", "dev").with("DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "HTTPS_PROXY=http://127.0.0.1:1")
	log := filepath.Join(t.TempDir(), "strace")
	for _, words := range [][]string{{"1", "exec", ""}, {"2", "exec", "--role", ""}, {"1", "exec", "--"}} {
		command := exec.Command(strace, append([]string{"-f", "-qq", "-o", log, "-e",
			"trace=%network,execve,execveat,keyctl,add_key,request_key,/^open,mkdir,mkdirat,unlink,unlinkat,rename,renameat,renameat2",
			stsxPath, "__complete", "zsh"}, words...)...)
		command.Env, command.Dir = d.env, d.home
		out, err := command.CombinedOutput()
		require.Part(t, "ptrace", err == nil || !bytes.Contains(out, []byte("ptrace")), "allow strace to trace")
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			started := strings.Contains(line, "execve(") && i == 0
			read := strings.Contains(line, "open") && !strings.Contains(line, "O_WRONLY") && !strings.Contains(line, "O_RDWR") &&
				!strings.Contains(line, "O_CREAT")
			// A thread that ends while strace lets go of it has a line without a call.
			bookkeeping := strings.Contains(line, "--- SIG") || strings.Contains(line, "resumed") || strings.Contains(line, "+++") ||
				strings.Contains(line, "<detached")
			if !started && !read && !bookkeeping {
				t.Errorf("%q: %s", words, line)
			}
			if strings.Contains(line, "/dev/tty") || strings.Contains(line, ".local/state") {
				t.Errorf("%q: %s", words, line)
			}
		}
	}
}

// The roles that a sign-in granted are known to the next Tab, by a file in the
// cache that anybody may read over one's shoulder.
func TestCompleteRolesSeen(t *testing.T) {
	d := completionDesk(t)
	d.writeConfig("")
	dir := filepath.Join(d.home, ".cache", "stsx")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	seen := `{"0123": {"roles": ["arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::444455556666:role/Admin", "arn:aws:iam::444455556666:role/team/Dev"], "seen": "` + time.Now().UTC().Format(time.RFC3339) + `"}}`
	if err := os.WriteFile(filepath.Join(dir, "roles.json"), []byte(seen), 0o600); err != nil {
		t.Fatal(err)
	}
	r := d.wantStatus(d.run("__complete", "fish", "2", "exec", "--role", ""), 0)
	want := "values\nAdmin\tin 111122223333, 444455556666\nteam/Dev\tin 444455556666\n" +
		"arn:aws:iam::111122223333:role/Admin\narn:aws:iam::444455556666:role/Admin\narn:aws:iam::444455556666:role/team/Dev\n"
	if r.stdout != want {
		t.Errorf("got %q", r.stdout)
	}
}

// What stsx completion prints is the script alone.
func TestCompletionCommand(t *testing.T) {
	d := completionDesk(t)
	for _, shell := range []string{"bash", "zsh", "fish", "powershell", "elvish", "nushell"} {
		if r := d.wantStatus(d.run("completion", shell), 0); !strings.Contains(r.stdout, "__complete "+shell) || r.stderr != "" {
			t.Errorf("%s: %s", shell, r)
		}
	}
	d.wantText(d.wantStatus(d.run("help", "completion"), 0).stdout, `eval "$(stsx completion bash)"`)
}

// BenchmarkComplete is one Tab with 500 profiles, process start included.
func BenchmarkComplete(b *testing.B) {
	var text strings.Builder
	text.WriteString("[idp.acme]\nurl = \"https://acme.example/app\"\n")
	for i := range 500 {
		fmt.Fprintf(&text, "[profile.team-%03d-production]\nrole = \"arn:aws:iam::%012d:role/Administrator\"\nregion = \"eu-west-1\"\n", i,
			i)
	}
	path := filepath.Join(b.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		command := exec.Command(stsxPath, "__complete", "zsh", "1", "exec", "")
		command.Env = append(os.Environ(), "STSX_CONFIG="+path)
		out, err := command.Output()
		if err != nil || bytes.Count(out, []byte("\n")) != 501 {
			b.Fatalf("%v: %d bytes", err, len(out))
		}
	}
}
