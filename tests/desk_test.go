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

// runLimit bounds one run of stsx: longer than its own two minutes for a sign-in,
// so that its error is seen rather than ours.
const runLimit = 150 * time.Second

// The person most tests are about, and the roles they have.
const (
	jane         = "jane@acme.example"
	janePassword = "correct horse battery staple ü'\"$"
	googleSecret = "JBSWY3DPEHPK3PXP"
	verifySecret = "KRSXG5CTMVRXEZLU"

	adminRole = "arn:aws:iam::123456789012:role/Admin"
	devRole   = "arn:aws:iam::123456789012:role/Dev"
	auditRole = "arn:aws:iam::210987654321:role/team/Audit"
)

// roleValues are role values as they stand in an assertion, in either order.
func roleValues() []string {
	return []string{
		adminRole + ",arn:aws:iam::123456789012:saml-provider/okta",
		"arn:aws:iam::123456789012:saml-provider/okta," + devRole,
		" " + auditRole + " , arn:aws:iam::210987654321:saml-provider/okta ",
	}
}

// janeUser is jane with a code generator and all her roles.
func janeUser() okta.User {
	return okta.User{Name: jane, Password: janePassword, GoogleTOTP: googleSecret, Roles: roleValues()}
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
		config.Users = []okta.User{janeUser()}
	}
	org, err := okta.Start(config)
	if errors.Is(err, okta.ErrNotThere) && os.Getenv("STSX_WIDGET") != "" {
		t.Skip(err) // make widget-matrix counts these
	}
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	return newDeskAt(t, org, aws.Config{Roles: map[string]aws.RoleConfig{adminRole: {MaxDuration: 4 * time.Hour}, devRole: {}, auditRole: {}}})
}

func newDeskAt(t *testing.T, org *okta.Org, config aws.Config) *desk {
	t.Helper()
	config.Certificates = []*x509.Certificate{org.Certificate()}
	d := newBareDesk(t, config)
	d.org = org
	d.writeConfig(`
[idp.acme]
url      = "` + org.EmbedURL() + `"
username = "` + jane + `"
` + deskProfiles)
	return d
}

// deskProfiles of a desk.
const deskProfiles = `
[profile.prod]
role   = "` + adminRole + `"
region = "eu-west-1"

[profile.dev]
role    = "Dev"
account = "123456789012"

[profile.audit]
role = "Audit"

[profile.any]
`

// newBareDesk is a desk without an org and without a configuration.
func newBareDesk(t *testing.T, config aws.Config) *desk {
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

func (d *desk) writeConfig(text string) {
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

// withPasswordAndCode is the desk with what an unattended sign-in needs: the password, and
// the code of now. A code is good once, so it is for one sign-in.
func (d *desk) withPasswordAndCode() *desk {
	d.Helper()
	return d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.factorCode(okta.GoogleTOTP))
}

func (d *desk) factorCode(f okta.Factor) string {
	d.Helper()
	code, err := d.org.Code(jane, f)
	if err != nil {
		d.Fatal(err)
	}
	return code
}

// runResult is how a run ended.
type runResult struct {
	status int // exit status, -1 when a signal ended it
	signal syscall.Signal
	stdout string
	stderr string
}

func (r runResult) String() string {
	return fmt.Sprintf("status %d, signal %d\nstdout: %s\nstderr: %s", r.status, r.signal, r.stdout, r.stderr)
}

// run runs stsx without any terminal and with nothing on standard input.
func (d *desk) run(args ...string) runResult {
	d.Helper()
	return d.runWithStdin("", args...)
}

// runWithStdin is run with text on standard input.
func (d *desk) runWithStdin(stdin string, args ...string) runResult {
	d.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
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
		d.Fatalf("stsx %q did not end within %s\nstdout: %s\nstderr: %s", args, runLimit, &stdout, &stderr)
	}
	r := runResult{status: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	if ws, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		r.signal = ws.Signal()
	}
	return r
}

// command is stsx in a session of its own, so that there is no /dev/tty.
func (d *desk) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, stsxPath, args...)
	command.Env, command.Dir = d.env, d.home
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return command
}

// wantStatus fails the test unless r ended with status.
func (d *desk) wantStatus(r runResult, status int) runResult {
	d.Helper()
	if r.status != status {
		d.Fatalf("want exit status %d, got %s", status, r)
	}
	return r
}

// wantText fails the test unless text holds each of parts.
func (d *desk) wantText(text string, parts ...string) {
	d.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			d.Errorf("want %q in:\n%s", part, text)
		}
	}
}

// oktaTexts are the ways in which the org's page may put what it would put so in
// English: give them to terminal.waitFor.
func (d *desk) oktaTexts(english string) []string {
	d.Helper()
	words, err := d.org.Words(english)
	if err != nil {
		d.Fatal(err)
	}
	return words
}

// wantOktaText fails the test unless text holds each of parts in the language of the
// org: TestPages runs in several, so what Okta's page says is asserted with
// wantOktaText, and what stsx says with wantText.
func (d *desk) wantOktaText(text string, parts ...string) {
	d.Helper()
	for _, part := range parts {
		words := d.oktaTexts(part)
		if !slices.ContainsFunc(words, func(one string) bool { return strings.Contains(text, one) }) {
			d.Errorf("want one of %q in:\n%s", words, text)
		}
	}
}

// countEvents is how many events of kind the org logged.
func (d *desk) countEvents(kind okta.Kind) int { return len(d.eventsOf(kind)) }

func (d *desk) eventsOf(kind okta.Kind) []okta.Event {
	var out []okta.Event
	for _, e := range d.org.Log() {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// wantNoBrowserProfile fails the test if a run left a browser's profile behind.
func (d *desk) wantNoBrowserProfile() {
	d.Helper()
	entries, err := os.ReadDir(filepath.Join(d.home, ".local", "state", "stsx", "browser"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		d.Fatal(err)
	}
	for _, e := range entries {
		d.Errorf("left behind: %s", e.Name())
	}
}
