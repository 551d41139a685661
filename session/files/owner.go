package files

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// OwnerError: a file or folder is another user's, or others can write to it, so
// that what is in it may be theirs, or what stsx writes there would be.
type OwnerError struct {
	Path string
	Why  string // "belongs to jane (uid 1000), and stsx runs as root (uid 0)"
	Cure string
}

func (e *OwnerError) Error() string { return e.Path + " " + e.Why }

// Hint says what to do about it.
func (e *OwnerError) Hint() string { return e.Cure }

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
