//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stsx/completions"
	"stsx/tests/require"
	"stsx/tests/shells"
)

// hostile are profiles' names that a shell would make something else of. Each
// begins with another letter.
func hostile() []string {
	return []string{
		"a b", "b$(touch PWNED)", "c`touch PWNED`", "d'q", `e"q`, `f\g`, "g:h:i", "h;touch PWNED", "i&j|k>l", "j{a,b}*?[x]",
		"k!l", "l=m", "m@n", "n ü 界", "o~p", "p#q r", "q^r", "r%s", "s,t", "u  v", `w'"$x`, "x(y)", "y $HOME ${PATH}", `z\'\"`,
	}
}

// completer is a way to have completion in a shell.
type completer struct {
	name  string
	shell string   // whose program it is in tests/shells
	args  []string // to start it interactively; RC stands for the file with its configuration
	rc    string   // before completion
	menu  bool     // one candidate is a menu too, from which Enter takes it
}

// end is the key that goes to the end of the line.
func (c completer) end() string {
	if c.shell == "zsh" {
		return "C-e"
	}
	return "End"
}

// tab are the keys that take the only candidate, and then more.
func (c completer) tab(more ...string) []string {
	if c.menu {
		return append([]string{"Tab", "Enter"}, more...)
	}
	return append([]string{"Tab"}, more...)
}

const bashCompletion = "/usr/share/bash-completion/bash_completion"

// bashWrapped completes the program wrapped, by all of what bash tells it.
const bashWrapped = `_wrapped() {
	COMPREPLY=()
	if [[ ${COMP_LINE# } == wrapped* && ${COMP_WORDS[COMP_CWORD]} == "$2" && ${COMP_LINE:0:COMP_POINT} == *"$2" ]]; then
		COMPREPLY=($(compgen -W 'alpha beta' -- "$2"))
	fi
}
complete -F _wrapped wrapped
`

func completers() []completer {
	return []completer{
		{name: "bash", shell: "bash", args: []string{"--noprofile", "--rcfile", "RC", "-i"},
			rc: "PS1='ready> '\nbind 'set bell-style none'\nbind 'set completion-query-items 1000'\nunset HISTFILE\n" + bashWrapped},
		{name: "bash with bash-completion", shell: "bash", args: []string{"--noprofile", "--rcfile", "RC", "-i"},
			rc: "PS1='ready> '\nbind 'set bell-style none'\n. " + bashCompletion + "\nset -H\nunset HISTFILE\n" + bashWrapped},
		{name: "zsh", shell: "zsh", args: []string{"-d", "-i"},
			rc: "PROMPT='ready> '\nunsetopt beep\nautoload -Uz compinit && compinit -u -D\n_wrapped() { compadd alpha beta }\ncompdef " +
				"_wrapped wrapped\n"},
		{name: "fish", shell: "fish", args: []string{"--no-config", "--init-command", "source RC"},
			rc: "function fish_prompt; echo 'ready> '; end\nset -g fish_greeting\ncomplete -c wrapped -f -a 'alpha beta'\n"},
		{name: "elvish", shell: "elvish", menu: true, args: []string{"-rc", "RC"},
			rc: "set edit:prompt = { put 'ready> ' }\nset edit:rprompt = { }\nset edit:completion:arg-completer[wrapped] = {|@words| " +
				"put alpha beta }\n"},
		{name: "nushell", shell: "nushell", args: []string{"--config", "RC", "--no-history"},
			rc: "$env.PROMPT_COMMAND = {|| 'ready' }\n$env.PROMPT_COMMAND_RIGHT = {|| '' }\n$env.PROMPT_INDICATOR = '> " +
				"'\n$env.config.show_banner = false\n" +
				"$env.config.completions.external.completer = {|spans| if $spans.0 == 'wrapped' { [{value: 'alpha'} {value: 'beta'}] | " +
				"where {|c| $c.value | str starts-with ($spans | last) } } }\n"},
	}
}

