// Command stsx signs in to Okta with a headless browser, assumes an AWS role
// and runs a command with the credentials in its environment and nowhere else.
//
// This file joins the parts and is the only one that names concrete drivers.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"

	"stsx/commands"
	"stsx/commands/process"
	"stsx/session"
	"stsx/session/awsfile"
	"stsx/session/awssts"
	"stsx/session/browser"
	"stsx/session/bundle"
	"stsx/session/config"
	"stsx/session/desktop"
	"stsx/session/endpoint"
	"stsx/session/form"
	"stsx/session/okta"
	"stsx/session/tty"
	"stsx/session/vault"
)

// version is set by the linker.
var version = "(built from source)"

func main() {
	ctx, stop := process.UntilSignal()
	code := commands.Run(ctx, commands.HostSystem{
		Args:             os.Args[1:],
		Environ:          os.Environ(),
		Stdin:            os.Stdin,
		Stdout:           os.Stdout,
		Stderr:           os.Stderr,
		Version:          version,
		GOOS:             runtime.GOOS,
		Now:              time.Now,
		StdinIsTerminal:  isatty.IsTerminal(os.Stdin.Fd()),
		StdoutIsTerminal: isatty.IsTerminal(os.Stdout.Fd()) || isatty.IsCygwinTerminal(os.Stdout.Fd()),
		StderrIsTerminal: isatty.IsTerminal(os.Stderr.Fd()) || isatty.IsCygwinTerminal(os.Stderr.Fd()),
		Processors:       runtime.NumCPU(),
		ParentNames:      process.ParentNames,
		OwnPath:          func() (string, error) { return process.OwnPath(os.Args[0]) },
		FindProgram:      process.FindProgram,
		Replace:          process.Replace,
		RunBeside:        process.RunBeside,
		EndBySignal:      process.EndBySignal,
		ShowMessage: func(title, text string) error {
			return process.ShowMessage(runtime.GOOS, os.Environ(), title, text)
		},
		BuildDrivers: build,
	})
	stop()
	os.Exit(code)
}

// build makes the drivers. None of them does anything before it is used.
func build(s commands.Settings) (*commands.Drivers, error) {
	home, _ := os.UserHomeDir() // "" without one: only what needs it fails
	state, err := directory("XDG_STATE_HOME", home, ".local", "state")
	if err != nil {
		return nil, err
	}
	cache, err := directory("XDG_CACHE_HOME", home, ".cache")
	if err != nil {
		return nil, err
	}
	path, err := config.Path(s.Config, os.Getenv, home, runtime.GOOS)
	if err != nil {
		return nil, err
	}
	var record *bundle.Bundle
	if s.DebugBundle != "" {
		record = bundle.New(s.DebugBundle, time.Now)
		if err := record.Check(); err != nil {
			return nil, err
		}
		describe(record, s)
	}
	terminal := tty.New(tty.Options{NoInput: s.NoInput, Quiet: s.Quiet, Stderr: os.Stderr, Getenv: os.Getenv})
	store := vault.New(vault.Options{Dir: state, Warn: terminal.Say})
	keeper := keeper{store.Passwords(), store}
	launcher := browser.Launcher{ProfileRoot: filepath.Join(state, "browser"), Environ: os.Environ(), Getenv: os.Getenv, Say: terminal.Say}
	if record != nil {
		launcher.Record = record
	}
	secretCommand := process.SecretCommand{Stderr: os.Stderr}
	driver := &okta.Driver{
		Browse:    launcher.OpenPage,
		Bridge:    form.Bridge{Ask: terminal}.Cross,
		Passwords: session.PasswordSource{Given: s.Password, Keeper: keeper, Run: secretCommand.FirstLine, Ask: terminal},
		Codes: func() *session.CodeSource {
			return &session.CodeSource{Given: s.MFACode, Run: secretCommand.FirstLine, Ask: terminal, Tick: tick}
		},
		Choices:  vault.NewChoices(cache, time.Now),
		Ask:      terminal,
		Jar:      store.Jar(),
		Consumer: browser.IsConsumer,
		Getenv:   os.Getenv,
		CanShow:  func() error { return browser.CanShow(context.Background(), runtime.GOOS, os.Getenv) },
	}
	if s.Verbose {
		driver.Note = terminal.Say
		driver.Keep = func(png []byte) (string, error) { return keepPicture(state, png) }
	}
	providers := session.Providers{
		session.TypeOkta: driver,
		session.TypeForm: &form.Driver{Ask: terminal, Browse: launcher.OpenPage},
	}
	client := awssts.New(os.Getenv)
	roles, names := vault.NewRoles(cache, time.Now), vault.NewNames(cache, time.Now)
	kit := &commands.Drivers{
		Profiles: sync.OnceValues(func() (commands.Profiles, error) { return config.Load(path) }),
		Broker: &session.Broker{
			IdP: providers, STS: client, Store: store,
			Limits: vault.NewLimits(cache, time.Now), Roles: roles, Names: names, Ask: terminal, Now: time.Now,
		},
		Roles:         roles,
		Sessions:      sessions{store},
		Jar:           store.Jar(),
		EndRemembered: driver.SignOut,
		Keeper:        keeper,
		Identity:      client.Identity,
		ConfigFile:    config.Editor{Path: path},
		AWSFiles:      awsfile.Files{Getenv: os.Getenv, Home: home, Dir: filepath.Join(state, "saved")},
		Ask:           terminal,
		Close:         terminal.Close,
		Yield:         terminal.Yield,
		Endpoint:      func(ctx context.Context, r session.Renewal) (commands.Endpoint, error) { return endpoint.Start(ctx, r) },
	}
	kit.Names, kit.AccountNames, kit.Console = names, client.AccountNames, client.Console
	kit.Browse = desktop.Desktop{GOOS: runtime.GOOS, Environ: os.Environ(), CanShow: driver.CanShow}.Open
	if record != nil {
		driver.Record, kit.Bundle = record, record.Write
	}
	return kit, nil
}

