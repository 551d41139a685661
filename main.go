// Command stsx signs in to Okta with a headless browser, assumes an AWS role
// and runs a command with the credentials in its environment and nowhere else.
//
// This file joins the parts and is the only one that names concrete drivers.
package main

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/mattn/go-isatty"

	"stsx/commands"
	"stsx/commands/doctor"
	"stsx/commands/process"
	"stsx/session"
	"stsx/session/awsfile"
	"stsx/session/awssts"
	"stsx/session/browser"
	"stsx/session/bundle"
	"stsx/session/config"
	"stsx/session/desktop"
	"stsx/session/endpoint"
	"stsx/session/files"
	"stsx/session/form"
	"stsx/session/migrate"
	"stsx/session/okta"
	"stsx/session/tty"
	"stsx/session/vault"
)

// The linker sets these.
var version, commit, date = "(built from source)", "", ""

func main() {
	allowDumps := process.ForbidDumps()
	ctx, stop := process.UntilSignal()
	code := commands.Run(ctx, commands.HostSystem{
		Args: os.Args[1:], Environ: os.Environ(), Version: version, Commit: commit, CommitDate: date, GOOS: runtime.GOOS,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, Processors: runtime.NumCPU(), ReadFile: files.ReadGiven,
		StdinIsTerminal: isatty.IsTerminal(os.Stdin.Fd()), BuildDrivers: build,
		StdoutIsTerminal: isatty.IsTerminal(os.Stdout.Fd()) || isatty.IsCygwinTerminal(os.Stdout.Fd()),
		StderrIsTerminal: isatty.IsTerminal(os.Stderr.Fd()) || isatty.IsCygwinTerminal(os.Stderr.Fd()),
	}.WithPrograms(os.Args[0], allowDumps))
	stop()
	os.Exit(code)
}

