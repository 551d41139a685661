package browser

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"stsx/session/files"
)

// A profile is a run's own user data directory. Beside run-X lies run-X.lock, held as long as the run lives and let go by
// the system when it dies, so that the next run can tell leftovers from neighbours. The lock lies beside and not within,
// because it has to be the last thing to go.
type runProfile struct {
	dir  string
	lock *files.Lock
}

const (
	profilePrefix = "run-"
	lockSuffix    = ".lock"
)

// profilePreferences keep a visible browser from offering to save the Okta password, and from translating; and any from
// fetching a dictionary from Google to check the spelling of what is typed. Off the record, cookies of frames are let be too.
const profilePreferences = `{"credentials_enable_service":false,"credentials_enable_autosignin":false,` +
	`"profile":{"cookie_controls_mode":0,"password_manager_enabled":false,"password_manager_leak_detection":false,` +
	`"default_content_setting_values":{"notifications":2}},` +
	`"autofill":{"profile_enabled":false,"credit_card_enabled":false},"translate":{"enabled":false},` +
	`"intl":{"accept_languages":"en-US,en","selected_languages":"en-US,en"},"signin":{"allowed":false},` +
	`"browser":{"enable_spellchecking":false},"spellcheck":{"dictionaries":[]},` +
	`"search":{"suggest_enabled":false},"safebrowsing":{"enabled":false},"net":{"network_prediction_options":2}}`

// openProfile makes a profile where o wants it; where nothing can be written there, as in a read-only home, or locked, as on
// NFS, in the folder for temporary files.
func openProfile(o Options) (*runProfile, error) {
	profile, err := newProfile(profileRoot(o.Path, o.ProfileRoot, o.Environ))
	if err == nil || runtime.GOOS == "windows" || !isUnwritable(err) {
		return profile, err
	}
	elsewhere := tempProfileRoot(o.Environ)
	profile, failed := newProfile(elsewhere)
	if failed != nil {
		return nil, errors.Join(err, failed)
	}
	o.Say(fmt.Sprintf("the browser's profile is in %s, because it can't be in the state folder: %v", elsewhere, err))
	return profile, nil
}

// tempProfileRoot is where profiles are that can't be in the state folder: in the folder for temporary files.
func tempProfileRoot(environ []string) string {
	temp := lookupVariable(environ, "TMPDIR")
	switch {
	case runtime.GOOS == "windows":
		temp = os.TempDir()
	case !filepath.IsAbs(temp):
		temp = "/tmp"
	}
	return filepath.Join(temp, fmt.Sprintf("stsx-browser-%d", os.Geteuid()))
}

// isUnwritable says whether it is the place that something can't be written to, or locked in.
func isUnwritable(err error) bool {
	for _, reason := range []error{fs.ErrPermission, syscall.EROFS, syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, reason) {
			return true
		}
	}
	return files.HasNoLocks(err)
}

// newProfile sweeps root and makes a directory there that no other run touches.
func newProfile(root string) (*runProfile, error) {
	if err := files.MakePrivate(root); err != nil {
		return nil, err
	}
	SweepProfiles(root)
	for {
		dir := filepath.Join(root, profilePrefix+strings.ToLower(rand.Text()[:12]))
		lock, err := files.TryLock(dir + lockSuffix)
		if err != nil {
			os.Remove(dir + lockSuffix)
			return nil, fmt.Errorf("locking %s: %w", dir+lockSuffix, err)
		}
		if lock == nil { // a sweeper was faster: it takes a lock nobody holds yet for a leftover
			continue
		}
		p := &runProfile{dir: dir, lock: lock}
		settings := filepath.Join(p.dir, "Default")
		if err := errors.Join(files.MakePrivate(p.dir), files.MakePrivate(settings)); err != nil {
			return nil, errors.Join(err, p.remove())
		}
		if err := files.Replace(filepath.Join(settings, "Preferences"), []byte(profilePreferences)); err != nil {
			return nil, errors.Join(err, p.remove())
		}
		return p, nil
	}
}

// remove deletes the directory, then its lock. If the directory resists, the
// next run's sweep finds it.
func (p *runProfile) remove() error {
	if err := removeAll(p.dir); err != nil {
		p.lock.Release()
		return fmt.Errorf("removing the browser's profile: %w", err)
	}
	p.lock.Remove()
	return nil
}

// removeAll tries for a while: a process that was just killed may still be on its last write, and Windows lets go late.
func removeAll(dir string) (err error) {
	for wait := time.Millisecond; wait < time.Second; wait *= 2 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(wait)
	}
	return err
}

// SweepProfiles removes what dead runs left below root, as far as it can: what can't be removed now is tried again by the
// next. Without such a folder, or when it is another user's, it does nothing. With nothing left there it takes no time.
func SweepProfiles(root string) {
	eachLeftover(root, func(dir string, lock *files.Lock) {
		if os.RemoveAll(dir) == nil && lock != nil {
			lock.Remove()
		}
	})
}

// Sweep is SweepProfiles of the launcher's profiles.
func (l Launcher) Sweep() { SweepProfiles(l.ProfileRoot) }

// CountLeftovers is how many profiles of dead runs Sweep would remove.
func (l Launcher) CountLeftovers() (n int) {
	eachLeftover(l.ProfileRoot, func(string, *files.Lock) { n++ })
	return n
}

// eachLeftover calls found for each profile that a dead run left below root, with its lock held where it has one.
func eachLeftover(root string, found func(dir string, lock *files.Lock)) {
	info, err := os.Lstat(root)
	if err != nil || !info.IsDir() || files.CheckOwner(root, info) != nil {
		return
	}
	entries, _ := os.ReadDir(root)
	for _, entry := range entries {
		name, isLock := strings.CutSuffix(entry.Name(), lockSuffix)
		if !strings.HasPrefix(name, profilePrefix) {
			continue
		}
		dir := filepath.Join(root, name)
		if !isLock {
			// A directory is made after its lock and removed before it: without one it is nobody's.
			if _, err := os.Lstat(dir + lockSuffix); errors.Is(err, fs.ErrNotExist) {
				found(dir, nil)
			}
			continue
		}
		lock, err := files.TryLockLeft(dir + lockSuffix)
		if err != nil || lock == nil {
			continue
		}
		found(dir, lock)
		lock.Release()
	}
}
