// Package commands holds stsx's verbs: flags and arguments in, streams and an
// exit status out.
package commands

import (
	"context"
	"io"
	"strings"
	"time"

	"stsx/commands/doctor"
	"stsx/commands/process"
	"stsx/session"
)

// HostSystem is the process as the verbs see it: everything that main reads or
// does outside this program goes through here.
type HostSystem struct {
	Args    []string // without the program's name
	Environ []string // NAME=value
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Version string
	// Commit is what this program was built from: 40 hexadecimal digits, "" = built without git.
	Commit string
	// CommitDate is when that commit was made: RFC 3339, UTC; "" likewise.
	CommitDate string
	GOOS       string
	Now        func() time.Time
	// StdinIsTerminal tells whether a person types into Stdin.
	StdinIsTerminal bool
	// StdoutIsTerminal tells whether a person looks at Stdout.
	StdoutIsTerminal bool
	// StderrIsTerminal tells whether a person looks at Stderr.
	StderrIsTerminal bool
	// Processors is how many the machine has.
	Processors int
	// ParentNames is process.ParentNames.
	ParentNames func() func() (name string, ok bool)
	// ProcessNames is process.NamesFrom.
	ProcessNames func(pid int) func() (name string, ok bool)
	// OwnPath returns the path of this program, for a shell's rc file.
	OwnPath func() (string, error)
	// ReadFile returns what is in a file that has to be there.
	ReadFile func(path string) ([]byte, error)
	// FindProgram returns the file that name stands for, as a shell would.
	FindProgram func(name string) (string, error)
	// Replace starts argv with environ in place of this process and returns
	// only when that fails. Where a process can't be replaced it waits, and
	// returns a process.Ended with how the command ended.
	Replace func(path string, argv, environ []string) error
	// RunBeside starts argv with environ beside this process, passes signals on
	// to it, and returns a process.Ended when it has. Errors: that it could not be
	// started; ctx's cause if that ended before.
	RunBeside func(ctx context.Context, path string, argv, environ []string) error
	// EndBySignal ends this process by the signal that ended the command. It returns
	// when that can't be done.
	EndBySignal func(signal int)
	// EnterFolder is process.EnterFolder.
	EnterFolder func(dir string)
	// ShowMessage shows a message on the person's desktop.
	ShowMessage func(title, text string) error
	// BuildDrivers joins the drivers. With an error they are good for doctor alone.
	BuildDrivers func(Settings) (*Drivers, error)
}

// WithPrograms is s with the operating system's own ways to run, find and tell
// other programs. called is the name that this one was started by; beforeReplace
// is called right before another takes its place.
func (s HostSystem) WithPrograms(called string, beforeReplace func()) HostSystem {
	s.ParentNames, s.ProcessNames, s.FindProgram = process.ParentNames, process.NamesFrom, process.FindProgram
	s.RunBeside, s.EndBySignal, s.EnterFolder = process.RunBeside, process.EndBySignal, process.EnterFolder
	s.OwnPath = func() (string, error) { return process.OwnPath(called) }
	s.Replace = func(path string, argv, environ []string) error {
		beforeReplace()
		return process.Replace(path, argv, environ)
	}
	s.ShowMessage = func(title, text string) error { return process.ShowMessage(s.GOOS, s.Environ, title, text) }
	return s
}