// describe states what is known before any sign-in.
func describe(record *bundle.Bundle, s commands.Settings) {
	record.Hide(s.Password.Reveal(), "[password]")
	record.Hide(s.MFACode.Reveal(), "[code]")
	record.Hide(s.Username, "[username]")
	record.Fact("stsx", version)
	record.Fact("go", runtime.Version())
	record.Fact("system", runtime.GOOS+"/"+runtime.GOARCH)
	var set []string
	for _, name := range []string{
		"AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "DISPLAY", "HTTPS_PROXY", "NO_PROXY", "SSH_CONNECTION", "STSX_BROWSER_PATH",
		"STSX_CONFIG", "STSX_MFA_CODE", "STSX_PASSWORD", "STSX_PROFILE", "STSX_USERNAME", "WAYLAND_DISPLAY", "http_proxy", "https_proxy", "no_proxy",
	} {
		if os.Getenv(name) != "" {
			set = append(set, name)
		}
	}
	record.Fact("set variables", strings.Join(set, " "))
}

// directory is stsx's folder under an XDG base directory. A relative value
// counts as none, as the XDG specification says.
func directory(variable, home string, otherwise ...string) (string, error) {
	base := os.Getenv(variable)
	if !filepath.IsAbs(base) {
		if home == "" {
			return "", fmt.Errorf("neither HOME nor %s is set: stsx does not know where to keep its files", variable)
		}
		base = filepath.Join(append([]string{home}, otherwise...)...)
	}
	return filepath.Join(base, "stsx"), nil
}

// keeper is the keyring and the record of refused passwords, which the vault
// keeps apart.
type keeper struct {
	*vault.Passwords
	*vault.Store
}

// sessions is the vault's store as the verbs see it.
type sessions struct{ *vault.Store }

func (s sessions) List(ctx context.Context) ([]session.Session, error) {
	kept, err := s.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]session.Session, len(kept))
	for i, k := range kept {
		out[i] = k.Session
	}
	return out, nil
}

// tick waits a second.
func tick(ctx context.Context) error {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// keepPicture stores the picture of a page for its owner only; the next one
// takes its place.
func keepPicture(dir string, png []byte) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "page.png")
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	return path, os.WriteFile(path, png, 0o600)
}
