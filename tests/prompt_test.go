//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"stsx/tests/require"
)

// TestPromptFormats: fields, colours, and nothing where there is no session.
// Neither a home nor a configuration that could be read is there.
func TestPromptFormats(t *testing.T) {
	at := func(left time.Duration) string {
		return "STSX_EXPIRES=" + strconv.FormatInt(time.Now().Add(left).Unix(), 10)
	}
	session := []string{"STSX_PROFILE=prod", "STSX_ROLE=Admin", "STSX_ACCOUNT=123456789012", "AWS_REGION=eu-west-1"}
	long, yellow, red, over := at(40*time.Minute+50*time.Second), at(14*time.Minute+50*time.Second), at(4*time.Minute+50*time.Second),
		"STSX_EXPIRES=1000"
	for _, c := range []struct {
		args []string
		env  []string
		want string
	}{
		{nil, []string{long}, "prod Admin 40m\n"},
		{nil, []string{yellow}, "\x1b[33mprod Admin 14m\x1b[0m\n"},
		{nil, []string{red}, "\x1b[31mprod Admin 4m\x1b[0m\n"},
		{nil, []string{over}, "\x1b[31mprod Admin expired\x1b[0m\n"},
		{nil, []string{over, "NO_COLOR=1"}, "prod Admin expired\n"},
		{nil, []string{over, "NO_COLOR="}, "\x1b[31mprod Admin expired\x1b[0m\n"},
		{nil, []string{over, "TERM=dumb"}, "prod Admin expired\n"},
		{[]string{"--no-color"}, []string{over}, "prod Admin expired\n"},
		{[]string{"--color", "tmux"}, []string{red}, "#[fg=red]prod Admin 4m#[fg=default]\n"},
		{[]string{"--color", "zsh"}, []string{yellow}, "%F{yellow}prod Admin 14m%f\n"},
		{[]string{"--color", "bash"}, []string{yellow}, "\x01\x1b[33m\x02prod Admin 14m\x01\x1b[0m\x02\n"},
		{[]string{"--format", "{{{profile}}} {account} {region}|{left}"}, []string{long}, "{prod} 123456789012 eu-west-1|40m\n"},
		{[]string{"--format", "{expires}"}, []string{over, "TZ=UTC", "NO_COLOR=1"}, "00:16\n"},
		{nil, []string{long, "STSX_ROLE="}, "prod 40m\n"},
		{nil, []string{long, "STSX_PROFILE="}, ""},
		{nil, []string{"STSX_EXPIRES=x[$(touch x)]"}, ""},
		{nil, []string{"STSX_EXPIRES=-5"}, ""},
		{nil, nil, ""},
		// exec --refresh: there is no end to show.
		{nil, []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=x"}, "prod Admin renews\n"},
		{nil, []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=x", "STSX_ONLY=read-only", "STSX_COLOR=magenta"},
			"\x1b[35mprod Admin ro renews\x1b[0m\n"},
		{[]string{"--format", "{profile} {expires} {left}"}, []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=x"}, "prod renews\n"},
		{nil, []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=x", over, "NO_COLOR=1"}, "prod Admin expired\n"},
		{nil, []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=x", "STSX_PROFILE="}, ""},
		{nil, []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI="}, ""},
		// The profile's colour is there until the end.
		{nil, []string{long, "STSX_COLOR=green"}, "\x1b[32mprod Admin 40m\x1b[0m\n"},
		{nil, []string{red, "STSX_COLOR=blue"}, "\x1b[34mprod Admin 4m\x1b[0m\n"},
		{nil, []string{over, "STSX_COLOR=cyan"}, "\x1b[31mprod Admin expired\x1b[0m\n"},
		{nil, []string{long, "STSX_COLOR=cyan", "NO_COLOR=1"}, "prod Admin 40m\n"},
		{nil, []string{long, "STSX_COLOR=31m\x1b[2J"}, "prod Admin 40m\n"},
		{[]string{"--color", "tmux"}, []string{long, "STSX_COLOR=cyan"}, "#[fg=cyan]prod Admin 40m#[fg=default]\n"},
		{[]string{"--color", "zsh"}, []string{long, "STSX_COLOR=green"}, "%F{green}prod Admin 40m%f\n"},
		{[]string{"--color", "bash"}, []string{long, "STSX_COLOR=yellow"}, "\x01\x1b[33m\x02prod Admin 40m\x01\x1b[0m\x02\n"},
	} {
		d := &desk{T: t, home: t.TempDir(), env: append(append([]string{"TERM=xterm", "STSX_CONFIG=/dev/null/none"}, session...), c.env...)}
		if got := d.wantStatus(d.run(append([]string{"prompt"}, c.args...)...), 0); got.stdout != c.want || got.stderr != "" {
			t.Errorf("%q with %q prints %q, want %q", c.args, c.env, got.stdout, c.want)
		}
	}
}

// snippet is the n-th block of a language under a heading of docs/prompt.md.
func snippet(t *testing.T, heading, language string, n int) string {
	t.Helper()
	return snippetOf(t, "prompt.md", heading, language, n)
}

func snippetOf(t *testing.T, doc, heading, language string, n int) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", doc))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## "+heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := strings.Split(section, "\n```"+language+"\n")
	if len(blocks) <= n+1 {
		t.Fatalf("docs/%s has no such block of %s under %s", doc, language, heading)
	}
	block, _, _ := strings.Cut(blocks[n+1], "\n```")
	return block + "\n"
}

// nested opens, on a screen, a tmux of its own that has conf, and runs argv.
func nested(t *testing.T, env []string, conf string, argv ...string) *screen {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tmux.conf")
	if err := os.WriteFile(file, []byte("set -g status-right-length 60\n"+conf), 0o600); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "inner")
	s := openScreen(t, t.TempDir(), append(env, "STSX_INNER="+socket),
		append([]string{"env", "-u", "TMUX", "tmux", "-u", "-S", socket, "-f", file, "new-session"}, argv...)...)
	t.Cleanup(func() {
		inner := *s
		inner.socket = socket
		_, _ = inner.tmux("kill-server")
	})
	return s
}

func inSession(left time.Duration) []string {
	return append(withPath([]string{"HOME=/nonexistent", "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8",
		"SHELL=/bin/sh"}),
		"STSX_PROFILE=prod$(x)#[bg=blue]", "STSX_ROLE=Admin", "STSX_EXPIRES="+strconv.FormatInt(time.Now().Add(left).Unix(), 10))
}

// TestTmuxStatus is the snippet for a tmux inside a session.
func TestTmuxStatus(t *testing.T) {
	t.Parallel()
	s := nested(t, inSession(4*time.Minute+30*time.Second), snippet(t, "tmux", "tmux", 0), "cat")
	s.until("aws:prod?(x)??bg=blue? Admin 4m")
	if got := s.colours(); !strings.Contains(got, "31") {
		t.Errorf("not red: %q", got)
	}
}

// TestTmuxTitle is the one for stsx use in a pane.
func TestTmuxTitle(t *testing.T) {
	t.Parallel()
	p := prompters()[0]
	rc := filepath.Join(t.TempDir(), "rc")
	if err := os.WriteFile(rc, []byte(hook(p.Shell, "--no-prompt", "--no-completion")+snippet(t, "tmux", "bash", 0)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := nested(t, inSession(40*time.Minute+30*time.Second), snippet(t, "tmux", "tmux", 1), p.Path(t)+" --noprofile --rcfile "+rc+" -i")
	s.until("aws:prod?(x)??bg=blue? Admin 40m")
}

// TestPowerlevel9k is the snippet in Debian's theme.
func TestPowerlevel9k(t *testing.T) {
	t.Parallel()
	theme := "/usr/share/powerlevel9k/powerlevel9k.zsh-theme"
	_, err := os.Stat(theme)
	require.Part(t, "powerlevel9k", err == nil, "apt-get install zsh-theme-powerlevel9k")
	p := prompters()[1]
	s := p.openShell(t, nil, snippet(t, "powerlevel9k and powerlevel10k", "zsh", 0)+
		"POWERLEVEL9K_MODE=compatible\nPOWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=()\n. "+theme+"\n"+
		p.set("STSX_PROFILE", "prod`touch x`$(touch x)%F{red}")+p.set("STSX_ROLE", "Admin")+
		p.set("STSX_EXPIRES", strconv.FormatInt(time.Now().Add(40*time.Minute+30*time.Second).Unix(), 10)))
	s.run(" clear")
	s.until("aws:prod?touch x??(touch x)?F?red? Admin 40m")
}
