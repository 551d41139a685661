//go:build unix

// Package tests looks at stsx from outside: the program as it is built, real
// terminals, a real Chromium, the real Sign-In Widget, the real Secret Service,
// AWS CLI and Terraform.
package tests

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
	"stsx/tests/require"
)

// limit bounds one run of stsx: longer than its own two minutes for a sign-in,
// so that its error is seen rather than ours.
const limit = 150 * time.Second

// The person most tests are about, and the roles they have.
const (
	jane         = "jane@acme.example"
	janePassword = "correct horse battery staple ü'\"$"
	googleSecret = "JBSWY3DPEHPK3PXP"
	verifySecret = "KRSXG5CTMVRXEZLU"

	admin = "arn:aws:iam::123456789012:role/Admin"
	dev   = "arn:aws:iam::123456789012:role/Dev"
	audit = "arn:aws:iam::210987654321:role/team/Audit"
)

// grants are role values as they stand in an assertion, in either order.
func grants() []string {
	return []string{
		admin + ",arn:aws:iam::123456789012:saml-provider/okta",
		"arn:aws:iam::123456789012:saml-provider/okta," + dev,
		" " + audit + " , arn:aws:iam::210987654321:saml-provider/okta ",
	}
}

// person is jane with a code generator and all her roles.
func person() okta.User {
	return okta.User{Name: jane, Password: janePassword, GoogleTOTP: googleSecret, Roles: grants()}
}

// desk is one person's machine: an empty HOME, a configuration, an org to sign
// in to and an AWS.
type desk struct {
	*testing.T
	home string
	org  *okta.Org
	aws  *aws.Server
	env  []string
}

// newDesk starts the servers and writes a configuration with the profiles
// prod (Admin), dev, audit and any (no role named). Missing parts skip the
// test, or fail it when STSX_REQUIRE=all.
func newDesk(t *testing.T, config okta.Config) *desk {
	t.Helper()
	requireBrowser(t)
	if config.Users == nil {
		config.Users = []okta.User{person()}
	}
	org, err := okta.Start(config)
	if errors.Is(err, okta.ErrNotThere) && os.Getenv("STSX_WIDGET") != "" {
		t.Skip(err) // make widget-matrix counts these
	}
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	return deskAt(t, org, aws.Config{Roles: map[string]aws.RoleConfig{admin: {MaxDuration: 4 * time.Hour}, dev: {}, audit: {}}})
}

func deskAt(t *testing.T, org *okta.Org, config aws.Config) *desk {
	t.Helper()
	config.Certificates = []*x509.Certificate{org.Certificate()}
	d := bareDesk(t, config)
	d.org = org
	d.configure(`
[idp.acme]
url      = "` + org.EmbedURL() + `"
username = "` + jane + `"
` + profiles)
	return d
}

// profiles of a desk.
const profiles = `
[profile.prod]
role   = "` + admin + `"
region = "eu-west-1"

[profile.dev]
role    = "Dev"
account = "123456789012"

[profile.audit]
role = "Audit"

[profile.any]
`

// bareDesk is a desk without an org and without a configuration.
func bareDesk(t *testing.T, config aws.Config) *desk {
	t.Helper()
	server, err := aws.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	d := &desk{T: t, home: t.TempDir(), aws: server}
	d.env = append([]string{
		"HOME=" + d.home, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8", "SHELL=/bin/sh",
		"NO_PROXY=127.0.0.1",
	}, server.Environ()...)
	// The key of this desk's sessions is in the kernel's keyring.
	t.Cleanup(func() { d.run("logout", "--all", "--password", "--config", "/dev/null") })
	return d
}

func requireBrowser(t testing.TB) {
	t.Helper()
	found := false
	for _, name := range []string{"google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge", "brave-browser"} {
		_, err := exec.LookPath(name)
		found = found || err == nil
	}
	for _, path := range []string{"/Applications/Google Chrome.app", "/Applications/Chromium.app"} {
		_, err := os.Stat(path)
		found = found || err == nil
	}
	require.Part(t, "a browser", found, "install Chromium: apt-get install chromium, brew install --cask chromium")
}

func (d *desk) configure(text string) {
	d.Helper()
	path := filepath.Join(d.home, ".config", "stsx", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
}

// with is the desk with more in its environment.
func (d *desk) with(env ...string) *desk {
	more := *d
	more.env = append(append([]string{}, d.env...), env...)
	return &more
}

// signed is the desk with what an unattended sign-in needs: the password, and
// the code of now. A code is good once, so it is for one sign-in.
func (d *desk) signed() *desk {
	d.Helper()
	return d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.code(okta.GoogleTOTP))
}

func (d *desk) code(f okta.Factor) string {
	d.Helper()
	code, err := d.org.Code(jane, f)
	if err != nil {
		d.Fatal(err)
	}
	return code
}

// result is how a run ended.
type result struct {
	status int // exit status, -1 when a signal ended it
	signal syscall.Signal
	stdout string
	stderr string
}

func (r result) String() string {
	return fmt.Sprintf("status %d, signal %d\nstdout: %s\nstderr: %s", r.status, r.signal, r.stdout, r.stderr)
}

// run runs stsx without any terminal and with nothing on standard input.
func (d *desk) run(args ...string) result {
	d.Helper()
	return d.feed("", args...)
}

// feed is run with text on standard input.
func (d *desk) feed(stdin string, args ...string) result {
	d.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	command := d.command(ctx, args...)
	command.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.Fatalf("running stsx %q: %v", args, err)
	}
	if ctx.Err() != nil {
		d.Fatalf("stsx %q did not end within %s\nstdout: %s\nstderr: %s", args, limit, &stdout, &stderr)
	}
	r := result{status: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	if ws, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		r.signal = ws.Signal()
	}
	return r
}

// command is stsx in a session of its own, so that there is no /dev/tty.
func (d *desk) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, stsx, args...)
	command.Env, command.Dir = d.env, d.home
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return command
}

// expect fails the test unless r ended with status.
func (d *desk) expect(r result, status int) result {
	d.Helper()
	if r.status != status {
		d.Fatalf("want exit status %d, got %s", status, r)
	}
	return r
}

// says fails the test unless text holds each of parts.
func (d *desk) says(text string, parts ...string) {
	d.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			d.Errorf("want %q in:\n%s", part, text)
		}
	}
}

// words are the ways in which the org's page may put what it would put so in
// English: give them to terminal.expect.
func (d *desk) words(english string) []string {
	d.Helper()
	words, err := d.org.Words(english)
	if err != nil {
		d.Fatal(err)
	}
	return words
}

// quotes fails the test unless text holds each of parts in the language of the
// org: TestPages runs in several, so what Okta's page says is asserted with
// quotes, and what stsx says with says.
func (d *desk) quotes(text string, parts ...string) {
	d.Helper()
	for _, part := range parts {
		words := d.words(part)
		if !slices.ContainsFunc(words, func(one string) bool { return strings.Contains(text, one) }) {
			d.Errorf("want one of %q in:\n%s", words, text)
		}
	}
}

// count is how many events of kind the org logged.
func (d *desk) count(kind okta.Kind) int { return len(d.events(kind)) }

func (d *desk) events(kind okta.Kind) []okta.Event {
	var out []okta.Event
	for _, e := range d.org.Log() {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// clean fails the test if a run left a browser's profile behind.
func (d *desk) clean() {
	d.Helper()
	entries, err := os.ReadDir(filepath.Join(d.home, ".local", "state", "stsx", "browser"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		d.Fatal(err)
	}
	for _, e := range entries {
		d.Errorf("left behind: %s", e.Name())
	}
}
