package shellinit_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"stsx/shellinit"
	"stsx/tests/shells"
)

// howMany values that are UTF-8, and others besides, go through each shell; a
// batch is as many variables as one process gets at a time (tcsh and xonsh
// take more than twice as long for twice as many).
const (
	howMany = 10_000
	batch   = 100
)

// TestRoundTrip puts hostile values through the line that people type, in
// every shell there is here, and reads the variables back from a process that
// the shell starts.
func TestRoundTrip(t *testing.T) {
	values := hostile(howMany)
	for _, s := range shells.All() {
		d, err := shellinit.LookupDialect(s.Dialect)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			values := values
			if s.Dialect == "powershell" { // it compiles what it evaluates, a hundred times slower than the others
				values = hostile(2_000)
			}
			roundTrip(t, s, d, values, d.CommandLine)
		})
	}
	t.Run("tcsh without quotes", func(t *testing.T) {
		t.Parallel()
		d, _ := shellinit.LookupDialect("tcsh")
		for _, s := range shells.All() {
			if s.Name == "tcsh" {
				roundTrip(t, s, d, hostile(2_000), func(argv ...string) string { return "eval `" + strings.Join(argv, " ") + "`" })
			}
		}
	})
}

// TestRoundTripInC is the same where the locale knows only ASCII.
func TestRoundTripInC(t *testing.T) {
	values := hostile(2_000)
	for _, s := range shells.All() {
		d, _ := shellinit.LookupDialect(s.Dialect)
		if s.Dialect == "tcsh" {
			continue // in this locale tcsh drops bytes above 127 once it has read 4 kB
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			roundTrip(t, s, d, values, d.CommandLine, "LC_ALL=C", "LANG=C")
		})
	}
}

// roundTrip runs one shell over all the values, a batch at a time: take the
// export, have env -0 write what a child gets, take the unset, again.
func roundTrip(t *testing.T, s shells.Shell, d shellinit.Dialect, values []string, usage func(...string) string, env ...string) {
	dir := t.TempDir()
	s.Path(t)
	var script strings.Builder
	var batches [][]shellinit.Var
	var size int
	for _, value := range values {
		if _, err := d.Export([]shellinit.Var{{Name: "V", Value: value}}, nil); err != nil {
			refusable(t, d, value, err)
			continue
		}
		if last := len(batches) - 1; last < 0 || len(batches[last]) == batch || size > 500_000 {
			batches, size = append(batches, nil), 0
		}
		last := len(batches) - 1
		batches[last] = append(batches[last], shellinit.Var{Name: "STSX_V" + strconv.Itoa(len(batches[last])), Value: value})
		size += len(value)
	}
	carried := 0
	for i, vars := range batches {
		var names []string
		for _, v := range vars {
			names = append(names, v.Name)
		}
		carried += len(vars)
		write(t, d, filepath.Join(dir, fmt.Sprint("set", i)), vars, nil)
		write(t, d, filepath.Join(dir, fmt.Sprint("unset", i)), nil, names)
		fmt.Fprintln(&script, usage("cat", fmt.Sprint("set", i)))
		fmt.Fprintf(&script, "sh -c 'env -0 >got%d'\n", i)
		fmt.Fprintln(&script, usage("cat", fmt.Sprint("unset", i)))
	}
	fmt.Fprintln(&script, "sh -c 'env -0 >after'")
	command := s.Command(t, dir, script.String())
	command.Env = append(command.Env, env...)
	began := time.Now()
	if out, err := run(command); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out[:min(len(out), 4000)])
	}
	for i, vars := range batches {
		got := environment(t, filepath.Join(dir, fmt.Sprint("got", i)))
		wrong := 0
		for _, v := range vars {
			if value, ok := got[v.Name]; !ok || value != v.Value {
				if wrong++; wrong < 5 {
					t.Errorf("%s: want %.200q, got %.200q (set: %t)", v.Name, v.Value, value, ok)
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%d values of batch %d were mangled", wrong, i)
		}
	}
	for name := range environment(t, filepath.Join(dir, "after")) {
		if strings.HasPrefix(name, "STSX_V") {
			t.Fatalf("%s was not unset", name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "canary")); err == nil {
		t.Error("a value was executed")
	}
	t.Logf("%d of %d values in %s", carried, len(values), time.Since(began).Round(time.Millisecond))
}

// refusable fails the test unless d may refuse value.
func refusable(t *testing.T, d shellinit.Dialect, value string, err error) {
	t.Helper()
	var may bool
	switch d.Name {
	case "nushell":
		may = !utf8.ValidString(value)
	case "powershell":
		may = !utf8.ValidString(value) || value == ""
	}
	if !may {
		t.Fatalf("%q is refused: %v", value, err)
	}
}

func write(t *testing.T, d shellinit.Dialect, file string, set []shellinit.Var, unset []string) {
	t.Helper()
	text, err := d.Export(set, unset)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func run(command *exec.Cmd) ([]byte, error) {
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	return out.Bytes(), err
}

// environment reads what env -0 wrote.
func environment(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{}
	for _, entry := range strings.Split(string(text), "\x00") {
		if name, value, ok := strings.Cut(entry, "="); ok {
			vars[name] = value
		}
	}
	return vars
}
