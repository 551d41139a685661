package files

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"stsx/tests/require"
)

// The test binary is also the process in a mount namespace of its own: with
// helperEnv set it plays that part and runs no test.
const helperEnv, helperDir = "STSX_FILES_HELPER", "STSX_FILES_DIR"

func TestMain(m *testing.M) {
	if name := os.Getenv(helperEnv); name != "" {
		if err := mountHelpers()[name](os.Getenv(helperDir)); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func mountHelpers() map[string]func(dir string) error {
	return map[string]func(string) error{
		"file": editMountedFile, "read-only folder": editInReadOnlyFolder, "tiny disk": editOnTinyDisk,
		"tiny disk, in place": editInPlaceOnTinyDisk,
		"read-only state":     makeInReadOnlyFolder,
	}
}

// TestMounts: files and folders as containers and small disks have them.
func TestMounts(t *testing.T) {
	for name := range mountHelpers() {
		t.Run(name, func(t *testing.T) {
			require.RunInNamespaces(t, helperEnv+"="+name, helperDir+"="+t.TempDir())
		})
	}
}

// mountFile mounts a file by itself at path.
func mountFile(dir, text string) (path string, err error) {
	path = filepath.Join(dir, "config")
	outside := filepath.Join(dir, "outside")
	if err := errors.Join(os.WriteFile(outside, []byte(text), 0o640), os.WriteFile(path, nil, 0o600)); err != nil {
		return "", err
	}
	return path, unix.Mount(outside, path, "", unix.MS_BIND, "")
}

func wantText(path, want string) error {
	text, err := os.ReadFile(path)
	if err == nil && string(text) != want {
		err = fmt.Errorf("%s holds %.60q…, want %.60q…", path, text, want)
	}
	return err
}

func wantAlone(dir string, names ...string) error {
	entries, err := os.ReadDir(dir)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		err = errors.Join(err, fmt.Errorf("in the folder: %v, want %v", got, names))
	}
	return err
}

func to(text string) func(string) (string, error) {
	return func(string) (string, error) { return text, nil }
}

func editMountedFile(dir string) error {
	path, err := mountFile(dir, "old text\n")
	if err != nil {
		return err
	}
	for _, text := range []string{"a longer text than before\n", "short\n", "", "again\n"} {
		if err := errors.Join(Edit(context.Background(), path, to(text)), wantText(path, text), wantText(filepath.Join(dir,
			"outside"), text)); err != nil {
			return err
		}
	}
	return wantAlone(dir, "config", "outside")
}

func editInReadOnlyFolder(dir string) error {
	path, err := mountFile(dir, "old\n")
	if err != nil {
		return err
	}
	if err := errors.Join(unix.Mount(dir, dir, "", unix.MS_BIND|unix.MS_REC, ""), unix.Mount("", dir, "",
		unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")); err != nil {
		return fmt.Errorf("mounting: %w", err)
	}
	if err := errors.Join(Edit(context.Background(), path, to("new text\n")), wantText(path, "new text\n")); err != nil {
		return err
	}
	if err := Edit(context.Background(), filepath.Join(dir, "other"), to("x")); !errors.Is(err, unix.EROFS) {
		return fmt.Errorf("a new file: %w", err)
	}
	return nil
}

func tinyDisk(dir string) error {
	return unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=700")
}

func editOnTinyDisk(dir string) error {
	path := filepath.Join(dir, "file")
	if err := errors.Join(tinyDisk(dir), Edit(context.Background(), path, to("old\n"))); err != nil {
		return err
	}
	large := strings.Repeat("x", 100<<10)
	if err := Edit(context.Background(), path, to(large)); !errors.Is(err, unix.ENOSPC) {
		return fmt.Errorf("too large: %w", err)
	}
	var trouble *FolderError
	err := Replace(filepath.Join(dir, "own"), []byte(large))
	if !errors.As(err, &trouble) || trouble.Dir != dir || !strings.Contains(err.Error(), "free some there, or set XDG_STATE_HOME") {
		return fmt.Errorf("too large: %w", err)
	}
	return errors.Join(wantText(path, "old\n"), wantAlone(dir, "file"))
}

func editInPlaceOnTinyDisk(dir string) error {
	small := filepath.Join(dir, "small")
	old := strings.Repeat("o", 40<<10)
	if err := errors.Join(os.Mkdir(small, 0o700), tinyDisk(small), os.WriteFile(filepath.Join(small, "outside"), []byte(old),
		0o600)); err != nil {
		return err
	}
	path := filepath.Join(dir, "config")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), unix.Mount(filepath.Join(small, "outside"), path, "", unix.MS_BIND,
		"")); err != nil {
		return err
	}
	if err := Edit(context.Background(), path, to(strings.Repeat("n", 100<<10))); !errors.Is(err, unix.ENOSPC) {
		return fmt.Errorf("too large: %w", err)
	}
	if err := errors.Join(wantText(path, old), wantAlone(dir, "config", "small")); err != nil {
		return err
	}
	return errors.Join(Edit(context.Background(), path, to("new\n")), wantText(path, "new\n"))
}

