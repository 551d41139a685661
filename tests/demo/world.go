//go:build unix

package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
)

// The person of the demo. None of this opens anything outside of it.
const (
	user     = "jane.roe@acme.example"
	password = "a-demo-password"
	totpSeed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

	provider  = "arn:aws:iam::123456789012:saml-provider/okta"
	developer = "arn:aws:iam::123456789012:role/Developer"
	admin     = "arn:aws:iam::123456789012:role/Admin"
	readOnly  = "arn:aws:iam::123456789012:role/ReadOnly"
)

// world is all that the demo runs in, and takes away at its end.
type world struct {
	home    string
	org     *okta.Org
	aws     *aws.Server
	proxy   *aws.Proxy
	hasMoto bool
	hasAWS  bool     // the AWS CLI
	environ []string // of what runs in the demo

	closers []func() error // run from the last to the first
}

func (w *world) open(ctx context.Context, stsx string) error {
	stsx, err := filepath.Abs(stsx)
	if err != nil {
		return err
	}
	if _, err := os.Stat(stsx); err != nil {
		return fmt.Errorf("looking for stsx: %w", err)
	}
	w.home, err = os.MkdirTemp("", "stsx-demo-") // 0700
	if err != nil {
		return fmt.Errorf("making a home directory: %w", err)
	}
	w.atClose(func() error { return os.RemoveAll(w.home) })
	if err := w.startServers(ctx); err != nil {
		return err
	}
	_, err = exec.LookPath("aws")
	w.hasAWS = err == nil
	w.environ = w.environment()
	for _, make := range []func() error{w.writeConfig, func() error { return w.linkCommands(stsx) }, w.servePhone, w.writeShellFiles} {
		if err := make(); err != nil {
			return err
		}
	}
	w.atClose(w.logoutAll)
	return ctx.Err()
}

// startServers starts the simulated org and AWS.
func (w *world) startServers(ctx context.Context) error {
	org, err := okta.Start(okta.Config{Users: []okta.User{{
		Name: user, Password: password, GoogleTOTP: totpSeed,
		Roles: []string{developer + "," + provider, admin + "," + provider, readOnly + "," + provider},
	}}})
	if err != nil {
		return err
	}
	w.org = org
	w.atClose(org.Close)
	config := aws.Config{
		Certificates: []*x509.Certificate{org.Certificate()},
		Roles:        map[string]aws.RoleConfig{developer: {}, admin: {}, readOnly: {}},
		TLS:          true,
	}
	soon, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	moto, err := aws.StartMoto(soon)
	switch {
	case err == nil:
		w.atClose(moto.Close)
		w.hasMoto = true
		config.Moto = moto.URL()
	case !errors.Is(err, aws.ErrNoMoto):
		return err
	}
	w.aws, err = aws.New(config)
	if err != nil {
		return err
	}
	w.atClose(w.aws.Close)
	// AWS's sign-in pages are known by their names only: all that is asked for by name is this AWS.
	w.proxy, err = aws.NewProxy(aws.ProxyConfig{Rest: w.aws.Addr()})
	if err != nil {
		return err
	}
	w.atClose(w.proxy.Close)
	return nil
}

// environment is the person's own, with another home and without what leads
// elsewhere: other credentials and settings of AWS and stsx, proxies, the person's
// browser and keyring, and what a shell would run at its start.
func (w *world) environment() []string {
	var env []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		lower := strings.ToLower(name)
		switch {
		case name == "STSX_BROWSER_PATH":
		case strings.HasPrefix(name, "AWS_"), strings.HasPrefix(name, "STSX_"), strings.HasPrefix(name, "XDG_") &&
			strings.HasSuffix(name, "_HOME"),
			lower == "http_proxy", lower == "https_proxy", lower == "all_proxy", lower == "no_proxy",
			slices.Contains([]string{"HOME", "PATH", "DBUS_SESSION_BUS_ADDRESS", "ENV", "BASH_ENV", "ZDOTDIR", "PROMPT_COMMAND", "PS1",
				"HISTFILE", "BROWSER",
				"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKE_TERMOUT", "MAKE_TERMERR"}, name):
			continue
		}
		env = append(env, entry)
	}
	env = append(env, w.aws.Environ()...)
	env = append(env,
		"HOME="+w.home,
		"PATH="+filepath.Join(w.home, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"XDG_CONFIG_HOME="+filepath.Join(w.home, ".config"),
		"XDG_STATE_HOME="+filepath.Join(w.home, ".local", "state"),
		"XDG_CACHE_HOME="+filepath.Join(w.home, ".cache"),
		"XDG_DATA_HOME="+filepath.Join(w.home, ".local", "share"),
		"HTTPS_PROXY="+w.proxy.URL(), "NO_PROXY=127.0.0.1,localhost",
		"BROWSER="+filepath.Join(w.home, "bin", browserName), terminalVariable+"="+terminalPath(),
		"AWS_PAGER=", // the second version of the AWS CLI would start one
		"ENV="+filepath.Join(w.home, ".shrc"),
	)
	// A command of Python that was installed for this user alone finds itself by
	// the home directory.
	if home, err := os.UserHomeDir(); err == nil && os.Getenv("PYTHONUSERBASE") == "" && runtime.GOOS == "linux" {
		env = append(env, "PYTHONUSERBASE="+filepath.Join(home, ".local"))
	}
	// stsx finds the bus of a desktop also without the variable.
	if _, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid())); err == nil {
		env = append(env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(w.home, "no-bus"))
	}
	return env
}

