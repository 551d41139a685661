//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/aws"
	"stsx/tests/require"
)

// newConfirmDesk is a desk where the profile prod asks for a yes, before anything else.
func newConfirmDesk(t *testing.T) *desk {
	t.Helper()
	d := newBareDesk(t, aws.Config{})
	d.writeConfig("[idp.acme]\nurl = \"https://acme.example/home/amazon_aws/0oa1/272\"\nusername = \"" + jane +
		"\"\n[profile.prod]\nrole = \"Admin\"\naccount = \"123456789012\"\nconfirm = true\n")
	d.env = append(d.env, "STSX="+stsxPath)
	return d
}

// wantHeld wants processProd to have said why it did not ask, and nothing on the screen.
func (d *desk) wantHeld(term *terminal, why string) {
	d.Helper()
	d.waitFor("the program's exit status", func() bool { return strings.HasSuffix(textIfThere(d.home, "status"), "\n") })
	if got := textOf(d.T, filepath.Join(d.home, "status")); got != "3\n" {
		d.Errorf("exit status %s", got)
	}
	d.wantText(textOf(d.T, filepath.Join(d.home, "said")), "a yes to using prod is required, but "+why)
	if strings.Contains(term.text(), "Use prod") {
		d.Errorf("it asked on the screen:\n%s", term.text())
	}
}

func textIfThere(dir, name string) string {
	text, _ := os.ReadFile(filepath.Join(dir, name))
	return string(text)
}

const (
	usedByAnother = "another program is using this terminal"
	runsBehind    = "stsx is in the background of this terminal"
	// processProd leaves what it says in a file, and its exit status in another.
	processProd = `"$STSX" process prod >out 2>said; echo $? >status`
)

// TestHeldTerminal: on a terminal that another program has, nothing is asked.
func TestHeldTerminal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, why string }{
		"raw":              {"stty raw -echo; " + processProd + "; stty sane", usedByAnother},
		"keys at once":     {"stty -icanon min 1; " + processProd + "; stty sane", usedByAnother},
		"a password typed": {"stty -echo; " + processProd + "; stty sane", usedByAnother},
		"background":       {"set -m; { " + processProd + "; } & wait", runsBehind},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newConfirmDesk(t)
			term := d.openProgram("bash", "-c", c.script)
			term.wait()
			d.wantHeld(term, c.why)
		})
	}
}

// TestOwnTerminal: where the shell has left the terminal to the command, it asks.
func TestOwnTerminal(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"process":        `"$STSX" process prod | cat`,
		"substitution":   `x=$("$STSX" env prod)`,
		"job control":    `set -m; "$STSX" process prod | cat`,
		"after raw mode": `stty raw -echo; stty sane; "$STSX" process prod | cat`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newConfirmDesk(t)
			term := d.openProgram("bash", "-c", script)
			term.waitFor("Use prod")
			term.typeText("n\r")
			term.waitFor("cancelled")
			term.wait()
		})
	}
}

// TestVim: vim gives a command of :! or system() the terminal, and waits. A job gets
// none: vim goes on reading the keys.
func TestVim(t *testing.T) {
	t.Parallel()
	vim := require.Command(t, "vim", "apt-get install vim")
	d := newConfirmDesk(t)
	d.writeFile(filepath.Join(d.home, "process-prod"), processProd, 0o600)
	term := d.openProgram(vim, "-Nu", "NONE", "-n", "-i", "NONE")
	for _, command := range []string{":!$STSX process prod | cat\r", ":echo system('$STSX process prod')\r"} {
		term.typeText(command)
		term.waitFor("Use prod")
		term.typeText("n\r")
		term.waitFor("cancelled")
		term.waitFor("Press ENTER")
		term.typeText("\r")
	}
	asked := strings.Count(term.text(), "Use prod")
	term.typeText(":call job_start(['sh', 'process-prod'])\r")
	d.waitFor("the exit status", func() bool { return strings.HasSuffix(textIfThere(d.home, "status"), "\n") })
	term.typeText(":qa!\r")
	term.wait()
	if got := strings.Count(term.text(), "Use prod"); got != asked {
		t.Errorf("it asked over vim:\n%s", term.text())
	}
	d.wantText(textOf(t, filepath.Join(d.home, "status")), "3\n")
	d.wantText(textOf(t, filepath.Join(d.home, "said")), "a yes to using prod is required")
}

// TestLess: a pager takes the terminal when it likes: stsx looks right before it asks.
func TestLess(t *testing.T) {
	t.Parallel()
	less := require.Command(t, "less", "apt-get install less")
	d := newConfirmDesk(t)
	// less has the terminal as soon as it shows a first line.
	term := d.openProgram("bash", "-c", `{ seq 100; while stty -a </dev/tty | grep -q " icanon"; do :; done; `+processProd+`; } | `+less)
	term.waitFor("20")
	d.waitFor("the exit status", func() bool { return textIfThere(d.home, "status") != "" })
	term.typeText("q")
	term.wait()
	d.wantHeld(term, usedByAnother)
}

// TestKeyBinding: a shell that edits its line has the terminal while a key's command runs.
func TestKeyBinding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ shell, option, bind string }{
		{"bash", "--norc", `PS1='bo''und '; bind -x '"\C-t": . ./process-prod'`},
		{"zsh", "-f", `PS1='bo''und '; w() { . ./process-prod }; zle -N w; bindkey '^T' w`},
	} {
		t.Run(c.shell, func(t *testing.T) {
			t.Parallel()
			d := newConfirmDesk(t)
			d.writeFile(filepath.Join(d.home, "process-prod"), processProd, 0o600)
			term := d.openProgram(require.Command(t, c.shell, "apt-get install "+c.shell), c.option, "-i")
			term.typeText(c.bind + "\r")
			term.waitFor("bound ")
			term.typeText("\x14")
			d.wantHeld(term, usedByAnother)
			term.typeText("exit\r")
			term.wait()
		})
	}
}

// TestTmuxPane: a pane is a terminal of its own, though tmux has the outer one raw.
func TestTmuxPane(t *testing.T) {
	t.Parallel()
	tmux := require.Command(t, "tmux", "apt-get install tmux")
	d := newConfirmDesk(t)
	term := d.openProgram(tmux, "-L", "held", "-f", "/dev/null", "new-session", `sh -c '"$STSX" process prod | cat; read x'`)
	t.Cleanup(func() { d.runProgram(tmux, "-L", "held", "kill-server") })
	term.waitFor("Use prod")
	term.typeText("n\r")
	term.waitFor("cancelled")
	term.typeText("\r")
	term.wait()
}
