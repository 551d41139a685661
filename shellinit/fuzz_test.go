package shellinit_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"stsx/shellinit"
)

// FuzzQuoting: a value comes out of a real shell as it went in. These are the
// shells that start fast enough to be asked thousands of times; TestRoundTrip
// asks all of them.
func FuzzQuoting(f *testing.F) {
	for _, seed := range []string{"", "plain", "it's", "$(touch canary)`id`", "a\nb\n", "\\", "!!", "\xff", "\u2019\u2018", "'\"$", "-n", "%s"} {
		f.Add(seed)
	}
	var found []string
	for _, shell := range []string{"sh", "bash"} {
		if _, err := exec.LookPath(shell); err == nil {
			found = append(found, shell)
		}
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, shell := range found {
			dialect, err := shellinit.LookupDialect(shell)
			if err != nil {
				t.Fatal(err)
			}
			text, err := dialect.Export([]shellinit.Var{{Name: "STSX_V", Value: value}}, nil)
			if strings.ContainsRune(value, 0) {
				if err == nil {
					t.Errorf("%q is not refused", value)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%q: %v", value, err)
			}
			command := exec.Command(shell)
			command.Dir = t.TempDir()
			command.Stdin = strings.NewReader(text + "\nprintf '%s' \"$STSX_V\"\n")
			var errs bytes.Buffer
			command.Stderr = &errs
			out, err := command.Output()
			if err != nil || string(out) != value || errs.Len() > 0 {
				t.Errorf("%s: %q came out as %q, %v, %s", shell, value, out, err, &errs)
			}
		}
	})
}
