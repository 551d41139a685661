// Package vault keeps what stsx remembers: sessions in sealed files, under a
// key that the OS keyring holds (and, on Linux, the kernel's keyring, so that
// a cached exec needs no D-Bus); passwords in the OS keyring; role durations,
// which are no secret, in a plain file.
//
// Against whom: the sealed files tell nothing to who has the disk, a backup or
// another uid. Any process of the same uid can ask the keyrings as stsx does;
// that is no boundary on the systems stsx runs on, and none is claimed.
package vault

import (
	"os"
	"path/filepath"
	"time"

	"stsx/session"
)

// Options say where a Store keeps things. Dir is needed; the rest has a
// sensible zero.
type Options struct {
	Dir     string                   // $XDG_STATE_HOME/stsx
	Keyring Keyring                  // nil = the operating system's
	Clock   func() time.Time         // nil = time.Now
	Warn    func(message string)     // told what went wrong without costing the caller anything; nil = nobody is
	Getenv  func(name string) string // where the D-Bus session's address is looked for; nil = os.Getenv
}

// Store implements session.SessionStore with files under Options.Dir. Its methods
// may be called by several goroutines and processes at once.
type Store struct {
	home     stateFolder
	keys     *keyChain
	keyring  *boundedKeyring
	now      func() time.Time
	uptime   func() (boot string, running time.Duration)
	warn     func(string)
	sessions *sealedFolder[keptSession]
	cookies  *sealedFolder[session.Remembered]
}

// New returns a Store. It touches neither the disk nor a keyring: the
// directory is made by the first write, a keyring is asked when needed.
func New(o Options) *Store {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Keyring == nil {
		o.Keyring = OSKeyring(o.Getenv)
	}
	if dir, err := filepath.Abs(o.Dir); err == nil {
		o.Dir = dir
	}
	s := &Store{
		home:    stateFolder(o.Dir),
		keyring: newBoundedKeyring(o.Keyring, keyringWait),
		now:     o.Clock,
		uptime:  readUptime,
		warn:    o.Warn,
	}
	s.keys = &keyChain{kernel: newKernelRing(o.Dir), keyring: s.keyring, home: s.home}
	s.sessions, s.cookies = s.newSessionFolder(), s.newCookieFolder()
	return s
}

// clock and warning are now and warn, also where a test sets those later.
func (s *Store) clock() time.Time        { return s.now() }
func (s *Store) showWarning(text string) { s.warn(text) }

// Passwords returns what keeps passwords in the same keyring. Sharing it
// means that a keyring that hangs is waited for once in a run, not twice.
func (s *Store) Passwords() *Passwords { return &Passwords{store: s} }