func makeInReadOnlyFolder(dir string) error {
	if err := errors.Join(unix.Mount(dir, dir, "", unix.MS_BIND, ""), unix.Mount("", dir, "",
		unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")); err != nil {
		return fmt.Errorf("mounting: %w", err)
	}
	var trouble *FolderError
	err := MakePrivate(filepath.Join(dir, "state", "stsx"))
	if !errors.As(err, &trouble) || !errors.Is(err, unix.EROFS) || !strings.Contains(err.Error(),
		"set XDG_STATE_HOME to a folder that is") {
		return fmt.Errorf("making: %v", err)
	}
	return nil
}

// TestAttributes: an access list and extended attributes are the new file's too,
// and what the folder would give it is not.
func TestAttributes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("old\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	// Owner rw, user 12345 r, group none, mask r, others none: struct
	// posix_acl_xattr_header and its entries, little endian.
	list := []byte("\x02\x00\x00\x00" +
		"\x01\x00\x06\x00\xff\xff\xff\xff" + "\x02\x00\x04\x00\x39\x30\x00\x00" + "\x04\x00\x00\x00\xff\xff\xff\xff" +
		"\x10\x00\x04\x00\xff\xff\xff\xff" + "\x20\x00\x00\x00\xff\xff\xff\xff")
	err := errors.Join(unix.Setxattr(path, accessList, list, 0), unix.Setxattr(path, "user.note", []byte("mine"), 0))
	require.Part(t, "access lists", err == nil, fmt.Sprintf("have a file system with them (%v)", err))
	if err := Edit(context.Background(), path, to("new\n")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{accessList: string(list), "user.note": "mine"} {
		if got, err := attribute(path, name); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if !IsOpenToOthers(path) {
		t.Error("user 12345 can read it")
	}
	plain := filepath.Join(dir, "plain")
	if err := errors.Join(os.WriteFile(plain, nil, 0o600), unix.Setxattr(dir, "system.posix_acl_default", list, 0)); err != nil {
		t.Fatal(err)
	}
	if err := Edit(context.Background(), plain, to("new\n")); err != nil {
		t.Fatal(err)
	}
	if got, err := attribute(plain, accessList); err == nil && len(got) > 0 {
		t.Errorf("the folder's access list: %q", got)
	}
}

// TestOthersFile: a file of another user's, which this one may write, stays
// theirs.
func TestOthersFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	giveAway(t, path)
	if err := errors.Join(Edit(context.Background(), path, to("new\n")), wantText(path, "new\n")); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(path); err != nil || info.Sys().(*syscall.Stat_t).Uid != stranger {
		t.Errorf("%v, %v", info, err)
	}
}

// TestHasNoLocks: injected, as no file system here is without.
func TestHasNoLocks(t *testing.T) {
	for _, err := range []error{syscall.ENOSYS, syscall.ENOTSUP, syscall.ENOLCK, syscall.EINVAL} {
		if !HasNoLocks(fmt.Errorf("locking: %w", &os.PathError{Op: "flock", Path: "x", Err: err})) {
			t.Error(err)
		}
	}
	for _, err := range []error{syscall.EACCES, syscall.EROFS, syscall.ENOSPC, syscall.EINTR} {
		if HasNoLocks(err) {
			t.Error(err)
		}
	}
}

// listOf is an access list: the owner may read and write, a user and a group what
// is given, the file's group read, mask limits all but the owner.
func listOf(uid uint32, user byte, gid uint32, group, mask byte) []byte {
	entry := func(tag, rights byte, id uint32) []byte {
		return binary.LittleEndian.AppendUint32([]byte{tag, 0, rights, 0}, id)
	}
	const nobody = 0xffffffff
	return slices.Concat([]byte{2, 0, 0, 0}, entry(1, 6, nobody), entry(2, user, uid), entry(4, 4, nobody), entry(8, group, gid),
		entry(16, mask, nobody), entry(32, 4, nobody))
}

// TestListedWriters: a file that an access list lets another user or group write is
// not obeyed.
func TestListedWriters(t *testing.T) {
	for name, c := range map[string]struct {
		list []byte
		why  string
	}{
		"a user writes":                {listOf(12345, 6, 12346, 4, 7), "can be written by uid 12345"},
		"a user writes only":           {listOf(12345, 2, 12346, 0, 2), "can be written by uid 12345"},
		"a group writes":               {listOf(12345, 4, 12346, 6, 6), "can be written by the group gid 12346"},
		"both read":                    {listOf(12345, 4, 12346, 5, 7), ""},
		"the mask takes the right":     {listOf(12345, 6, 12346, 6, 4), ""},
		"I and root's group may write": {listOf(uint32(os.Geteuid()), 6, 0, 6, 6), ""},
		"root writes":                  {listOf(0, 6, 12346, 4, 6), ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.toml")
			if err := errors.Join(os.WriteFile(path, nil, 0o644), os.Chown(path, -1, os.Getegid())); err != nil {
				t.Fatal(err)
			}
			err := unix.Setxattr(path, accessList, c.list, 0)
			require.Part(t, "access lists", err == nil, fmt.Sprintf("have a file system with them (%v)", err))
			_, err = ReadTrusted(path)
			var owner *OwnerError
			if c.why == "" && err != nil || c.why != "" && (!errors.As(err, &owner) || owner.Why != c.why || !strings.Contains(owner.Hint(),
				"setfacl -b "+path)) {
				t.Errorf("got %v", err)
			}
		})
	}
}