// completionDesk is a home with a configuration and the program awsdo, for
// which completion answers as for stsx: the words that come of a line can be
// looked at. It needs no browser.
func completionDesk(t *testing.T, profiles ...string) *desk {
	t.Helper()
	d := &desk{T: t, home: t.TempDir()}
	bin := filepath.Join(d.home, "bin")
	d.env = []string{
		"HOME=" + d.home, "PATH=" + bin + ":" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8", "SHELL=/bin/sh",
		"XDG_CONFIG_HOME=" + filepath.Join(d.home, ".config"), "XDG_DATA_HOME=" + filepath.Join(d.home, ".local", "share"),
		"XDG_CACHE_HOME=" + filepath.Join(d.home, ".cache"),
	}
	if err := os.MkdirAll(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "awsdo"), []byte(showScript), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("awsdo", filepath.Join(bin, "wrapped")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(stsxPath, filepath.Join(bin, "stsx")); err != nil {
		t.Fatal(err)
	}
	text := "[idp.acme]\nurl = \"https://acme.example/app\"\nusername = \"jane@acme.example\"\n"
	for _, name := range profiles {
		text += "[profile." + strconv.Quote(name) + "]\nrole = \"arn:aws:iam::123456789012:role/Admin\"\nregion = \"eu-west-1\"\n"
	}
	d.writeConfig(text)
	return d
}

// start opens the shell with completion for awsdo.
func (c completer) start(d *desk) *screen {
	d.Helper()
	script, ok := completions.StandaloneScript(c.shell)
	if !ok {
		d.Fatalf("no completion for %s", c.shell)
	}
	if body, _ := completions.HookScript(c.shell); body == script {
		set := map[string]string{"fish": "set -g __stsx_cmd awsdo\n"}[c.shell]
		if set == "" {
			set = "__stsx_cmd=awsdo\n"
		}
		script = set + script
	} else {
		script = strings.NewReplacer("__stsx_cmd = stsx", "__stsx_cmd = awsdo", "__stsx_cmd = 'stsx'",
			"__stsx_cmd = 'awsdo'").Replace(script)
	}
	return c.open(d, script)
}

// open opens the shell with script at the end of its configuration.
func (c completer) open(d *desk, script string) *screen {
	d.Helper()
	if strings.Contains(c.rc, bashCompletion) {
		_, err := os.Stat(bashCompletion)
		require.Part(d.T, "bash-completion", err == nil, "sh tests/setup.sh test")
	}
	rc := filepath.Join(d.home, ".zshrc")
	if err := os.WriteFile(rc, []byte(c.rc+script), 0o600); err != nil {
		d.Fatal(err)
	}
	var program string
	for _, s := range shells.All() {
		if s.Name == c.shell {
			program = s.Path(d.T)
		}
	}
	argv := []string{program}
	for _, arg := range c.args {
		argv = append(argv, strings.ReplaceAll(arg, "RC", rc))
	}
	s := openScreen(d.T, d.home, append(d.env, "ZDOTDIR="+d.home), argv...)
	s.until("ready>")
	return s
}

// eachCompleter runs a test with every way of completing, at a desk with profiles of these names.
func eachCompleter(t *testing.T, profiles []string, test func(d *desk, c completer)) {
	for _, c := range completers() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			test(completionDesk(t, profiles...), c)
		})
	}
}

// Whatever a profile is called, Tab puts on the line what stands for exactly
// its name, and runs nothing.
func TestCompletionInsertsNamesAsTheyAre(t *testing.T) {
	eachCompleter(t, hostile(), func(d *desk, c completer) {
		s := c.start(d)
		for _, name := range hostile() {
			s.write("awsdo exec "+name[:1], c.tab("Enter")...)
			if got := s.words(d.home); !slices.Equal(got, []string{"exec", name}) {
				d.Errorf("%q became %q", name, got)
			}
		}
		if _, err := os.Stat(filepath.Join(d.home, "PWNED")); err == nil {
			d.Error("a profile's name was executed")
		}
	})
}

