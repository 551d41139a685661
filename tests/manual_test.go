//go:build unix

package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stsx/commands"
	"stsx/tests/require"
)

// The manual page has no mistake that roff knows of, and says everything that
// the help does.
func TestManual(t *testing.T) {
	groff := require.Command(t, "groff", "apt-get install groff")
	var page bytes.Buffer
	if err := commands.WriteManual(&page, "1.2-3"); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(groff, "-man", "-Tutf8", "-ww", "-P-c", "-P-b", "-P-o", "-P-u", "-rLL=110n")
	command.Stdin = &page
	var out, complaints bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaints
	if err := command.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("%v: %s", err, &complaints)
	}
	for _, part := range []string{
		"stsx 1.2-3", "stsx exec PROFILE [flags] [--] [COMMAND", "stsx password forget", "--mfa-code CODE", "--all", "-h",
		`eval "$(stsx completion zsh)"`, "%AppData%\\stsx\\config.toml", "~/.config/stsx/config.toml",
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("no %q in the page", part)
		}
	}
	if strings.Contains(out.String(), "__") {
		t.Error("something hidden is in the page")
	}
}

// make install puts everything in its place, where the shells find it.
func TestInstall(t *testing.T) {
	make := require.Command(t, "make", "apt-get install make")
	dir := t.TempDir()
	runMake := func(target string) {
		t.Helper()
		command := exec.Command(make, "-s", "-C", "..", target, "DESTDIR="+dir, "PREFIX=/opt/stsx", "STSX="+stsxPath)
		command.Env = append(os.Environ(), "MAKEFLAGS=", "MAKELEVEL=") // of the make that runs the tests
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	runMake("build/stsx.1")
	runMake("install")
	installed := func() []string {
		found, _ := filepath.Glob(filepath.Join(dir, "opt", "stsx", "bin", "*"))
		deeper, _ := filepath.Glob(filepath.Join(dir, "opt", "stsx", "share", "*", "*", "*"))
		return append(found, deeper...)
	}
	if got := installed(); len(got) != 5 {
		t.Errorf("installed are %v", got)
	}
	defer func() {
		runMake("uninstall")
		if got := installed(); len(got) != 0 {
			t.Errorf("uninstall left %v", got)
		}
	}()
	d := completionDesk(t, "dev")
	share := filepath.Join(dir, "opt", "stsx", "share")
	t.Run("fish", func(t *testing.T) {
		fish := require.Command(t, "fish", "sh tests/setup.sh test")
		command := exec.Command(fish, "--no-config", "-c", "set -p fish_complete_path "+share+
			"/fish/vendor_completions.d; complete -C 'stsx exec d'")
		command.Env = d.env
		if out, err := command.CombinedOutput(); err != nil || string(out) != "dev\tAdmin in 123456789012, eu-west-1\n" {
			t.Errorf("%v: %q", err, out)
		}
	})
	t.Run("zsh", func(t *testing.T) {
		c := completers()[2]
		c.rc = "PROMPT='ready> '\nfpath=(" + share + "/zsh/site-functions $fpath)\nautoload -Uz compinit && compinit -u -D\n"
		s := c.open(d, "")
		s.write("stsx exec d", "Tab")
		s.until("stsx exec dev")
	})
	t.Run("bash-completion", func(t *testing.T) {
		c := completers()[1]
		c.rc = "export XDG_DATA_DIRS=" + share + "\n" + c.rc
		s := c.open(d, "")
		s.write("stsx exec d", "Tab")
		s.until("stsx exec dev")
	})
}
