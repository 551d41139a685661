//go:build unix

package tests

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"stsx/tests/shells"
)

// sameLines are lines of each shell's language in which stsx gets arguments,
// pipes, redirections, jobs and statuses. Their last one prints done.
func sameLines(t *testing.T, dialect string) string {
	t.Helper()
	switch dialect {
	case "powershell":
		lines, err := os.ReadFile(filepath.Join("shells", "pass_through.ps1"))
		if err != nil {
			t.Fatal(err)
		}
		return string(lines)
	case "fish":
		return `stsx a 'b c' '' '*.tf' *.tf '~' ~ 'x[12]' a,b {a,b} '$HOME' "\$x" '\\' -- -x --y=z 'ü 界' \n
stsx; echo status $status
stsx used use; echo status $status
stsx exit 3; echo status $status
stsx exit 3; or echo else
stsx exit 0; and echo and
stsx exit 3; and echo no
stsx exit 3 | cat; echo status $pipestatus
not stsx exit 3; echo status $status
if stsx exit 1; echo yes; else; echo no; end
stsx kill; echo status $status
stsx cat <bin.dat >out1
cat bin.dat | stsx cat | cat >out2
echo [(stsx a b)]
stsx err >out3 2>out4
stsx err 2>&1 | cat
FOO=bar stsx env
function inside; stsx a $argv; stsx cat; end
echo piped | inside 1 2
for i in 1 2; stsx loop $i </dev/null; end
stsx exit 5 &
wait; echo waited
echo 1 2 | read a b; stsx a $a$b
echo done
`
	case "tcsh":
		return `stsx a 'b c' '' "" '*.tf' *.tf '~' ~ 'x[12]' a,b {a,b} '$HOME' '\\' -- -x --y=z 'ü 界' ; echo status $status
stsx ; echo status $status
stsx used use ; echo status $status
stsx exit 3 ; echo status $status
stsx exit 3 || echo else
stsx exit 0 && echo and
stsx exit 3 && echo no
stsx exit 3 | cat ; echo status $status
if ({ stsx exit 1 }) echo yes
if (! { stsx exit 1 }) echo no
stsx kill ; echo status $status
stsx cat <bin.dat >out1
cat bin.dat | stsx cat | cat >out2
set x = "` + "`stsx a b`" + `" ; echo "[$x]"
(stsx err >out3) >& out4
stsx err |& cat
stsx cat b > out5 < bin.dat
env FOO=bar stsx env
foreach i (1 2)
stsx loop $i </dev/null
end
stsx exit 5 &
wait
stsx cat <<EOF
here
EOF
echo done
`
	case "nushell":
		return `stsx a 'b c' '' "*.tf" *.tf '~' ~ 'x[12]' a,b '$HOME' '\' -- -x --y=z 'ü 界' 1kb 1..3 2020-01-01 0x10 1e3 true null
stsx
stsx used use
try { stsx exit 3 } catch { print $"status ($env.LAST_EXIT_CODE)" }
print (stsx exit 3 | complete)
stsx exit 0; print $env.LAST_EXIT_CODE
open --raw bin.dat | stsx cat | save -f --raw out1
stsx err o> out3 e> out4
print $"[(stsx a b)]"
let x = (stsx err err> /dev/null)
print $x
with-env {FOO: bar} { stsx env }
def inside [...rest] { stsx a ...$rest }
inside 1 2
for i in 1..2 { stsx loop $i }
"piped\n" | stsx cat
[1 2] | each {|i| stsx each $i } | print
do { stsx kill } | complete | get exit_code | print
print done
`
	case "elvish":
		return `stsx a 'b c' '' '*.tf' *.tf '~' ~ 'x[12]' a,b {a,b} '$HOME' '\' -- -x --y=z 'ü 界'
stsx
stsx used use
try { stsx exit 3 } catch e { echo status $e[reason][exit-status] }
put ?(stsx exit 3) | each {|e| echo $e[reason][exit-status] }
try { stsx exit 3 | cat } catch e { echo piped }
if (not ?(stsx exit 1)) { echo no }
try { stsx kill } catch e { echo $e[reason][signal-name] }
stsx cat <bin.dat >out1
cat bin.dat | stsx cat | cat >out2
echo [(stsx a b)]
stsx err >out3 2>out4
stsx err 2>&1 | cat
fn inside {|@rest| stsx a $@rest; stsx cat }
echo piped | inside 1 2
for i [1 2] { stsx loop $i </dev/null }
stsx exit 0 &
sleep 0.2
echo done
`
	case "xonsh":
		return `stsx a 'b c' '' '*.tf' *.tf '~' ~ 'x[12]' a,b '$HOME' '\\' -- -x --y=z 'ü 界' @('it')
stsx
stsx used use
r = !(stsx exit 3)
print('status', r.returncode, flush=True)
stsx exit 3 or echo else
stsx exit 0 and echo and
stsx exit 3 and echo no
stsx cat < bin.dat > out1
cat bin.dat | stsx cat | cat > out2
print('[' + $(stsx a b).strip() + ']', flush=True)
stsx err > out3 2> out4
$FOO = 'bar'
stsx env
def inside(n):
    ![stsx inside @(n)]

inside(1)
for i in '12':
    stsx loop @(i)

r = !(stsx kill)
print('status', r.returncode, flush=True)
echo piped | stsx cat
echo done
`
	}
	return `stsx a 'b c' '' "" '*.tf' *.tf '~' ~ 'x[12]' x[12] a,b '$HOME' "\$x" '\' -- -x --y=z 'ü 界' ; echo "status $?"
stsx ; echo "status $?"
stsx used use ; echo "status $?"
stsx exit 3 ; echo "status $?"
stsx exit 3 || echo else
stsx exit 0 && echo and
stsx exit 3 && echo no
stsx exit 3 | cat ; echo "status $?"
! stsx exit 3 ; echo "status $?"
if stsx exit 1; then echo yes; else echo no; fi
stsx kill ; echo "status $?"
stsx cat <bin.dat >out1
cat bin.dat | stsx cat | cat >out2
x=$(stsx a b; stsx exit 4); echo "[$x] $?"
stsx err >out3 2>out4
stsx err 2>&1 | cat
FOO=bar stsx env
inside() { stsx a "$@"; stsx cat; }
echo piped | inside 1 '2 3'
for i in 1 2; do stsx loop "$i" </dev/null; done
printf '1\n2\n' | while read -r line; do stsx read "$line"; done
stsx exit 5 & wait $! ; echo "status $?"
(stsx exit 6); echo "status $?"
stsx cat <<EOF
here
EOF
set -- 'p q' '' r; stsx "$@"
echo done
`
}

