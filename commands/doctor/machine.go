package doctor

import (
	"context"
	"sync"
	"time"

	"stsx/session"
)

// Machine is what is looked at. Its functions are the drivers' own: what is true of them is true of a sign-in.
type Machine struct {
	GOOS   string
	Getenv func(name string) string
	Now    func() time.Time

	Folders    []Folder // stsx's own
	ConfigPath string   // the configuration's file; "" = ConfigErr says why there is none
	ConfigErr  error
	Profiles   func() (Profiles, error)
	Granted    session.GrantedRoles

	ProbeBrowser   func(ctx context.Context, o session.Org) (session.BrowserProbe, error)
	BrowserOf      string // given by a flag or variable in place of the configuration's; "" = none is
	CountLeftovers func() int
	Sweep          func()
	Keyring        func(ctx context.Context) session.KeyringReport
	KernelKeyring  func() session.KeyringReport
	Proxies        func() (urls []string, err error)
	ReachOrg       func(ctx context.Context, o session.Org) (session.OrgReport, error)
	RegionOf       func(p session.Profile) (string, error)
	ReachSTS       func(ctx context.Context, region string) (session.ServerAnswer, error)
	CanAsk         func() bool // there is a terminal
	CanShow        func(ctx context.Context) error

	// UnreadableNotes says which of AWS's files the AWS CLI can't read.
	UnreadableNotes func() []string
	// EndedKeys names what stsx save wrote and has ended: "[prod] in PATH".
	EndedKeys   func(now time.Time) ([]string, error)
	RemoveEnded func(ctx context.Context, now time.Time) error
	// EarlierKeys is where AWS's SDKs find credentials before those of exec --refresh, as AWSFiles.Earlier.
	EarlierKeys func() (what, cure string, err error)

	Programs Programs
}

// Profiles is the configuration.
type Profiles interface {
	Profile(name string) (session.Profile, error)
	Org(name string) (session.Org, error)
	Names() []string
	OrgNames() []string
}

// Folder is a folder of stsx's own.
type Folder struct {
	Name     string // of its check
	Variable string // names another folder in its place, "XDG_STATE_HOME"
	Locks    bool   // stsx locks files there
	Dir      string // "" = Err says why there is none
	Err      error
}

// Checks are all checks of m, in the order in which they are shown.
func (m Machine) Checks() []Check {
	n := m.newNetwork()
	checks := []Check{
		{Name: "browser", Limit: browserLimit, Run: m.checkBrowser},
		{Name: "leftovers", Run: m.checkLeftovers},
		{Name: "keyring", Run: m.checkKeyring},
		{Name: "kernel keyring", Run: m.checkKernelKeyring},
	}
	for _, folder := range m.Folders {
		checks = append(checks, Check{Name: folder.Name, Run: folder.check})
	}
	return append(checks,
		Check{Name: "configuration", Run: m.checkConfiguration},
		Check{Name: "proxy", Run: m.checkProxy},
		Check{Name: "okta", Run: n.checkOrgs},
		Check{Name: "sts", Run: n.checkSTS},
		Check{Name: "tls", Run: n.checkTLS},
		Check{Name: "clock", Run: n.checkClock},
		Check{Name: "terminal", Run: m.checkTerminal},
		Check{Name: "shell hook", Run: m.Programs.checkHook},
		Check{Name: "path", Run: m.Programs.checkPath},
		Check{Name: "aws files", Run: m.checkAWSFiles},
		Check{Name: "refresh", Run: m.checkRefresh},
	)
}

// runOnce is f, run once however many checks ask for it.
func runOnce[T any](f func(ctx context.Context) T) func(ctx context.Context) T {
	var first sync.Once
	var value T
	return func(ctx context.Context) T {
		first.Do(func() { value = f(ctx) })
		return value
	}
}
