//go:build unix

package files

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const stranger = 12345

// giveAway gives path, or the link at path, to another user.
func giveAway(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	if err := os.Lchown(path, stranger, stranger); err != nil {
		t.Fatal(err)
	}
}

func makeDirs(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

func TestCheckFolder(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, root string)
		dir     string // below root
		refused string // below root
	}{
		"fresh":                {func(*testing.T, string) {}, "home/.local/state/stsx", ""},
		"mine":                 {func(t *testing.T, root string) { makeDirs(t, root+"/stsx") }, "stsx", ""},
		"mine, through a link": {func(t *testing.T, root string) { makeDirs(t, root+"/real"); link(t, "real", root+"/stsx") }, "stsx", ""},
		"another's":            {func(t *testing.T, root string) { makeDirs(t, root+"/stsx"); giveAway(t, root+"/stsx") }, "stsx", "stsx"},
		"another's home, fresh": {func(t *testing.T, root string) { makeDirs(t, root+"/home"); giveAway(t, root+"/home") },
			"home/.local/state/stsx", "home"},
		"another's link to mine": {func(t *testing.T, root string) {
			makeDirs(t, root+"/real")
			link(t, "real", root+"/stsx")
			giveAway(t, root+"/stsx")
		}, "stsx", "stsx"},
		"another's link on the way": {func(t *testing.T, root string) {
			makeDirs(t, root+"/real")
			link(t, root+"/real", root+"/l")
			giveAway(t, root+"/l")
		}, "l/state/stsx", "l"},
		"behind two links": {func(t *testing.T, root string) {
			makeDirs(t, root+"/a/b")
			link(t, "a/b", root+"/l")
			link(t, "../../c", root+"/a/b/m")
			link(t, "a", root+"/c")
			giveAway(t, root+"/c")
		}, "l/m/stsx", "c"},
		"a link to another's": {func(t *testing.T, root string) {
			makeDirs(t, root+"/real")
			giveAway(t, root+"/real")
			link(t, "real", root+"/stsx")
		}, "stsx", "stsx"},
		"a link in a circle": {func(t *testing.T, root string) { link(t, "stsx", root+"/stsx") }, "stsx", ""},
		"my folder in another's": {func(t *testing.T, root string) {
			makeDirs(t, root+"/home/stsx")
			giveAway(t,
				root+"/home")
		}, "home/stsx", ""},
		"something that is no folder": {func(t *testing.T, root string) { os.WriteFile(root+"/home", nil, 0o600) }, "home/stsx", ""},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			c.prepare(t, root)
			err := CheckFolder(filepath.Join(root, c.dir))
			var owner *OwnerError
			if c.refused == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.As(err, &owner) || owner.Path != filepath.Join(root, c.refused) || owner.Hint() == "" ||
				!strings.Contains(err.Error(), "uid 12345") {
				t.Errorf("got %v", err)
			}
			if err := MakePrivate(filepath.Join(root, c.dir)); !errors.As(err, &owner) {
				t.Errorf("made: %v", err)
			}
		})
	}
}

func TestCheckFile(t *testing.T) {
	write := func(mode os.FileMode, away bool) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			t.Helper()
			if err := errors.Join(os.WriteFile(path, []byte("x"), 0o600), os.Chmod(path, mode)); err != nil {
				t.Fatal(err)
			}
			if away {
				giveAway(t, path)
			}
		}
	}
	group := func(mode os.FileMode, gid int) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			t.Helper()
			write(mode, false)(t, path)
			if err := os.Chown(path, -1, gid); err != nil {
				t.Skip(err)
			}
		}
	}
	for name, c := range map[string]struct {
		prepare func(t *testing.T, path string)
		why     string
	}{
		"not there":                     {func(*testing.T, string) {}, ""},
		"mine":                          {write(0o600, false), ""},
		"mine, read by all":             {write(0o644, false), ""},
		"mine, written by root's group": {group(0o664, 0), ""},
		"written by a group":            {group(0o664, 100), "can be written by the group "},
		"written by a group alone":      {group(0o620, stranger), "can be written by the group gid 12345"},
		"read by a group":               {group(0o650, stranger), ""},
		"written by all":                {write(0o666, false), "can be written by every user"},
		"another's":                     {write(0o600, true), "belongs to uid 12345"},
		"another's link": {func(t *testing.T, path string) {
			write(0o600, false)(t, path+".real")
			link(t, path+".real", path)
			giveAway(t, path)
		}, "leads elsewhere"},
		"a link to another's": {func(t *testing.T, path string) {
			write(0o600, true)(t, path+".real")
			link(t, path+".real", path)
		}, "belongs to uid 12345"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.toml")
			c.prepare(t, path)
			_, err := ReadTrusted(path)
			var owner *OwnerError
			switch {
			case c.why == "" && err != nil && !errors.Is(err, os.ErrNotExist):
				t.Error(err)
			case c.why != "" && (!errors.As(err, &owner) || !strings.Contains(err.Error(), c.why) || owner.Hint() == ""):
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWideFolderIsClosed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "stsx")
	makeDirs(t, dir)
	if err := errors.Join(os.Chmod(dir, 0o777), MakePrivate(dir)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
}

// TestCheckPlace: nothing is made in a folder of another user's, however deep, and
// what is there already is changed.
func TestCheckPlace(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, root string)
		path    string // below root
		refused string // below root
	}{
		"mine":      {func(*testing.T, string) {}, "home/.aws/config", ""},
		"another's": {func(t *testing.T, root string) { makeDirs(t, root+"/home"); giveAway(t, root+"/home") }, "home/.aws/config", "home"},
		"another's, deep": {func(t *testing.T, root string) { makeDirs(t, root+"/home/.aws"); giveAway(t, root+"/home/.aws") },
			"home/.aws/config", "home/.aws"},
		"a link into another's": {func(t *testing.T, root string) {
			makeDirs(t, root+"/home")
			giveAway(t, root+"/home")
			link(t, "home/config", root+"/config")
		}, "config", "home"},
		"there already": {func(t *testing.T, root string) {
			makeDirs(t, root+"/home")
			os.WriteFile(root+"/home/config", nil, 0o600)
			giveAway(t, root+"/home")
		}, "home/config", ""},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			c.prepare(t, root)
			err := Edit(t.Context(), filepath.Join(root, c.path), add)
			var owner *OwnerError
			if c.refused == "" && err != nil ||
				c.refused != "" && (!errors.As(err, &owner) || owner.Path != filepath.Join(root, c.refused)) {
				t.Errorf("got %v", err)
			}
			if left, _ := filepath.Glob(root + "/home/.aws/*"); c.refused != "" && len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}
