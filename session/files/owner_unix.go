//go:build unix

package files

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// CheckOwner refuses what belongs to another user: they could have put it
// there, and could take it back. Error: *OwnerError.
func CheckOwner(path string, info fs.FileInfo) error {
	if owner, ok := ownerOf(info); ok && owner != os.Geteuid() {
		return foreignError(path, owner, os.Geteuid())
	}
	return nil
}

// CheckFolder says, before anything is done there, whether dir is a folder of
// this user's own, or can be made one. It makes nothing. Refused is also what
// would be made in a folder of another user's, as with sudo -E in that user's
// home, and what a link of another user's leads to. Error: *OwnerError.
func CheckFolder(dir string) error {
	if err := checkLinks(dir); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err == nil {
		return CheckOwner(dir, info)
	}
	return checkParents(dir)
}

// checkParents refuses to make path where the folder that is there is another
// user's.
func checkParents(path string) error {
	for parent := filepath.Dir(path); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if err == nil && !isTrusted(info) {
			owner, _ := ownerOf(info)
			return foreignError(parent, owner, os.Geteuid())
		}
		if err == nil || parent == filepath.Dir(parent) {
			return nil
		}
	}
}

// CheckFile says whether a file that stsx obeys can only have been written by
// this user or by root. One that is not there is as it should be. Error:
// *OwnerError.
func CheckFile(path string) error {
	if err := checkLinks(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return checkWriters(path, info)
}

// checkWriters is CheckFile of a file that has been looked at, links apart.
func checkWriters(path string, info fs.FileInfo) error {
	if owner, ok := ownerOf(info); ok && owner != os.Geteuid() && owner != 0 {
		e := foreignError(path, owner, os.Geteuid())
		e.Cure = "use a file of your own (--config, STSX_CONFIG), or make this one yours with chown once you have read it"
		if os.Geteuid() == 0 {
			e.Cure = "run stsx without sudo, or use a configuration of root's (--config, STSX_CONFIG)"
		}
		return e
	}
	if info.Mode().Perm()&0o022 == 0 || !hasModes(path) {
		return nil
	}
	const then = "read it through, then: "
	if info.Mode().Perm()&0o002 != 0 {
		return &OwnerError{Path: path, Why: "can be written by every user of this machine", Cure: then + "chmod o-w " + path}
	}
	if who := listedWriter(path); who != "" {
		return &OwnerError{Path: path, Why: "can be written by " + who, Cure: then + "setfacl -b " + path}
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && !isOwnGroup(int(s.Gid)) {
		return &OwnerError{Path: path, Why: "can be written by the group " + groupName(int(s.Gid)), Cure: then + "chmod g-w " + path}
	}
	return nil
}

// CheckPlace says whether Edit may change or make the file at path: a new one in
// another user's folder would lock them out of it, as with sudo -E. Error:
// *OwnerError.
func CheckPlace(path string) error {
	target, err := linkTarget(path)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(target); err == nil {
		return nil
	}
	return checkParents(target)
}

// IsOpenToOthers reports whether other users can read the file at path.
func IsOpenToOthers(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o044 != 0 && hasModes(path)
}

// checkLinks refuses a path with a symbolic link of another user's in it, who
// could lead it elsewhere.
func checkLinks(path string) error {
	const mostLinks = 40 // as in Linux
	links := 0
	path, err := filepath.Abs(path)
	if err != nil {
		return nil
	}
	for at, rest := "/", strings.Split(path, "/"); len(rest) > 0; {
		next := filepath.Join(at, rest[0])
		rest = rest[1:]
		info, err := os.Lstat(next)
		if err != nil {
			return nil // nothing there, or nothing that can be looked at: whoever opens it will know
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		if !isTrusted(info) {
			owner, _ := ownerOf(info)
			e := foreignError(next, owner, os.Geteuid())
			e.Why = "leads elsewhere and " + e.Why
			return e
		}
		to, err := os.Readlink(next)
		if links++; err != nil || links > mostLinks {
			return nil
		}
		if filepath.IsAbs(to) {
			at = "/"
		}
		rest = append(strings.Split(to, "/"), rest...)
	}
	return nil
}

// isTrusted reports whether a file is this user's or root's.
func isTrusted(info fs.FileInfo) bool {
	owner, ok := ownerOf(info)
	return !ok || owner == os.Geteuid() || owner == 0 || owner == unmappedUser && isInUserNamespace()
}

// unmappedUser is whom Linux shows for users that a user namespace does not
// know: there, that is root's /home as well.
const unmappedUser = 65534

func isInUserNamespace() bool {
	text, err := os.ReadFile("/proc/self/uid_map")
	return err == nil && !strings.Contains(string(text), "4294967295")
}

func ownerOf(info fs.FileInfo) (uid int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

// canKeepOwner reports whether a new file can have the old one's owner.
func canKeepOwner(old fs.FileInfo) bool {
	owner, ok := ownerOf(old)
	return !ok || os.Geteuid() == 0 || owner == os.Geteuid()
}

// keepOwner gives the new file the old one's owner, as root under sudo can;
// anybody else's is their own already.
func keepOwner(f *os.File, old fs.FileInfo) error {
	if old == nil || os.Geteuid() != 0 {
		return nil
	}
	if s, ok := old.Sys().(*syscall.Stat_t); ok {
		return f.Chown(int(s.Uid), int(s.Gid))
	}
	return nil
}

// syncFolder makes a rename in dir last. Where a folder can't be synced there
// is nothing more to do.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		f.Close()
	}
}

// foreignError says that path is owner's, and what to do, for a process of self.
func foreignError(path string, owner, self int) *OwnerError {
	e := &OwnerError{Path: path, Why: fmt.Sprintf("belongs to %s, and stsx runs as %s", userName(owner), userName(self))}
	switch {
	case self == 0:
		e.Cure = "run stsx without sudo, or set HOME and the XDG_*_HOME variables to folders of root's"
	case owner == 0:
		e.Cure = fmt.Sprintf("if sudo stsx left it there, give it back: sudo chown -R %d %s", self, path)
	default:
		e.Cure = "set HOME, or the XDG_*_HOME variable that leads there, to a folder of your own"
	}
	return e
}

// isOwnGroup reports a group that lets nobody write who could not already: root's,
// or the one of this user's own, as many systems make for each user.
func isOwnGroup(gid int) bool {
	if gid == 0 {
		return true
	}
	g, err := user.LookupGroupId(strconv.Itoa(gid))
	u, errUser := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil || errUser != nil {
		return gid == os.Geteuid()
	}
	return g.Name == u.Username
}

// groupName is a group as a person knows it: "staff (gid 20)".
func groupName(gid int) string {
	number := "gid " + strconv.Itoa(gid)
	if g, err := user.LookupGroupId(strconv.Itoa(gid)); err == nil {
		return g.Name + " (" + number + ")"
	}
	return number
}

// userName is a user as a person knows them: "jane (uid 1000)".
func userName(uid int) string {
	number := "uid " + strconv.Itoa(uid)
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username + " (" + number + ")"
	}
	return number
}

// isInUse is false: a file that is open can be opened and removed all the same.
func isInUse(error) bool { return false }
