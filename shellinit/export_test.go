package shellinit_test

import (
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"stsx/shellinit"
)

func each(t *testing.T, check func(*testing.T, shellinit.Dialect)) {
	t.Helper()
	for _, name := range shellinit.DialectNames() {
		d, err := shellinit.LookupDialect(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { check(t, d) })
	}
}

// TestRefused: no dialect takes a NUL or a name that is none, and the error
// names the variable and keeps the value to itself.
func TestRefused(t *testing.T) {
	each(t, func(t *testing.T, d shellinit.Dialect) {
		text, err := d.Export([]shellinit.Var{{Name: "OK", Value: "x"}, {Name: "TOKEN", Value: "sec\x00ret"}}, nil)
		if err == nil || text != "" || !strings.Contains(err.Error(), "TOKEN") || strings.Contains(err.Error(), "sec") {
			t.Errorf("a NUL gave %q, %v", text, err)
		}
		if _, err := d.Quote("a\x00b"); err == nil {
			t.Error("a NUL is quoted")
		}
		for _, name := range []string{"", "1A", "A B", "A=B", "A;touch canary", "A\nB", "$(x)", "É"} {
			if text, err := d.Export([]shellinit.Var{{Name: name, Value: "x"}}, nil); err == nil {
				t.Errorf("a variable called %q gave %q", name, text)
			}
			if text, err := d.Export(nil, []string{name}); err == nil {
				t.Errorf("unset of %q gave %q", name, text)
			}
		}
	})
}

// TestNoComments: what is printed holds nothing but statements, and nothing
// at all when there is nothing to do.
func TestNoComments(t *testing.T) {
	each(t, func(t *testing.T, d shellinit.Dialect) {
		unset := []string{"B"}
		if !d.CanUnset() {
			unset = nil
			if text, err := d.Export(nil, []string{"B"}); err == nil {
				t.Errorf("unset gave %q", text)
			}
		}
		text, err := d.Export([]shellinit.Var{{Name: "A", Value: "value"}}, unset)
		if err != nil || strings.Contains(text, "#") || !strings.HasSuffix(text, "\n") {
			t.Errorf("%q, %v", text, err)
		}
	})
}

// TestData is what each format that is no shell makes of a value; "" is a
// refusal.
func TestData(t *testing.T) {
	for _, c := range []struct{ dialect, value, want string }{
		{"cmd", "a b&c|d<e>f(g)", "set \"V=a b&c|d<e>f(g)\"\r\n"},
		{"cmd", "50%", ""}, {"cmd", "a^b", ""}, {"cmd", `a"b`, ""}, {"cmd", "a!b", ""},
		{"cmd", "a\nb", ""}, {"cmd", "é", ""}, {"cmd", "", ""},
		{"dotenv", "wJalr/XUtn+FEMI=", "V=wJalr/XUtn+FEMI=\n"},
		{"dotenv", "", "V=''\n"}, {"dotenv", "a b#c$d", "V='a b#c$d'\n"}, {"dotenv", "it's", "V=\"it's\"\n"},
		{"dotenv", `it's "x"`, ""}, {"dotenv", `a\b`, ""}, {"dotenv", "a\nb", ""}, {"dotenv", "\xff", ""},
		{"systemd", `a "b" \c $d` + "\t`e`\n'f'", `V="a \"b\" \\c \$d` + "\t\\`e\\`\n'f'\"\n"},
		{"systemd", "\x1b", ""}, {"systemd", "\r", ""}, {"systemd", "\xff", ""},
		{"github-actions", "x", "V<<STSX\nx\nSTSX\n"},
		{"github-actions", "STSX\nSTSXX\nA=b", "V<<STSXXX\nSTSX\nSTSXX\nA=b\nSTSXXX\n"},
		{"github-actions", "a\r", ""}, {"github-actions", "\xff", ""},
		{"json", "<&>\"\\\n\u2028é", "{\n  \"V\": \"<&>\\\"\\\\\\n\\u2028é\"\n}\n"}, {"json", "\xff", ""},
	} {
		d, err := shellinit.LookupDialect(c.dialect)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Export([]shellinit.Var{{Name: "V", Value: c.value}}, nil)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s of %q is %q, %v; want %q", c.dialect, c.value, got, err, c.want)
		}
	}
}

