//go:build unix

package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"stsx/tests/shells"
)

// prompter is a shell that draws the segment, started for a person.
type prompter struct {
	shells.Shell
	args  []string
	plain string // gives the prompt "> " and no more
}

func prompters() []prompter {
	var out []prompter
	for _, s := range hookShells() {
		switch s.Name {
		case "bash":
			out = append(out, prompter{s, []string{"--norc", "--noprofile", "-i"}, "PS1='> '\n"})
		case "zsh":
			out = append(out, prompter{s, []string{"-f", "-i"}, "PROMPT='> ' PROMPT_EOL_MARK=''\n"})
		case "fish":
			out = append(out, prompter{s, []string{"--no-config", "-i"},
				"function fish_prompt; echo '> '; end\nfunction fish_right_prompt; end\nfunction fish_greeting; end\nfunction " +
					"fish_title; end\nset -g fish_autosuggestion_enabled 0\n"})
		}
	}
	return out
}

// set is the statement that gives a variable to this shell and its children.
func (p prompter) set(name, value string) string {
	if p.Dialect == "fish" {
		return "set -gx " + name + " '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'\n"
	}
	return "export " + name + "='" + strings.ReplaceAll(value, "'", `'\''`) + "'\n"
}

// sessionText is a session in the environment that lasts for that long.
func (p prompter) sessionText(left time.Duration) string {
	return p.set("STSX_PROFILE", "prod") + p.set("STSX_ROLE", "Admin") +
		p.set("STSX_EXPIRES", strconv.FormatInt(time.Now().Add(left).Unix(), 10))
}

