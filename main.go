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
	"stsx/session/textfile"
	"stsx/session/tty"
	"stsx/session/vault"
)

// version is set by the linker.
var version = "(built from source)"

func main() {
	ctx, stop := process.UntilSignal()
	code := commands.Run(ctx, commands.System{
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
		Parents:          process.ParentNames,
		Self:             func() (string, error) { return process.OwnPath(os.Args[0]) },
		Find:             process.FindProgram,
		Replace:          process.Replace,
		Beside:           process.RunBeside,
		Die:              process.EndBySignal,
		Notify: func(title, text string) error {
			return process.ShowMessage(runtime.GOOS, os.Environ(), title, text)
		},
		Build: build,
	})
	stop()
	os.Exit(code)
}

// build makes the drivers. None of them does anything before it is used.
func build(s commands.Settings) (*commands.Kit, error) {
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
	begin := func(ctx context.Context, o session.Org, show bool) (*page, error) {
		return browse(ctx, o, show, filepath.Join(state, "browser"), terminal, record)
	}
	secretCommand := process.SecretCommand{Stderr: os.Stderr}
	driver := &okta.Driver{
		Browse: func(ctx context.Context, o session.Org, show bool) (okta.Page, error) {
			return opened[okta.Page](begin(ctx, o, show))
		},
		Bridge: func(ctx context.Context, p okta.Page, o session.Org, known []string) error {
			return form.Bridge{Ask: terminal, Org: o, Known: func(ctx context.Context) (bool, error) {
				return p.Visible(ctx, strings.Join(known, ", "))
			}}.Cross(ctx, p.(*page))
		},
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
		session.TypeForm: &form.Driver{Ask: terminal, Browse: func(ctx context.Context, o session.Org, show bool) (form.Page, error) {
			return opened[form.Page](begin(ctx, o, show))
		}},
	}
	client := awssts.New(os.Getenv)
	roles, names := vault.NewRoles(cache, time.Now), vault.NewNames(cache, time.Now)
	kit := &commands.Kit{
		Profiles: sync.OnceValues(func() (commands.Profiles, error) { return config.Load(path) }),
		Broker: &session.Broker{
			IdP: providers, STS: client, Store: store,
			Limits: vault.NewLimits(cache, time.Now), Roles: roles, Names: names, Ask: terminal, Now: time.Now,
		},
		Roles:    roles,
		Sessions: sessions{store},
		Jar:      store.Jar(),
		End:      driver.SignOut,
		Keeper:   keeper,
		Identity: client.Identity,
		File:     config.Editor{Path: path, Read: textfile.Read, Edit: textfile.Edit},
		Shared:   awsfile.Files{Getenv: os.Getenv, Home: home, Dir: filepath.Join(state, "saved")},
		Ask:      terminal,
		Close:    terminal.Close,
		Yield:    terminal.Yield,
		Endpoint: func(ctx context.Context, r session.Renewal) (commands.Endpoint, error) { return endpoint.Start(ctx, r) },
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

// describeOrg states what is configured, without names and addresses.
func describeOrg(record *bundle.Bundle, o session.Org, show bool) {
	record.Fact("type", o.Type)
	record.Fact("mfa", o.MFA)
	record.Fact("browser", fmt.Sprintf("%s, in a window: %t, without sandbox: %t", o.Browser, show, o.NoSandbox))
	record.Fact("remember", fmt.Sprint(o.Remember))
	record.Fact("timeout", o.Timeout.String())
	record.Fact("allowed hosts", fmt.Sprint(len(o.AllowedHosts)))
	record.Fact("username set", fmt.Sprint(o.Username != ""))
	record.Fact("password_command", fmt.Sprint(len(o.PasswordCommand) > 0))
	record.Fact("mfa_command", fmt.Sprint(len(o.MFACommand) > 0))
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

func browse(ctx context.Context, o session.Org, show bool, profiles string, terminal *tty.Terminal, record *bundle.Bundle) (*page, error) {
	describeOrg(record, o, show)
	path, err := browser.Find(o.BrowserPath, os.Getenv)
	if err != nil {
		return nil, err
	}
	options := browser.Options{Path: path, Visible: show, Left: session.ErrWindowClosed, NoSandbox: o.NoSandbox, ProfileRoot: profiles, Environ: os.Environ(), Say: terminal.Say}
	if record != nil {
		options.Trace = func(r browser.Request) { record.Request(r.Method, r.URL, r.Kind, r.Status, r.Trouble) }
	}
	b, err := browser.Launch(ctx, options)
	if err != nil {
		return nil, err
	}
	record.Fact("browser version", b.Product())
	// Where Okta Verify listens: of no use to others, and denied without a word in a headless browser.
	if err := b.AllowLoopback(ctx, o.Origin()); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	tab, err := b.Tab(ctx)
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return &page{Tab: tab, browser: b, record: record, user: o.Username}, nil
}

// opened is a page as a driver sees it; without one it is nil.
func opened[P any](p *page, err error) (out P, _ error) {
	if err != nil {
		return out, err
	}
	return any(p).(P), nil
}

// page makes a browser's tab an okta.Page and a form.Page.
type page struct {
	*browser.Tab
	browser *browser.Browser
	record  *bundle.Bundle
	user    string
	posted  string
}

func (p *page) Await(ctx context.Context, marks ...string) (int, error) {
	i, err := p.Tab.Await(ctx, marks...)
	if errors.Is(err, browser.ErrPosted) {
		p.take()
		return -1, nil
	}
	return i, err
}

// take is for when the tab says that the response was posted.
func (p *page) take() {
	if p.posted == "" {
		p.posted = (<-p.Tab.Posted()).SAMLResponse
	}
}

func (p *page) Posted() string { return p.posted }

func (p *page) Act(ctx context.Context, mark string, replies ...string) (okta.Reply, error) {
	return p.ActNth(ctx, mark, 0, replies...)
}

func (p *page) ActNth(ctx context.Context, mark string, n int, replies ...string) (okta.Reply, error) {
	reply, err := p.Tab.ActNth(ctx, mark, n, replies...)
	return okta.Reply(reply), err
}

func (p *page) Heard(ctx context.Context, replies ...string) (okta.Reply, error) {
	reply, err := p.Tab.Heard(ctx, replies...)
	return okta.Reply(reply), err
}

func (p *page) Document() okta.Reply { return okta.Reply(p.Tab.Document()) }

func (p *page) Fill(ctx context.Context, mark, text string, origins []string) error {
	p.record.Hide(text, "[typed]")
	err := p.Tab.Fill(ctx, mark, text, origins)
	var foreign *browser.OriginError
	if errors.As(err, &foreign) {
		return &session.OriginError{Got: foreign.Got, Want: origins[0]}
	}
	return err
}

func (p *page) Cookies(ctx context.Context, origin string) ([]session.Cookie, error) {
	got, err := p.Tab.Cookies(ctx, origin)
	out := make([]session.Cookie, len(got))
	for i, c := range got {
		out[i] = session.Cookie{
			Name: c.Name, Value: session.NewSecret(c.Value), Domain: c.Domain, Path: c.Path,
			Expires: c.Expires, Secure: c.Secure, HTTPOnly: c.HTTPOnly, SameSite: c.SameSite,
		}
	}
	return out, err
}

func (p *page) SetCookies(ctx context.Context, origin string, cookies []session.Cookie) error {
	set := make([]browser.Cookie, len(cookies))
	for i, c := range cookies {
		set[i] = browser.Cookie{
			Name: c.Name, Value: c.Value.Reveal(), Domain: c.Domain, Path: c.Path,
			Expires: c.Expires, Secure: c.Secure, HTTPOnly: c.HTTPOnly, SameSite: c.SameSite,
		}
	}
	return p.Tab.SetCookies(ctx, origin, set)
}

// Continue takes the sign-in over from another browser. That one is closed
// before the page is opened here, so that it is never open in two.
func (p *page) Continue(ctx context.Context, from okta.Page) error {
	place, err := from.(*page).Place(ctx)
	if err != nil {
		return err
	}
	if err := from.Close(); err != nil {
		return err
	}
	return p.Resume(ctx, place)
}

func (p *page) Close() error { return p.browser.Close() }

func (p *page) View(ctx context.Context) (form.View, error) {
	f, err := p.Form(ctx)
	v := form.View{Origin: f.Origin, Title: f.Title, Heads: f.Heads, Errors: f.Errors, Lines: f.Lines, More: f.More, Frames: f.Frames}
	for _, c := range f.Controls {
		v.Controls = append(v.Controls, form.Control(c))
	}
	return v, p.bridged(err)
}

func (p *page) Sketch(ctx context.Context) (string, error) {
	sketch, err := p.Tab.Sketch(ctx)
	return sketch, p.bridged(err)
}

func (p *page) Answer(ctx context.Context, control int, value any, origin string) error {
	if text, ok := value.(string); ok {
		p.record.Hide(text, "[typed]")
	}
	return p.bridged(p.Tab.Answer(ctx, control, value, origin))
}

func (p *page) Follow(ctx context.Context, control int, origin string) error {
	return p.bridged(p.Tab.Follow(ctx, control, origin))
}

// bridged is an error of the browser's as the bridge knows it.
func (p *page) bridged(err error) error {
	var foreign *browser.OriginError
	switch {
	case errors.Is(err, browser.ErrPosted):
		p.take()
		return form.ErrPosted
	case errors.Is(err, browser.ErrAbsent):
		return form.ErrGone
	case errors.Is(err, browser.ErrQuiet):
		return form.ErrQuiet
	case errors.Is(err, browser.ErrOff):
		return form.ErrOff
	case errors.As(err, &foreign):
		return &session.OriginError{Got: foreign.Got, Want: foreign.Want[0]}
	}
	return err
}

func (p *page) Record(ctx context.Context, name string) {
	if p.record == nil {
		return
	}
	outline, err := p.Outline(ctx)
	if err != nil {
		return // the page is gone, or is on its way to the next
	}
	png, _ := p.Screenshot(ctx, p.user) // an outline without a picture is worth keeping
	p.record.Screen(name, png, outline)
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