// Getenv returns the value of name, "" when it is not set.
func (s HostSystem) Getenv(name string) string {
	for i := len(s.Environ) - 1; i >= 0; i-- {
		if key, value, _ := strings.Cut(s.Environ[i], "="); key == name || s.GOOS == "windows" && strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// Settings are the global flags, with what the environment says in their place.
type Settings struct {
	Config    string
	Verbose   bool
	Quiet     bool
	NoInput   bool
	Username  string
	MFA       string
	Browser   string
	Ask       string
	BrowserAt string
	// DebugBundle is the file to write what a sign-in looked like to; "" = none.
	DebugBundle string
	Role        string
	Duration    time.Duration
	Region      string
	Password    session.Secret
	MFACode     session.Secret
}

// Drivers is what a verb works with.
type Drivers struct {
	Profiles      func() (Profiles, error) // reads the configuration
	Broker        *session.Broker
	Roles         session.GrantedRoles
	Sessions      Sessions
	Jar           Jar
	EndRemembered func(ctx context.Context, r session.Remembered) error // closes a session at Okta that is remembered
	Keeper        session.PasswordKeeper
	Uses          UseLog
	AWSFiles      AWSFiles
	ConfigFile    Configuration
	OtherTools    OtherTools
	Identity      func(ctx context.Context, s session.Session) (session.CallerIdentity, error) // as STS says
	Ask           Prompter
	Sweep         func() // removes what sign-ins left that were killed
	Close         func() error
	Yield         func() error // is Close for good: the terminal is the command's
	Endpoints     Endpoints
	// Machine is what doctor looks at.
	Machine doctor.Machine
	// Bundle writes the debug bundle, with what the person was told of an
	// error; nil when none is wanted. It may be called again.
	Bundle func(said string) error

	// Console is the address that signs in to AWS's console with s.
	Console func(ctx context.Context, s session.Session, to session.ConsolePage) (session.Secret, error)
	// Browse opens an address in the person's own browser, for nobody else to see.
	Browse  func(ctx context.Context, address session.Secret) error
	Windows ConsoleWindows       // of console --isolated
	Names   session.AccountNames // nil: accounts have none
	// AccountNames asks AWS's sign-in page what the accounts of a are called.
	AccountNames func(ctx context.Context, a session.Assertion) (map[string]string, error)
}

// Prompter talks to the person at the terminal.
type Prompter interface {
	session.Prompter
	// ChooseMany lets options be ticked, one at least, and returns their indices in
	// order. Errors as Choose.
	ChooseMany(ctx context.Context, q session.Question, options []session.GroupedOption) ([]int, error)
	// HeldBecause says why a terminal that is there is not stsx's to ask on, "another
	// program is using this terminal"; "" where it is, or there is none.
	HeldBecause() string
}

// Endpoints are what hands out credentials on this machine.
type Endpoints interface {
	// Start hands a command those of one profile while it runs.
	Start(ctx context.Context, r session.Renewal) (session.CredentialServer, error)
	// Serve hands those of profiles to whoever may ask. Errors: *session.ServeError.
	Serve(ctx context.Context, q session.ServeRequest) (session.CredentialServer, error)
	// Fetch asks such a server at its socket for a profile's, "" = its only one's. agent
	// is the program that wants them. Errors: *session.ServeError, *session.ServedError.
	Fetch(ctx context.Context, socket, profile, agent string) (session.ServedCredentials, error)
}

// Profiles is the configuration.
type Profiles interface {
	Profile(name string) (session.Profile, error)
	Org(name string) (session.Org, error)
	Names() []string
	OrgNames() []string
}

// Configuration is the file that Profiles reads, as configure changes it.
type Configuration interface {
	// Tables are those that it has, none when it is not there.
	Tables() ([]session.Table, error)
	// Shared reads the tables of a shared configuration: a file or an address.
	Shared(ctx context.Context, from string) ([]session.Table, error)
	// Merge plans what tables add to the file.
	Merge(tables []session.Table) (session.ConfigChange, error)
	// Change plans edits of the file.
	Change(edits session.ConfigEdits) (session.ConfigChange, error)
	// Write writes what was planned, unless the file has changed since.
	Write(ctx context.Context, m session.ConfigChange) error
	// Export is the profiles named, or all, without what is a person's own.
	Export(names []string) (string, error)
	// CheckURL says why an address can't be an idp's.
	CheckURL(text string) error
	// AppLink is the link that somebody pasted, as an idp's url has it. The error says
	// why it can't be one.
	AppLink(text string) (string, error)
	// Advice is what to say of an address that does not look like an app's, "".
	Advice(text string) string
	// HomePage is the home page of the Okta organisation that a link is an address of; ""
	// where it looks like an app's, or is none of Okta's.
	HomePage(link string) string
}

// OtherTools are the configurations of other tools on this machine.
type OtherTools interface {
	// Read reads that of a tool of session.OtherTools; path "" is its usual place.
	Read(tool, path string) (session.ToolSettings, error)
	// Present are those that have profiles, at their usual places.
	Present() []session.ToolSettings
}

// Sessions is the store as status and logout see it.
type Sessions interface {
	List(ctx context.Context) ([]session.Session, error)
	// Delete forgets the sessions that match, and the cookies of orgs.
	Delete(ctx context.Context, match func(session.Session) bool, orgs ...session.Org) (sessions int, err error)
	// DeleteAll needs no key, and removes that too; keyToo says that a failure
	// to is an error.
	DeleteAll(ctx context.Context, keyToo bool) error
	// Where says where the sealing key and the passwords are kept.
	Where(ctx context.Context) (key, passwords string)
}

// AWSFiles is the credentials file that AWS's tools share.
type AWSFiles interface {
	// Earlier says where AWS's SDKs find credentials before they ask a container's
	// endpoint, "aws_access_key_id in [default] of PATH", and what to do about it; ""
	// when nowhere.
	Earlier() (what, cure string, err error)
	// Credentials is the file's path.
	Credentials() (string, error)
	// CheckSection says why a profile can't have that name in AWS's files.
	CheckSection(name string) error
	// CheckSave says whether Save would refuse that section.
	CheckSave(section string, force bool) error
	// Save writes s into section and returns the file's path. Errors name it.
	Save(ctx context.Context, section string, s session.Session, force bool) (path string, err error)
	// SavedNotes is what somebody has to know of what was saved: what AWS's tools use
	// before it, and who can read it.
	SavedNotes(section string) []string
	// ProcessNotes is what AWS's tools use before a command of such profiles.
	ProcessNotes(profiles []string) []string
	// Remove takes the session in section out; found tells whether there was one.
	Remove(ctx context.Context, section string) (path string, found bool, err error)
	// Forget takes out what was saved for the profiles that match, as far as it
	// still is there, and returns how many.
	Forget(ctx context.Context, match func(profile string) bool) (int, error)
	// OtherTool says how the AWS CLI signs in to a profile of the shared configuration that
	// is IAM Identity Center's or aws login's: what the profile is, and the command. "" when
	// it is neither, or the file can't be read.
	OtherTool(profile string) (what, command string)
	// Region is the region that AWS's configuration names where none is asked for, "".
	Region() string
	// Configure writes profiles into the shared configuration, all or none, and
	// returns its path and the difference; with dry it only returns them.
	Configure(ctx context.Context, profiles []session.AWSProfile, dry bool) (path, difference string, err error)
}

// UseLog is the record of which program got which credentials.
type UseLog interface {
	Add(ctx context.Context, u session.UseRecord) error
	// List is what it has, the oldest first.
	List() ([]session.UseRecord, error)
}

// Jar is what sign-ins left behind, as status and logout see it.
type Jar interface {
	session.CookieJar
	// List is what can be opened of it.
	List(ctx context.Context) ([]session.Remembered, error)
	// Dir is where it is kept.
	Dir() string
}