// openShell starts the shell where rc has been read.
func (p prompter) openShell(t *testing.T, env []string, rc string) *screen {
	t.Helper()
	home := t.TempDir()
	for _, entry := range env {
		if path, ok := strings.CutPrefix(entry, "HOME="); ok {
			home = path
		}
	}
	if env == nil {
		env = withPath([]string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8", "SHELL=/bin/sh"})
	}
	file := filepath.Join(t.TempDir(), "rc")
	if err := os.WriteFile(file, []byte(p.plain+rc), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openScreen(t, home, env, append([]string{p.Path(t)}, p.args...)...)
	s.write(" . " + file + "; clear; printf 're%s\\n' ady")
	s.keys("Enter")
	s.until("ready\n")
	return s
}

// run types a line and presses Enter.
func (s *screen) run(line string) {
	s.Helper()
	s.write(line)
	s.keys("Enter")
}

// widen changes the screen, and waits for the shell to have seen it.
func (s *screen) widen(columns int) {
	s.Helper()
	if out, err := s.tmux("resize-window", "-x", strconv.Itoa(columns)); err != nil {
		s.Fatal(out)
	}
	want := fmt.Sprintf("columns=%d\n", columns)
	s.wait(want, func() bool {
		if strings.Contains(s.text(), want) {
			return true
		}
		s.run(" clear; echo columns=$COLUMNS")
		return false
	})
}

// colours is what can be seen, with escape sequences.
func (s *screen) colours() string {
	out, _ := s.tmux("capture-pane", "-p", "-e")
	return out
}

// every runs a test in each shell that draws.
func every(t *testing.T, test func(t *testing.T, p prompter)) {
	for _, p := range prompters() {
		t.Run(p.Dialect, func(t *testing.T) {
			t.Parallel()
			test(t, p)
		})
	}
}

// Colours as tmux writes them.
const (
	yellowed = "\x1b[33m"
	reddened = "\x1b[31m"
)

// TestSegment: the prompt shows the time left, in its colour, on its side.
func TestSegment(t *testing.T) {
	every(t, func(t *testing.T, p prompter) {
		s := p.openShell(t, nil, hook(p.Shell, "--no-completion", "--no-watch"))
		for _, c := range []struct {
			left          time.Duration
			segment, tone string
		}{
			{8*time.Hour - 20*time.Minute + 30*time.Second, "prod Admin 7h40m", ""},
			{42*time.Minute + 30*time.Second, "prod Admin 42m", ""},
			{14*time.Minute + 30*time.Second, "prod Admin 14m", yellowed},
			{4*time.Minute + 30*time.Second, "prod Admin 4m", reddened},
			{-time.Minute, "prod Admin expired", reddened},
		} {
			s.run(" " + strings.ReplaceAll(strings.TrimSpace(p.sessionText(c.left)), "\n", "; ") + "; clear")
			s.until(c.segment + " >")
			if got := s.colours(); !strings.Contains(got, c.tone+c.segment) || c.tone == "" && strings.Contains(got, "\x1b[3") &&
				p.Dialect != "fish" {
				t.Errorf("%s is drawn as %q", c.segment, got)
			}
		}
		s.run(" " + p.set("NO_COLOR", "1")[:len(p.set("NO_COLOR", "1"))-1] + "; clear; echo bare")
		s.until("bare\nprod Admin expired >")
		if got := s.colours(); strings.Contains(got, reddened) {
			t.Errorf("with NO_COLOR: %q", got)
		}
	})
}

// TestSegmentOfRefresh: under exec --refresh there is no clock; what a session is limited to and its
// profile's colour are there, and the latter as escape sequences that the line editor does not count.
func TestSegmentOfRefresh(t *testing.T) {
	every(t, func(t *testing.T, p prompter) {
		renews := p.set("STSX_PROFILE", "prod") + p.set("STSX_ROLE", "Admin") + p.set("STSX_ONLY", "read-only") +
			p.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/") + p.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "x")
		s := p.openShell(t, nil, hook(p.Shell, "--no-completion")+renews)
		for _, c := range []struct{ color, tone string }{
			{"red", "\x1b[31m"}, {"green", "\x1b[32m"}, {"yellow", "\x1b[33m"}, {"blue", "\x1b[34m"}, {"magenta", "\x1b[35m"},
			{"cyan", "\x1b[36m"}, {"$(touch x)", "\x1b[39m"}, {"", "\x1b[39m"},
		} {
			s.run(" clear; " + strings.TrimSpace(p.set("STSX_COLOR", c.color)) + "; clear")
			s.until("prod Admin ro renews >")
			s.wait(c.tone, func() bool {
				got := s.colours()
				return strings.Contains(got, c.tone+"prod Admin ro renews") ||
					c.tone == "\x1b[39m" && strings.Contains(got, "prod Admin ro renews") && !strings.Contains(got, "mprod Admin ro renews")
			})
		}
		s.run(" clear; " + strings.ReplaceAll(strings.TrimSpace(p.set("STSX_COLOR", "blue")+p.set("NO_COLOR", "1")), "\n", "; ") +
			"; clear; echo bare")
		s.until("bare\nprod Admin ro renews >")
		if got := s.colours(); strings.Contains(got, "\x1b[34m") {
			t.Errorf("with NO_COLOR: %q", got)
		}
		// Nothing is there to end, and unuse takes it away.
		s.run(" clear; stsx unuse; clear; env | grep -c -e ^STSX_ -e ^AWS_")
		s.until("0\n>")
		// The same in a session with an end: red is for what has ended.
		s.run(" clear; " + strings.ReplaceAll(strings.TrimSpace(p.set("NO_COLOR", "")+p.set("STSX_COLOR", "blue")+
			p.sessionText(4*time.Minute+30*time.Second)), "\n", "; ") + "; clear")
		s.until("prod Admin 4m >")
		s.wait("blue", func() bool { return strings.Contains(s.colours(), "\x1b[34mprod Admin 4m") })
	})
}

// TestSegmentRight: on the other side of the line.
func TestSegmentRight(t *testing.T) {
	every(t, func(t *testing.T, p prompter) {
		if p.Dialect == "bash" {
			t.Skip("bash has no prompt on the right")
		}
		s := p.openShell(t, nil, hook(p.Shell, "--no-completion", "--prompt", "right")+p.sessionText(30*time.Minute+30*time.Second))
		s.run(" clear")
		s.wait("a right prompt", func() bool {
			line, _, _ := strings.Cut(s.text(), "\n")
			return strings.HasPrefix(line, "> ") && strings.HasSuffix(strings.TrimRight(line, " "), "prod Admin 30m") &&
				strings.Index(line, "prod") > 30
		})
	})
}

// TestSegmentWraps: the line editor knows how wide a coloured prompt is. What
// it makes of a line longer than the screen is what it makes of it behind a
// prompt of the same width without colour.
func TestSegmentWraps(t *testing.T) {
	every(t, func(t *testing.T, p prompter) {
		const prompt = "prod Admin 9m > "
		typed := func(rc string) *screen {
			s := p.openShell(t, nil, rc)
			s.widen(60)
			// What is typed before the shell reads is drawn twice; the last prompt was on the screen before.
			s.run(` clear; echo re""ads`)
			s.until("reads\n" + strings.TrimSpace(prompt))
			s.write(strings.Repeat("x", 60-len(prompt)) + "yyy")
			s.until("yyy")
			// Back over the edge and forth: what is written there is in its place.
			s.keys("C-a")
			s.write("ab")
			s.keys("C-e")
			s.write("z")
			s.until("yyyz")
			return s
		}
		session := p.sessionText(9*time.Minute + 30*time.Second)
		want, got := typed(session+strings.Replace(p.plain, "> ", prompt, 1)), typed(session+hook(p.Shell, "--no-completion"))
		if !eventually(10*time.Second, func() bool { return got.text() == want.text() }) { // a line is drawn in pieces
			t.Errorf("the line is\n%s\nwant\n%s", got.text(), want.text())
		}
	})
}

// hostileNames are what a prompt, a terminal or a shell would take for its own,
// and how they are shown.
func hostileNames() map[string]string {
	return map[string]string{
		"$(touch x)":                       "?(touch x)",
		"`touch x`":                        "?touch x?",
		"${x:-$(touch x)}":                 "??x:-?(touch x)?",
		"%F{red}%n%(?.a.b)":                "?F?red??n?(?.a.b)",
		`\[\e]0;x\a\]\u`:                   "???e?0?x?a???u",
		"a\nb\tc":                          "a?b?c",
		"\x1b[31mred\x1b]0;x\a":            "??31mred??0?x?",
		"a\u202eb\u2066c\u200b\ufeff":      "a?b?c??",
		"\u009b31m\u0085":                  "?31m?",
		"a\U000e0041b\ufe0fc\u034fd\u3164": "a?b?c?d?",
		"\u115f\u180bx\ue000y\U0010fffe":   "??x?y?",
		"#[fg=red]#(touch x)!!!x":          "??fg=red??(touch x)???x",
		"ünï (eu) 界 🔥":                     "ünï (eu) 界 🔥",
		`'"\\;&|<>*~^`:                     "????????????",
		"a" + strings.Repeat("b", 64):      "a" + strings.Repeat("b", 60) + "...",
		"-n":                               "-n",
		"\xff\xfe":                         "??",
		strings.Repeat("$(touch x)", 20):   strings.Repeat("?(touch x)", 6) + "?...",
	}
}

// TestHostileNames: they are shown, and nothing runs, under the options that
// would run the most; stsx prompt shows the same.
func TestHostileNames(t *testing.T) {
	every(t, func(t *testing.T, p prompter) {
		s := p.openShell(t, nil, hook(p.Shell, "--no-completion")+map[string]string{
			"bash": "shopt -s promptvars\n", "zsh": "setopt prompt_subst prompt_bang prompt_percent\n", "fish": "",
		}[p.Dialect])
		s.widen(200) // fish cuts a prompt that is longer than the line
		dir := t.TempDir()
		s.run(" cd " + dir)
		n := 0
		for name, shown := range hostileNames() {
			n++
			file := filepath.Join(t.TempDir(), "set")
			expires := strconv.FormatInt(time.Now().Add(40*time.Minute+30*time.Second).Unix(), 10)
			if err := os.WriteFile(file, []byte(p.set("STSX_PROFILE", name)+p.set("STSX_ROLE", "R"+name)+p.set("STSX_EXPIRES", expires)),
				0o600); err != nil {
				t.Fatal(err)
			}
			role := "R" + shown
			if strings.HasSuffix(shown, "...") {
				role = ("R" + shown[:60]) + "..."
			}
			want := shown + " " + role + " 40m "
			s.run(fmt.Sprintf(" . %s; clear; echo n=%d", file, n))
			flat := func(text string) string { return strings.ReplaceAll(strings.ReplaceAll(text, "\n", ""), " ", "") }
			s.wait(fmt.Sprintf("%q", want), func() bool {
				return strings.Contains(flat(s.text()), flat(fmt.Sprintf("n=%d", n)+want+">"))
			})
			d := &desk{T: t, home: dir, env: []string{"STSX_PROFILE=" + name, "STSX_ROLE=R" + name, "STSX_EXPIRES=" + expires, "TERM=dumb"}}
			if out := d.wantStatus(d.run("prompt"), 0).stdout; out != strings.TrimSuffix(want, " ")+"\n" && !strings.Contains(out, " 39m") {
				t.Errorf("stsx prompt shows %q, want %q", out, want)
			}
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("something ran: %v %v", left, err)
		}
	})
}

// TestHostileExpires: what is no number is no session, and not arithmetic.
func TestHostileExpires(t *testing.T) {
	every(t, func(t *testing.T, p prompter) {
		s := p.openShell(t, nil, hook(p.Shell, "--no-completion")+p.set("STSX_PROFILE", "prod"))
		dir := t.TempDir()
		s.run(" cd " + dir)
		for n, value := range []string{"x[$(touch x)]", "1 + 1", "-5", "99999999999999", "12\n", "0x10", "a", ""} {
			file := filepath.Join(t.TempDir(), "set")
			if err := os.WriteFile(file, []byte(p.set("STSX_EXPIRES", value)), 0o600); err != nil {
				t.Fatal(err)
			}
			s.run(fmt.Sprintf(" . %s; clear; echo n=%d", file, n))
			s.until(fmt.Sprintf("n=%d\n>", n))
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("something ran: %v %v", left, err)
		}
	})
}

// TestWatch: what ended is said and taken out before the next prompt, and a
// command is warned of the end, once.
func TestWatch(t *testing.T) {
	every(t, func(t *testing.T, p prompter) {
		s := p.openShell(t, nil, hook(p.Shell, "--no-completion")+p.set("AWS_ACCESS_KEY_ID", "ASIAOLD")+
			p.sessionText(time.Hour-time.Second))
		s.run(" clear")
		s.until("prod Admin 59m >")
		expires := func(left time.Duration) string {
			return strings.TrimSpace(p.set("STSX_EXPIRES", strconv.FormatInt(time.Now().Add(left).Unix(), 10)))
		}
		s.run(" clear; " + expires(4*time.Minute+30*time.Second))
		s.until("prod Admin 4m >")
		s.run(" echo one-$AWS_ACCESS_KEY_ID")
		s.until("one-ASIAOLD\nprod Admin 4m >")
		s.run(" echo two")
		s.until("two\nprod Admin 4m >")
		if text := s.text(); strings.Count(text, "stsx: less than 5 minutes are left of prod Admin\n") != 1 {
			t.Errorf("warned otherwise than once:\n%s", text)
		}
		s.run(" clear; " + expires(-time.Minute))
		s.until("stsx: the session of prod Admin has ended; its keys are unset\n>")
		s.run(" clear; env | grep -c -e ^AWS_ACCESS -e ^STSX_")
		s.until("0\n>")
		// The end between a prompt and a command is said as what it is.
		s.run(" clear; " + strings.ReplaceAll(strings.TrimSpace(p.sessionText(5*time.Second)), "\n", "; "))
		s.until("s >")
		end := time.Now().Add(5 * time.Second)
		s.wait("the end of the session", func() bool { return time.Now().After(end) })
		s.run(" echo three")
		s.until("stsx: the session of prod Admin has ended\nthree\nstsx: the session of prod Admin has ended; its keys are unset\n>")
	})
}

// TestStrictPrompt: a person who sets the strangest of options still has a
// shell after each prompt, and the segment in it.
func TestStrictPrompt(t *testing.T) {
	every(t, func(t *testing.T, p prompter) {
		strange := map[string]string{
			"bash": "set -euf -o pipefail; shopt -s nocasematch failglob nullglob; IFS=0123456789ads\n",
			"zsh": "setopt err_exit no_unset pipefail ksh_arrays sh_word_split glob_subst extended_glob warn_create_global " +
				"prompt_subst; IFS=0123456789ads\n",
			"fish": "set -g IFS ''\n",
		}[p.Dialect]
		s := p.openShell(t, nil, hook(p.Shell, "--no-completion")+strange+p.sessionText(7*time.Hour+5*time.Minute+30*time.Second))
		s.run(" clear")
		s.until("prod Admin 7h05m >")
		s.run(" clear; " + strings.TrimSpace(p.set("STSX_EXPIRES", "1000")))
		s.until("stsx: the session of prod Admin has ended; its keys are unset\n>")
		s.run(" clear; echo still here")
		s.until("still here\n>")
	})
}

// TestUnwatched: --no-watch leaves everything, and only draws.
func TestUnwatched(t *testing.T) {
	every(t, func(t *testing.T, p prompter) {
		s := p.openShell(t, nil, hook(p.Shell, "--no-completion", "--no-watch")+p.sessionText(-time.Minute))
		s.run(" clear; env | grep -c ^STSX_")
		s.until("3\nprod Admin expired >")
	})
}

// TestHooksOfOthers: what was in the prompt's hooks stays and sees the status
// that it saw before. In a string of PROMPT_COMMAND each sees that of the one
// before it, which is an assignment here; ours hands on what it was given.
func TestHooksOfOthers(t *testing.T) {
	for _, c := range []struct{ name, shell, before, after, want string }{
		{"string", "bash", `PROMPT_COMMAND='said="$said A$?"'`, `PROMPT_COMMAND+=$'\nsaid="$said B$?"'`, " A3 B0"},
		{"ends in ;", "bash", `PROMPT_COMMAND='said="$said A$?"; '`, `PROMPT_COMMAND+=$'\nsaid="$said B$?"'`, " A3 B0"},
		{"ends in a comment", "bash", `PROMPT_COMMAND='said="$said A$?" # x'`, `PROMPT_COMMAND+=$'\nsaid="$said B$?"'`, " A3 B0"},
		{"array", "bash", `PROMPT_COMMAND=('said="$said A$?"' true)`, `PROMPT_COMMAND+=('said="$said B$?"')`, " A3 B3"},
		{"unset", "bash", `unset PROMPT_COMMAND; said=' A1'`, `PROMPT_COMMAND+=$'\nsaid="$said B$?"'`, " B3"},
		{"precmd", "zsh", `precmd() { said="$said A$?" }`, `later() { said="$said B$?" }; precmd_functions+=(later)`, " A3 B3"},
		{"ksh_arrays", "zsh", `setopt ksh_arrays sh_word_split; precmd() { said="$said A$?" }`,
			`later() { said="$said B$?" }; precmd_functions+=(later)`, " A3 B3"},
		{"fish_prompt", "fish", `function fish_prompt; set -g said "$said A$status$pipestatus B$status"; echo '> '; end`, "", " A33 B3"},
		{"event", "fish", `function early --on-event fish_prompt; set -g said "$said A$status"; end`,
			`function later --on-event fish_prompt; set -g said "$said B$status"; end`, " A3 B3"},
	} {
		for _, p := range prompters() {
			if p.Dialect != c.shell {
				continue
			}
			t.Run(c.shell+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				line := hook(p.Shell, "--no-completion")
				s := p.openShell(t, nil, c.before+"\n"+line+line+c.after+"\n"+p.sessionText(30*time.Minute+30*time.Second))
				reset, fail, show := " clear; said=", " sh -c 'exit 3'", " echo status=$? said=\"$said\""
				if p.Dialect == "fish" {
					reset, show = " clear; set -g said", " echo status=$status said=\"$said\""
				}
				s.run(reset)
				s.until("prod Admin 30m >")
				s.run(fail)
				s.wait("another prompt", func() bool { return strings.Count(s.text(), "prod Admin 30m >") == 2 })
				s.run(show)
				text := s.until("status=3 said=")
				if !strings.Contains(text, c.want) {
					t.Errorf("want %q:\n%s", c.want, text)
				}
				s.run(" clear; echo; echo again")
				s.until("again\nprod Admin 30m >")
				if text := s.text(); strings.Count(text, "prod Admin") != 1 {
					t.Errorf("drawn more than once:\n%s", text)
				}
			})
		}
	}
}

// hookScreens are those that need sessions.
func hookScreens(t *testing.T, d *desk) {
	every(t, func(t *testing.T, p prompter) {
		s := p.openShell(t, d.env, p.set("AWS_PROFILE", "mine")+hook(p.Shell, "--no-completion", "--renew"))
		s.run(" cd ~/.config/stsx; stsx use prod --config config.toml; cd /; clear")
		s.until("prod Admin ", "m >")
		// Ctrl-C at the question of a use: everything stays.
		s.run(" stsx use careful")
		s.wait("a question", func() bool { return strings.Contains(s.text(), "careful") && strings.Contains(s.text(), "?") })
		s.keys("C-c")
		s.wait("a prompt after Ctrl-C", func() bool {
			lines := strings.Split(strings.TrimRight(s.text(), "\n "), "\n")
			last := lines[len(lines)-1]
			return strings.HasPrefix(last, "prod Admin ") && strings.HasSuffix(last, "m >")
		})
		s.run(" clear; echo \"p=$AWS_PROFILE r=$STSX_ROLE\"")
		s.until("p= r=Admin\n")
		// It ends, and the store still has it: renewed without a word, by the file that was named in another folder.
		s.run(" clear; " + strings.TrimSpace(p.set("STSX_EXPIRES", "1000")))
		s.until("prod Admin ", "m >")
		if text := s.text(); strings.Contains(text, "has ended") {
			t.Errorf("a renewed session is said to have ended:\n%s", text)
		}
		// dev on top of it ends and can't be had any more: back to prod.
		s.run(" clear; stsx use dev --mfa-code 000000; " + strings.TrimSpace(p.set("STSX_EXPIRES", "1000")))
		s.until("stsx: the session of dev Dev has ended; its keys are unset,", "prod Admin is in use again\n", "m >")
		// Both have ended: what was before any of them.
		s.run(" clear; " + strings.TrimSpace(p.set("STSX_EXPIRES", "1000")) + "; stsx use dev --mfa-code 000000; " +
			strings.TrimSpace(p.set("STSX_EXPIRES", "1000")))
		s.until("stsx: the session of dev Dev has ended; its keys are unset\n>")
		s.run(" clear; echo \"p=$AWS_PROFILE r=$STSX_ROLE.\"")
		s.until("p=mine r=.\n>")
	})
}