// build makes the drivers. None of them does anything before it is used. With an error they are good for doctor alone.
func build(s commands.Settings) (*commands.Drivers, error) {
	environ := process.WithoutSecrets(os.Environ())
	home, _ := os.UserHomeDir() // "" without one: only what needs it fails
	state, errState := files.BaseFolder(os.Getenv, "XDG_STATE_HOME", home, ".local", "state")
	cache, errCache := files.BaseFolder(os.Getenv, "XDG_CACHE_HOME", home, ".cache")
	path, errPath := config.Path(s.Config, os.Getenv, home, runtime.GOOS)
	record, errRecord := bundle.Start(s.DebugBundle, time.Now, version, os.Getenv)
	folders := []doctor.Folder{{Name: "state folder", Variable: "XDG_STATE_HOME", Locks: true, Dir: state, Err: errState},
		{Name: "cache folder", Variable: "XDG_CACHE_HOME", Dir: cache, Err: errCache}}
	nowhere := filepath.Join(os.TempDir(), "stsx-doctor") // without a HOME, and nothing is there
	state, cache = cmp.Or(state, nowhere), cmp.Or(cache, nowhere)
	record.Hide(s.Password, "[password]")
	record.Hide(s.MFACode, "[code]")
	record.Hide(session.NewSecret(s.Username), "[username]")
	terminal := tty.New(tty.Options{NoInput: s.NoInput, Quiet: s.Quiet, Stderr: os.Stderr, Getenv: os.Getenv})
	store := vault.New(vault.Options{Dir: state, Warn: terminal.Say})
	launcher := browser.Launcher{ProfileRoot: filepath.Join(state, "browser"), Environ: environ, Getenv: os.Getenv, Say: terminal.Say}
	if record != nil {
		launcher.Record = record
	}
	secretCommand := process.SecretCommand{Environ: environ, Stderr: os.Stderr}
	codes := session.CodeSource{Given: s.MFACode, Run: secretCommand.FirstLine, Ask: terminal, Tick: session.PauseSecond}
	client, driver := awssts.New(os.Getenv), &okta.Driver{
		Browse: launcher.OpenPage, Bridge: form.Bridge{Ask: terminal}.Cross,
		Passwords: session.PasswordSource{Given: s.Password, Keeper: store.Passwords(), Run: secretCommand.FirstLine, Ask: terminal},
		Codes:     func() *session.CodeSource { fresh := codes; return &fresh },
		Choices:   vault.NewFactorChoices(cache, time.Now), Ask: terminal, Jar: store.Jar(), Consumer: browser.IsConsumer,
		Getenv: os.Getenv, CanShow: func() error { return browser.CanShow(context.Background(), runtime.GOOS, os.Getenv) },
	}
	if s.Verbose {
		driver.Note = terminal.Say
		driver.Keep = func(png []byte) (string, error) { return bundle.SavePicture(state, png) }
	}
	roles, names := vault.NewRoleCache(cache, time.Now), vault.NewAccountNames(cache, time.Now)
	anyProvider := &form.Driver{Ask: terminal, Browse: launcher.OpenPage, CanShow: driver.CanShow}
	screen := desktop.Desktop{GOOS: runtime.GOOS, Environ: environ, CanShow: driver.CanShow}
	aws := awsfile.Files{Getenv: os.Getenv, Home: home, AccountHome: files.AccountHome(home), Dir: filepath.Join(state, "saved")}
	kit := &commands.Drivers{
		Profiles: func() (commands.Profiles, error) { return config.Load(path) },
		Broker: &session.Broker{
			IdP: session.Providers{session.TypeOkta: driver, session.TypeForm: anyProvider}, STS: client, Store: store, Windows: store,
			Check: client.CheckProfile, Limits: vault.NewDurationCache(cache, time.Now), Roles: roles, Names: names,
			Ask: terminal, Now: time.Now,
		},
		Roles: roles, Names: names, AccountNames: client.AccountNames, Sessions: store, Jar: store.Jar(),
		Keeper: store.Passwords(), Uses: vault.NewUseLog(state), EndRemembered: driver.SignOut, Identity: client.Identity,
		Windows: desktop.ConsoleWindows{Desktop: screen, Dir: filepath.Join(state, "consoles"), Find: launcher.FindForWindow},
		Console: client.Console, Browse: screen.Open, Endpoints: endpoint.Local{Getenv: os.Getenv, State: state},
		ConfigFile: config.Editor{Path: path}, OtherTools: migrate.Files{Getenv: os.Getenv, Home: home, GOOS: runtime.GOOS},
		AWSFiles: aws, Ask: terminal, Sweep: launcher.Sweep, Close: terminal.Close, Yield: terminal.Yield,
	}
	kit.Machine = doctor.Machine{
		GOOS: runtime.GOOS, Getenv: os.Getenv, Now: time.Now, Folders: folders, ConfigPath: path, ConfigErr: errPath,
		Profiles: sync.OnceValues(func() (doctor.Profiles, error) { return config.Load(path) }), Granted: roles,
		ProbeBrowser: launcher.Probe, BrowserOf: s.BrowserAt, Sweep: launcher.Sweep, CountLeftovers: launcher.CountLeftovers,
		Keyring: store.ExamineKeyring, KernelKeyring: store.ExamineKernelKeyring, Proxies: launcher.ProxyServers,
		ReachOrg: okta.Reach, RegionOf: client.RegionOf, ReachSTS: client.Reach, CanAsk: terminal.Interactive,
		CanShow:   func(ctx context.Context) error { return browser.CanShow(ctx, runtime.GOOS, os.Getenv) },
		EndedKeys: aws.Ended, RemoveEnded: aws.RemoveEnded, EarlierKeys: aws.Earlier, UnreadableNotes: aws.UnreadableNotes,
	}
	if record != nil {
		driver.Record, kit.Bundle = record, record.WriteZip
	}
	return kit, cmp.Or(errState, errCache, errPath, errRecord)
}