// standIn is a program called stsx that shows what reaches it. Its hook is
// stsx's own, in which it is the program.
const standIn = `#!/bin/sh
case ${1-} in
init) shift; REAL init "$@" | sed "s|REAL|SELF|g" ;;
exit) exit "$2" ;;
kill) kill -TERM $$ ;;
cat) shift; cat "$@" ;;
from) cat "$2" ;;
to) cat >"$2" ;;
err) echo out; echo err >&2 ;;
env) echo "FOO=${FOO-none}" ;;
*) if [ $# -gt 0 ]; then printf '<%s>' "$@"; fi; echo " $#" ;;
esac
`

// TestHookPassesThrough runs the same lines in each shell without the hook and
// with it: status, arguments, bytes, streams and jobs are the same.
func TestHookPassesThrough(t *testing.T) {
	t.Parallel()
	for _, s := range shells.All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			s.Path(t)
			bare := passThrough(t, s, false)
			hooked := passThrough(t, s, true)
			for name, want := range bare {
				if got := hooked[name]; got != want {
					t.Errorf("%s differs. Without the hook:\n%.4000q\nwith it:\n%.4000q", name, want, got)
				}
			}
			if !strings.HasSuffix(bare["output"], "done\n") || !strings.Contains(bare["output"], "<a><b c><>") {
				t.Errorf("the lines did not run:\n%s", bare["output"])
			}
			if bare["out1"] != allBytes() {
				t.Errorf("out1 is not what was sent: %.300q", bare["out1"])
			}
		})
	}
}

func allBytes() string {
	var all bytes.Buffer
	for b := range 256 {
		all.WriteByte(byte(b))
	}
	return strings.Repeat(all.String(), 40)
}

// passThrough runs a shell's lines and returns what they printed, and the files
// that they wrote.
func passThrough(t *testing.T, s shells.Shell, hooked bool) map[string]string {
	t.Helper()
	dir, bin := t.TempDir(), t.TempDir()
	program := filepath.Join(bin, "stsx")
	files := map[string]string{
		program:                       strings.NewReplacer("REAL", stsxPath, "SELF", program).Replace(standIn),
		filepath.Join(dir, "bin.dat"): allBytes(), filepath.Join(dir, "a.tf"): "", filepath.Join(dir, "b.tf"): "",
		filepath.Join(dir, "x1"): "", filepath.Join(dir, "x2"): "",
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.Strict = ""
	if s.Dialect == "tcsh" {
		s.Args = []string{"-f"} // -e ends it at the first status
	}
	lines, line := sameLines(t, s.Dialect), hookLine(t, s, dir)
	if !hooked {
		line = strings.Repeat("\n", strings.Count(line, "\n")) // errors name the line
	}
	command := s.Command(t, dir, line+lines)
	for i, entry := range command.Env {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			command.Env[i] = "PATH=" + bin + ":" + path
		}
	}
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	jobs := regexp.MustCompile(`\[1\] [0-9]+`) // tcsh names the process
	out = jobs.ReplaceAll(out, []byte("[1] PID"))
	folders := strings.NewReplacer(dir, "DIR", bin, "BIN")
	got := map[string]string{"output": folders.Replace(string(out)), "errors": folders.Replace(stderr.String()),
		"status": command.ProcessState.String()}
	written, err := filepath.Glob(filepath.Join(dir, "out[0-9]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range written {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(file)] = string(text)
	}
	return got
}

// hookLine is the line of the shell's rc file, as a script has it.
func hookLine(t *testing.T, s shells.Shell, dir string) string {
	t.Helper()
	for _, o := range others() {
		if o.Dialect == s.Dialect {
			o.save(t, dir)
			if o.define != "" {
				return o.define
			}
			return o.hook
		}
	}
	return hook(s)
}
