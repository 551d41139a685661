//go:build unix

package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/shellinit"
	"stsx/tests/shells"
)

// powerShell is PowerShell at its strictest. Without one the test is skipped.
func powerShell(t *testing.T) shells.Shell {
	t.Helper()
	for _, s := range shells.All() {
		if s.Dialect == "powershell" {
			s.Path(t)
			return s
		}
	}
	t.Fatal("there is no PowerShell in the table of shells")
	return shells.Shell{}
}

// rcLines are what people write into $PROFILE, taken from the pages of other
// tools too; LINE is the program's command line.
func rcLines() []string {
	return []string{
		"LINE | Invoke-Expression",
		"LINE | Out-String | Invoke-Expression",
		"Invoke-Expression (& LINE)",
		"Invoke-Expression (LINE)",
		"Invoke-Expression \"$(LINE)\"",
		"Invoke-Expression (& { (LINE | Out-String) })",
		"(& LINE) | Out-String | Invoke-Expression",
		"iex ((LINE) -join \"`n\")",
		". ([ScriptBlock]::Create((LINE)))",
		"& ([ScriptBlock]::Create((LINE | Out-String)))",
		"function load { LINE | iex }; load",
		"LINE > hook.ps1; . ./hook.ps1",
		"LINE | Set-Content hook.ps1; & ./hook.ps1",
	}
}

// TestPowerShellLines evaluates what stsx init and env print by each of these
// lines, in a runspace of its own: it is silent and works.
func TestPowerShellLines(t *testing.T) {
	t.Parallel()
	s := powerShell(t)
	strict := s.Strict
	r := newReadonlyShell(t, s)
	var script strings.Builder
	var want string
	for i, line := range rcLines() {
		load := func(command string) string { return strings.ReplaceAll(line, "LINE", command) + "\n" }
		body := strict + load("stsx init powershell") +
			"stsx-use prod\n\"used $env:STSX_PROFILE $?\"\nstsx-unuse\n\"[$env:STSX_PROFILE] $?\"\n" +
			load("stsx env prod --shell powershell") + "\"env $env:STSX_PROFILE\"\n$env:STSX_PROFILE = $null\n"
		fmt.Fprintf(&script, "'%d'; $p = [powershell]::Create().AddScript(@'\n%s'@)\n$p.Invoke(); $p.Streams.Error\n", i, body)
		want += fmt.Sprintf("%d\nused prod True\n[] True\nenv prod\n", i)
	}
	if got := r.script(t, script.String()); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestPowerShellSyntax: what stsx writes for PowerShell has nothing that is
// newer than Windows PowerShell 5.1. PowerShell's own parser reads it.
func TestPowerShellSyntax(t *testing.T) {
	t.Parallel()
	s := powerShell(t)
	dialect, err := shellinit.LookupDialect("powershell")
	if err != nil {
		t.Fatal(err)
	}
	env, err := dialect.Export([]shellinit.Var{{Name: "A", Value: "it's \x1b \u2019 é 😀 $x"}}, []string{"B"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	newer := map[string]string{
		"QuestionQuestion": "$a ?? 1", "assign": "$a ??= 1", "QuestionDot": "${a}?.b", "bracket": "${a}?[0]", "chain": "a && b",
		"or": "a || b", "ternary": "$a ? 1 : 2", "background": "New-Object a &", "escape": "\"`e[0m\"", "variable": "$IsWindows",
		"command": "Join-String", "parameter": "Select-Object -SkipIndex 1", "open": "if (1) {", "clean": "function f { clean { 1 } }",
	}
	files := []string{filepath.Join(dir, "env.ps1"), filepath.Join("..", "shellinit", "scripts", "powershell.ps1"),
		filepath.Join("..", "completions", "scripts", "stsx.ps1")}
	texts := map[string]string{"env": env}
	for name, text := range newer {
		texts[name] = text
		files = append(files, filepath.Join(dir, name+".ps1"))
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name+".ps1"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script, err := os.ReadFile(filepath.Join("shells", "newer_syntax.ps1"))
	if err != nil {
		t.Fatal(err)
	}
	command := s.Command(t, dir, string(script))
	for _, file := range files {
		path, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		command.Args = append(command.Args, path)
	}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		name := strings.TrimSuffix(filepath.Base(strings.Fields(line + " x")[0]), ".ps1")
		if newer[name] == "" {
			t.Error(line)
		}
		newer[name] = "found"
	}
	for name, text := range newer {
		if text != "found" {
			t.Errorf("%s passes: %s", name, text)
		}
	}
}