// A quote that is open already is gone on with, and closed.
func TestCompletionGoesOnWithQuotes(t *testing.T) {
	eachCompleter(t, hostile(), func(d *desk, c completer) {
		s := c.start(d)
		for _, name := range []string{"a b", "b$(touch PWNED)", "d'q", `e"q`, "g:h:i", "k!l", "u  v"} {
			for _, quote := range []string{"'", `"`} {
				s.write("awsdo exec "+quote+name[:1], c.tab("Enter")...)
				if got := s.words(d.home); !slices.Equal(got, []string{"exec", name}) {
					d.Errorf("%s%q became %q", quote, name, got)
				}
			}
		}
		if _, err := os.Stat(filepath.Join(d.home, "PWNED")); err == nil {
			d.Error("a profile's name was executed")
		}
	})
}

// Part of a word that a colon or an equals sign divides, a quoted space, and
// the cursor in the middle of the line.
func TestCompletionInTheMiddle(t *testing.T) {
	eachCompleter(t, []string{"team:blue:prod", "team:green", "dev"}, func(d *desk, c completer) {
		s := c.start(d)
		for _, line := range []struct{ before, after, want string }{
			{"awsdo exec team:b", "", "exec team:blue:prod"},
			{"awsdo exec --mfa=to", "", "exec --mfa=totp"},
			{"awsdo exec --mfa to", "", "exec --mfa totp"},
			{"awsdo logi", "", "login"},
			{"awsdo --no-i", "", "--no-input"},
			{"awsdo exec d", " -- true", "exec dev -- true"},
			{"awsdo exec --config=.config/stsx/con", "", "exec --config=.config/stsx/config.toml"},
			{"awsdo exec --config .config/stsx/con", "", "exec --config .config/stsx/config.toml"},
		} {
			keys := slices.Repeat([]string{"Left"}, len(line.after))
			keys = append(keys, c.tab()...)
			if line.after != "" {
				keys = append(keys, c.end())
			}
			s.write(line.before+line.after, append(keys, "Enter")...)
			if got := strings.Join(s.words(d.home), " "); got != line.want {
				d.Errorf("%s|%s became %q, want %q", line.before, line.after, got, line.want)
			}
		}
	})
}

// After the profile the line is the wrapped command's: its name, and then what
// its own completion says.
func TestCompletionHandsOver(t *testing.T) {
	eachCompleter(t, []string{"g:h:i", "dev"}, func(d *desk, c completer) {
		s := c.start(d)
		for _, line := range []struct{ typed, want string }{
			{"awsdo exec dev -- wrapp", "exec dev -- wrapped"},
			{"awsdo exec dev wrapp", "exec dev wrapped"},
			{"awsdo exec dev -- wrapped al", "exec dev -- wrapped alpha"},
			{"awsdo --quiet exec --mfa=totp g:h:i wrapped b", "--quiet exec --mfa=totp g:h:i wrapped beta"},
			{"awsdo exec dev --quiet -- wrapped alpha --x b", "exec dev --quiet -- wrapped alpha --x beta"},
			{"awsdo exec g:h:i -- awsdo exec d", "exec g:h:i -- awsdo exec dev"},
			{"awsdo exec g:h:i -- awsdo exec dev -- wrapped a", "exec g:h:i -- awsdo exec dev -- wrapped alpha"},
		} {
			s.write(line.typed, c.tab("Enter")...)
			if got := strings.Join(s.words(d.home), " "); got != line.want {
				d.Errorf("%s became %q, want %q", line.typed, got, line.want)
			}
		}
	})
}

// What a person sees: candidates with what they are.
func TestCompletionMenu(t *testing.T) {
	eachCompleter(t, []string{"prod", "production", "dev"}, func(d *desk, c completer) {
		s := c.start(d)
		s.write("awsdo exec ", "Tab", "Tab")
		s.until("prod", "production", "dev", "Admin in 123456789012, eu-west-1")
		s = c.start(d)
		s.write("awsdo exec --quiet --", "Tab", "Tab")
		if text := s.until("--no-input", "--browser-path"); strings.Count(text, "--quiet") > 2 {
			d.Errorf("--quiet is offered again:\n%s", text)
		}
	})
}