// TestDataReadBack reads hostile values back from formats that can be read
// here: JSON, and a dotenv file through a POSIX shell, which is the strictest
// of its readers.
func TestDataReadBack(t *testing.T) {
	jsonDialect, _ := shellinit.LookupDialect("json")
	dotenv, _ := shellinit.LookupDialect("dotenv")
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	var want []string
	var script strings.Builder
	for _, value := range hostile(10_000) {
		if text, err := jsonDialect.Export([]shellinit.Var{{Name: "V", Value: value}}, nil); err == nil {
			var got map[string]string
			if err := json.Unmarshal([]byte(text), &got); err != nil || got["V"] != value {
				t.Fatalf("%q came back as %q, %v", value, got["V"], err)
			}
		} else if utf8.ValidString(value) {
			t.Fatal(err)
		}
		text, err := dotenv.Export([]shellinit.Var{{Name: "V", Value: value}}, nil)
		if err != nil || strings.Contains(text, `="`) && strings.Contains(value, "!") {
			continue
		}
		want = append(want, value)
		script.WriteString(text + "printf '%s\\0' \"$V\"\n")
	}
	command := exec.Command(sh)
	command.Stdin, command.Dir = strings.NewReader(script.String()), t.TempDir()
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); !slices.Equal(got, want) {
		t.Errorf("%d dotenv values came back as %d others", len(want), len(got))
	}
}

func TestLookup(t *testing.T) {
	for name, want := range map[string]string{"nu": "nushell", "pwsh": "powershell", "dash": "sh", "csh": "tcsh", "zsh": "zsh"} {
		if d, err := shellinit.LookupDialect(name); err != nil || d.Name != want {
			t.Errorf("%s is %q, %v", name, d.Name, err)
		}
	}
	for _, name := range []string{"", "fsh", "Bash", "/bin/bash"} {
		_, err := shellinit.LookupDialect(name)
		var unknown *shellinit.UnknownError
		if !errors.As(err, &unknown) || unknown.Name != name {
			t.Errorf("%q gave %v", name, err)
		}
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		parents  []string
		variable string
		want     string
	}{
		{[]string{"zsh"}, "/bin/bash", "zsh"},
		{[]string{"-zsh"}, "", "zsh"},
		{[]string{"zsh-5.9"}, "", "zsh"},
		{[]string{"bash5"}, "", "bash"},
		{[]string{`C:\Program Files\PowerShell\7\pwsh.exe`}, "", "powershell"},
		{[]string{"PowerShell.EXE"}, "", "powershell"},
		{[]string{"cmd.exe"}, "", "cmd"},
		{[]string{"nu"}, "/bin/zsh", "nushell"},
		{[]string{"-sh"}, "/bin/zsh", "sh"},
		{[]string{"sudo", "env", "fish"}, "/bin/bash", "fish"},
		{[]string{"timeout", "sudo", "sudo", "-bash"}, "/bin/zsh", "bash"},
		{[]string{"python3", "fish"}, "/usr/bin/zsh", "zsh"}, // python, not fish, reads what is printed
		{[]string{"json"}, "/bin/bash", "bash"},              // a program called like a format
		{nil, "/usr/local/bin/fish", "fish"},
		{nil, "/usr/bin/zsh-5.9", "zsh"},
		{nil, "", ""},
		{[]string{"init"}, "/bin/nologin", ""},
	} {
		left := c.parents
		parent := func() (string, bool) {
			if len(left) == 0 {
				return "", false
			}
			name := left[0]
			left = left[1:]
			return name, true
		}
		d, err := shellinit.DetectShell(parent, c.variable)
		if d.Name != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%q, SHELL=%s: %q, %v; want %q", c.parents, c.variable, d.Name, err, c.want)
		}
	}
}
