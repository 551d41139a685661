package doctor

import (
	"context"
	"errors"
	"fmt"

	"stsx/session/files"
)

// littleSpace is what a folder should have left, in bytes; a browser's profile takes some megabytes.
const littleSpace = 64 << 20

// check tries the folder as stsx uses it.
func (f Folder) check(context.Context) Finding {
	if f.Dir == "" {
		return findingOf(Fail, f.Err, "set HOME or "+f.Variable)
	}
	if f.Err != nil {
		return findingOf(Fail, f.Err, "make the folder yours")
	}
	s, err := files.Examine(f.Dir)
	var folder *files.FolderError
	if errors.As(err, &folder) {
		return Finding{Status: Fail, Text: fmt.Sprintf("nothing can be written in %s: %v", folder.Dir, folder.Err),
			Cure: "make room there, or make it writable, or set " + f.Variable + " to another folder"}
	}
	if err != nil {
		return findingOf(Fail, err, "run ls -ld "+s.At)
	}
	all := []Finding{{Status: OK, Text: f.describe(s)}}
	if s.Mode != 0 {
		all = append(all, Finding{
			Status: Warn, Text: fmt.Sprintf("%s is open to other users (mode %04o)", f.Dir, s.Mode), Cure: "run chmod 700 " + f.Dir,
			Repair: &Repair{
				"closing " + f.Dir + " to other users (chmod 700)",
				func(context.Context) error { return files.MakePrivate(f.Dir) },
			},
		})
	}
	if s.NoLocks && f.Locks {
		all = append(all, Finding{
			Status: Warn, Text: "the file system of " + s.At + " has no locks: stsx runs that start at once may each sign in",
			Cure: "set " + f.Variable + " to a folder on a local disk",
		})
	}
	if s.HasFree && s.Free < littleSpace {
		all = append(all, Finding{Status: Warn, Text: fmt.Sprintf("%d MB are free in %s", s.Free>>20, s.At), Cure: "free some space there"})
	}
	return mergeFindings(all...)
}

func (f Folder) describe(s files.FolderReport) string {
	text := f.Dir + " is yours, can be written"
	if !s.NoLocks {
		text += " and locked"
	}
	if s.At != f.Dir {
		text = f.Dir + " is not there yet, and can be made"
	}
	if s.HasFree {
		text += ", " + fmt.Sprint(s.Free>>20) + " MB free"
	}
	return text
}