// With the hook of stsx init the shell's function is what is completed.
func TestCompletionOfTheHook(t *testing.T) {
	eachCompleter(t, []string{"team:blue", "a b"}, func(d *desk, c completer) {
		for _, command := range []string{"stsx", "aws-do"} {
			if c.shell == "nushell" && command != "stsx" {
				continue // its hook has no --cmd
			}
			r := d.wantStatus(d.run("init", c.shell, "--cmd", command, "--no-prompt"), 0)
			s := c.open(d, r.stdout)
			s.write(command+" use t", "Tab")
			s.until(command + " use team:blue")
			bare := d.wantStatus(d.run("init", c.shell, "--no-completion"), 0)
			if strings.Contains(bare.stdout, "__complete") {
				d.Error("--no-completion leaves it in")
			}
		}
	})
}

// The lines that the help and docs/completion.md tell people to write.
func TestCompletionByTheDocumentedLine(t *testing.T) {
	lines := map[string]string{
		"bash":    `eval "$(stsx completion bash)"`,
		"zsh":     `eval "$(stsx completion zsh)"`,
		"fish":    `stsx completion fish | source`,
		"elvish":  `eval (stsx completion elvish | slurp)`,
		"nushell": `source ($nu.default-config-dir | path join stsx-completion.nu)`,
	}
	document, err := os.ReadFile("../docs/completion.md")
	if err != nil {
		t.Fatal(err)
	}
	eachCompleter(t, []string{"team:blue", "a b"}, func(d *desk, c completer) {
		line := lines[c.shell]
		d.wantText(string(document), strings.ReplaceAll(line, "|", `\|`))
		d.wantText(d.wantStatus(d.run("help", "completion"), 0).stdout, line)
		if c.shell == "nushell" {
			path := filepath.Join(d.home, ".config", "nushell", "stsx-completion.nu")
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				d.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(d.wantStatus(d.run("completion", "nushell"), 0).stdout), 0o600); err != nil {
				d.Fatal(err)
			}
		}
		rc := line + "\n" + line + "\n" // twice does no harm
		if c.shell == "nushell" {
			rc = line + "\n" // its constants are set once
		}
		s := c.open(d, rc)
		s.write("stsx exec t", "Tab")
		s.until("stsx exec team:blue")
	})
	t.Run("zsh before compinit", func(t *testing.T) {
		t.Parallel()
		d := completionDesk(t, "team:blue")
		c := completers()[2]
		c.rc = "PROMPT='ready> '\n" + lines["zsh"] + "\nautoload -Uz compinit && compinit -u -D\n"
		s := c.open(d, "")
		s.write("stsx exec t", "Tab")
		s.until("stsx exec team:blue")
	})
}

// PowerShell's own TabExpansion2, where there is a PowerShell.
func TestCompletionInPowerShell(t *testing.T) {
	d := completionDesk(t, hostile()...)
	for _, shell := range shells.All() {
		if shell.Dialect != "powershell" {
			continue
		}
		script := "(stsx completion powershell) | Out-String | Invoke-Expression\n" +
			"foreach ($line in @("
		for i, name := range hostile() {
			if i > 0 {
				script += ", "
			}
			script += "'stsx exec " + strings.ReplaceAll(name[:1], "'", "''") + "'"
		}
		script += ", 'stsx exec dev Get-ChildI', 'stsx exec --mfa=to')) {\n" +
			"  $got = (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches[0].CompletionText\n" +
			"  if ($line -like '*Get-*' -or $line -like '*--mfa*') { [Console]::Out.Write($got + \"`0\") }\n" +
			"  else { [Console]::Out.Write((Invoke-Expression \"Write-Output $got\") + \"`0\") }\n}\n"
		command := shell.Command(t, d.home, script)
		command.Env = append(d.env, "XDG_CONFIG_HOME="+filepath.Join(d.home, ".config"))
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		want := append(hostile(), "Get-ChildItem", "--mfa=totp")
		if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); !slices.Equal(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
	}
}
