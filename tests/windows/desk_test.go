package windows_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// desk is a person's folder on Windows: a configuration, sessions, a credentials file.
type desk struct {
	*testing.T
	dir string // as this test sees it
	env []string
}

// newDesk returns a desk with a session of each profile, for a test that runs beside others.
func newDesk(t *testing.T, profiles ...string) *desk {
	t.Helper()
	t.Parallel()
	return newLoneDesk(t, profiles...)
}

// newLoneDesk is newDesk for a test that changes what all desks share: the key in the keyring.
func newLoneDesk(t *testing.T, profiles ...string) *desk {
	t.Helper()
	needPrograms(t)
	d := &desk{T: t, dir: t.TempDir()}
	d.env = []string{
		"STSX_CONFIG=" + d.path("config.toml"), "XDG_STATE_HOME=" + d.path("state"), "XDG_CACHE_HOME=" + d.path("cache"),
		"AWS_SHARED_CREDENTIALS_FILE=" + d.path("credentials"), "AWS_CONFIG_FILE=" + d.path("aws-config"),
	}
	text := "[idp.acme]\nurl = 'https://acme.okta.example/home/amazon_aws/0oa1/272'\nusername = 'jane'\n"
	for _, name := range profiles {
		text += "[profile." + name + "]\nidp = 'acme'\nrole = 'Admin'\nregion = 'eu-west-1'\n"
	}
	if err := os.WriteFile(filepath.Join(d.dir, "config.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if len(profiles) > 0 {
		laid := d.runProgram("lay.exe", append([]string{"session", d.path("config.toml")}, profiles...)...)
		if laid.status != 0 {
			t.Fatalf("lay: %+v", laid)
		}
	}
	return d
}

// path is that of a file at the desk, as Windows names it.
func (d *desk) path(name string) string { return windowsPath(filepath.Join(d.dir, name)) }

// windowsPath is how Windows names the file at path: under wine Z: is everything.
func windowsPath(path string) string {
	if runtime.GOOS == "windows" {
		return path
	}
	return "Z:" + strings.ReplaceAll(path, "/", `\`)
}

// ending is how a program ended. Lines end with \n.
type ending struct {
	stdout, stderr string
	status         int
}

// stsx runs it.
func (d *desk) stsx(args ...string) ending {
	d.Helper()
	return d.runProgram("stsx.exe", args...)
}

func (d *desk) command(program string, args ...string) *exec.Cmd {
	argv := append([]string{filepath.Join(folder, program)}, args...)
	if runtime.GOOS != "windows" {
		argv = append([]string{wine}, argv...)
	}
	command := exec.Command(argv[0], argv[1:]...)
	command.Env = append(wineEnviron(), d.env...)
	return command
}

func (d *desk) runProgram(program string, args ...string) ending {
	d.Helper()
	command := d.command(program, args...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.Fatalf("%s %q: %v", program, args, err)
	}
	lines := func(b bytes.Buffer) string { return strings.ReplaceAll(b.String(), "\r\n", "\n") }
	return ending{lines(stdout), lines(stderr), command.ProcessState.ExitCode()}
}

// want fails the test unless stsx with args ends with that status and its two outputs together
// have the texts.
func (d *desk) want(status int, args []string, texts ...string) {
	d.Helper()
	got := d.stsx(args...)
	if got.status != status {
		d.Errorf("stsx %q: status %d, want %d: %q, %q", args, got.status, status, got.stdout, got.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(got.stdout+got.stderr, text) {
			d.Errorf("stsx %q said %q and %q, without %q", args, got.stdout, got.stderr, text)
		}
	}
}
