package shellinit_test

import (
	"path/filepath"
	"strings"
	"testing"

	"stsx/shellinit"
	"stsx/tests/shells"
)

// TestAllOrNothing: where a shell can't change one of the variables it changes
// none, says which, and ends with an error; what runs next sees the old ones.
func TestAllOrNothing(t *testing.T) {
	set := []shellinit.Var{{Name: "KEY", Value: "new"}, {Name: "TOKEN", Value: "new"}, {Name: "ROLE", Value: "it's new"}}
	cases := []struct{ what, before, fixed string }{
		{"the first", "readonly KEY=old", "KEY"},
		{"the last", "export ROLE=old; readonly ROLE", "ROLE"},
		{"one to unset", "readonly PROFILE=old", "PROFILE"},
		{"no value", "readonly TOKEN", "TOKEN"},
		{"two", "readonly KEY=old TOKEN=old", "KEY\nTOKEN"},
		{"none", ":", ""},
	}
	for _, s := range shells.All() {
		d, err := shellinit.LookupDialect(s.Dialect)
		if err != nil {
			t.Fatal(err)
		}
		cases := cases
		line := `if eval "$(cat FILE)"; then echo went on; else echo "status=$?"; fi`
		switch s.Dialect {
		case "fish":
			s.Args = nil // with --no-config it has no universal variables
			cases = []struct{ what, before, fixed string }{
				{"a local one", "set -lx TOKEN old", "TOKEN"},
				{"a function's", "set -f KEY old", "KEY"},
				{"a universal one to unset", "set -Ux PROFILE old", "PROFILE"},
				{"a universal one to set", "set -Ux KEY old", ""},
				{"none", "true", ""},
			}
			line = "cat FILE | source\nset -l code $status; test $code -eq 0; and echo went on; or echo status=$code"
		case "bash", "zsh", "sh":
		default:
			continue // its environment has no variable that can't be changed
		}
		for _, c := range cases {
			t.Run(s.Name+"/"+c.what, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				s.Path(t)
				write(t, d, filepath.Join(dir, "set"), set, []string{"PROFILE"})
				child := "sh -c 'echo ${KEY-none} ${TOKEN-none} ${ROLE-none} ${PROFILE-none}'\n"
				script := c.before + "\n" + child + strings.ReplaceAll(line, "FILE", "set") + "\n" + child
				out, err := run(s.Command(t, dir, script))
				if err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				lines := strings.Split(strings.TrimSpace(string(out)), "\n")
				if c.fixed == "" {
					if want := "went on\nnew new it's new none"; !strings.HasSuffix(strings.TrimSpace(string(out)), want) {
						t.Errorf("got:\n%s\nwant at the end:\n%s", out, want)
					}
					return
				}
				if !strings.Contains(string(out), "status=1\n") || lines[0] != lines[len(lines)-1] {
					t.Errorf("something changed, or there is no error:\n%s", out)
				}
				for _, name := range strings.Split(c.fixed, "\n") {
					if !strings.Contains(string(out), "stsx: error: "+name+" is ") {
						t.Errorf("%s is not named:\n%s", name, out)
					}
				}
				if strings.Contains(string(out), "new") {
					t.Errorf("a value is shown:\n%s", out)
				}
			})
		}
	}
}

// TestUnsetAllOrNothing is the same for what stsx env --unset prints.
func TestUnsetAllOrNothing(t *testing.T) {
	for _, s := range shells.All() {
		d, _ := shellinit.LookupDialect(s.Dialect)
		if s.Dialect != "bash" && s.Dialect != "zsh" && s.Dialect != "sh" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s.Path(t)
			write(t, d, filepath.Join(dir, "unset"), nil, []string{"KEY", "TOKEN"})
			out, err := run(s.Command(t, dir, "export KEY=a TOKEN=b; readonly TOKEN\n"+
				`if eval "$(cat unset)"; then echo went on; else echo "status=$?"; fi`+"\nsh -c 'echo $KEY $TOKEN'\n"))
			want := "stsx: error: TOKEN is read-only in this shell; nothing was changed\nstatus=1\na b\n"
			if err != nil || string(out) != want {
				t.Errorf("%v, got:\n%s\nwant:\n%s", err, out, want)
			}
		})
	}
}
