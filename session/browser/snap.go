package browser

import (
	"os"
	"path/filepath"
	"strings"
)

// profileRoot is root, except for a browser that is a snap: its confinement hides dot-directories and /tmp, and it may
// write only below its own directory in the home.
func profileRoot(path, root string, environ []string) string {
	name := snapName(path)
	home := lookupVariable(environ, "HOME")
	if name == "" || home == "" {
		return root
	}
	return filepath.Join(home, "snap", name, "common", "stsx")
}

// snapName is the snap a browser comes from, or empty. /snap/bin/chromium is a link to /usr/bin/snap, and Ubuntu's
// /usr/bin/chromium-browser a script that calls it.
func snapName(path string) string {
	for range 16 { // links to follow before giving up
		if strings.HasPrefix(path, "/snap/bin/") {
			return strings.SplitN(filepath.Base(path), ".", 2)[0]
		}
		if rest, ok := strings.CutPrefix(path, "/snap/"); ok {
			return strings.SplitN(rest, "/", 2)[0]
		}
		target, err := os.Readlink(path)
		if err != nil {
			return snapOfScript(path)
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = filepath.Clean(target)
	}
	return ""
}

func snapOfScript(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	head := make([]byte, 4<<10)
	n, _ := file.Read(head)
	script := string(head[:n])
	if !strings.HasPrefix(script, "#!") {
		return ""
	}
	_, rest, ok := strings.Cut(script, "/snap/bin/")
	if !ok {
		return ""
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' })
	if end < 0 {
		end = len(rest)
	}
	return rest[:end]
}