func (w *world) writeConfig() error {
	text := `[idp.acme]
url      = "` + w.org.EmbedURL() + `"
username = "` + user + `"

[profile.dev]
role   = "` + developer + `"
region = "eu-west-1"

[profile.prod]
role   = "` + admin + `"
region = "eu-west-1"

[profile.audit]
role   = "` + readOnly + `"
region = "eu-west-1"

[profile.any]                  # no role: stsx asks which
region = "eu-west-1"
`
	dir := filepath.Join(w.home, ".config", "stsx")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "config.toml"), []byte(text), 0o600)
}

// linkCommands puts stsx and the demo's own commands on PATH.
func (w *world) linkCommands(stsx string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	bin := filepath.Join(w.home, "bin")
	err = errors.Join(os.Mkdir(bin, 0o700), os.Symlink(stsx, filepath.Join(bin, "stsx")))
	for _, name := range []string{"totp", "sts", browserName, "osascript"} {
		err = errors.Join(err, os.Symlink(self, filepath.Join(bin, name)))
	}
	return err
}

// servePhone serves codes to the totp command.
func (w *world) servePhone() error {
	listener, err := net.Listen("unix", filepath.Join(w.home, phoneName))
	if err != nil {
		return fmt.Errorf("starting the phone: %w", err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			answerPhone(connection, w.org)
		}
	}()
	w.atClose(func() error {
		err := listener.Close()
		<-served
		return err
	})
	return nil
}

// logoutAll closes the sessions, so that the key which sealed them does not stay
// in the kernel's keyring. Elsewhere than on Linux the key is in a keyring that
// is the person's own whatever HOME says, and so it is left there.
func (w *world) logoutAll() error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	args := []string{"logout", "--all", "--quiet"}
	if runtime.GOOS == "linux" {
		args = append(args, "--password")
	}
	said, failed := w.runQuietly(ctx, args...)
	// Without an OS keyring, and the demo has none, --password ends as failed.
	// What counts is what is left.
	left, err := w.runQuietly(ctx, "status", "--json")
	if err != nil {
		return fmt.Errorf("looking for what logout left: %w: %s", err, left)
	}
	var report struct {
		Sessions []json.RawMessage
		Key      string `json:"session_key"`
	}
	if err := json.Unmarshal(left, &report); err != nil {
		return fmt.Errorf("reading stsx status: %w", err)
	}
	if len(report.Sessions) > 0 || report.Key == "kernel keyring" {
		return fmt.Errorf("stsx %s left something behind: %w: %s", strings.Join(args, " "), failed, said)
	}
	return nil
}

// runQuietly runs it out of sight.
func (w *world) runQuietly(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(w.home, "bin", "stsx"), append(args, "--no-input")...)
	cmd.Env = w.environ
	cmd.WaitDelay = time.Second
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return []byte(stderr.String()), err
	}
	return out, nil
}

func (w *world) atClose(close func() error) { w.closers = append(w.closers, close) }

func (w *world) close() error {
	var err error
	for _, close := range slices.Backward(w.closers) {
		err = errors.Join(err, close())
	}
	if len(w.closers) > 0 && err == nil {
		fmt.Fprintln(os.Stderr, "demo: the org and AWS are stopped, the sessions logged out, the home directory removed")
	}
	w.closers = nil
	return err
}
