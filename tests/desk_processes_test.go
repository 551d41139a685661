//go:build unix

package tests

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// onLinux skips what looks into /proc.
func onLinux(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("this looks into /proc")
	}
}

// processEntry is one entry of /proc.
type processEntry struct {
	pid     int
	name    string
	argv    []string
	environ []string // of a Chromium's; empty for another user's
}

// listProcesses is every process there is. One that ends meanwhile is left out or
// shown in part.
func listProcesses() []processEntry {
	entries, _ := filepath.Glob("/proc/[0-9]*")
	var out []processEntry
	for _, dir := range entries {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		argv, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || len(argv) == 0 { // gone, a zombie, or the kernel's
			continue
		}
		name, _ := os.ReadFile(filepath.Join(dir, "comm"))
		var environ []byte
		if bytes.HasPrefix(name, []byte("chrom")) || bytes.HasPrefix(name, []byte("Chrom")) {
			environ, _ = os.ReadFile(filepath.Join(dir, "environ"))
		}
		out = append(out, processEntry{pid, strings.TrimSpace(string(name)), splitNUL(argv), splitNUL(environ)})
	}
	return out
}

func splitNUL(text []byte) []string {
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == 0 })
}

// browserProcesses are the processes of the Chromium that this desk's stsx started:
// its profile is named in its arguments, its HOME is this desk's.
func (d *desk) browserProcesses() []processEntry { return d.browsersAmong(listProcesses()) }

func (d *desk) browsersAmong(all []processEntry) []processEntry {
	var out []processEntry
	for _, p := range all {
		if strings.HasPrefix(p.name, "stsx") || len(p.argv) > 0 && strings.Contains(p.argv[0], "stsx-tests-") {
			continue
		}
		ours := slices.Contains(p.environ, "HOME="+d.home)
		for _, arg := range p.argv {
			ours = ours || strings.Contains(arg, "--user-data-dir="+d.home)
		}
		if ours {
			out = append(out, p)
		}
	}
	return out
}

// wantNoBrowserOrLock fails the test if a Chromium of this desk lives on for more than a few
// seconds, or if a lock is still held.
func (d *desk) wantNoBrowserOrLock() {
	d.Helper()
	onLinux(d)
	if !eventually(10*time.Second, func() bool { return len(d.browserProcesses()) == 0 }) {
		d.Errorf("still there: %v", d.browserProcesses())
	}
	d.wantNoLock()
}

// wantNoLock fails the test if a lock of this desk is held.
func (d *desk) wantNoLock() {
	d.Helper()
	locks, _ := filepath.Glob(filepath.Join(d.home, ".local", "state", "stsx", "*", "*.lock"))
	for _, path := range locks {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			d.Fatal(err)
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			d.Errorf("%s: %v", path, err)
		}
		_ = f.Close()
	}
}

// processesWith are those with word in their command lines.
func processesWith(t *testing.T, word string) []int {
	t.Helper()
	lists, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(lists) == 0 {
		t.Skip("no /proc")
	}
	var out []int
	for _, list := range lists {
		if text, err := os.ReadFile(list); err == nil && bytes.Contains(text, []byte(word)) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(list)))
			out = append(out, pid)
		}
	}
	return out
}

// listeningSockets are the TCP sockets on which a process waits for connections.
func listeningSockets(pid int) []string {
	sockets := map[string]string{} // by inode
	for _, table := range []string{"tcp", "tcp6"} {
		f, err := os.Open(filepath.Join("/proc", strconv.Itoa(pid), "net", table))
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			// sl local_address rem_address st … inode at 9; 0A is LISTEN. Source: proc_net_tcp(5).
			if cells := strings.Fields(lines.Text()); len(cells) > 9 && cells[3] == "0A" {
				sockets["socket:["+cells[9]+"]"] = cells[1]
			}
		}
		_ = f.Close()
	}
	var out []string
	files, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "fd", "*"))
	for _, file := range files {
		if to, err := os.Readlink(file); err == nil && sockets[to] != "" {
			out = append(out, sockets[to])
		}
	}
	return out
}

func hasListener(host string) bool {
	c, err := net.DialTimeout("tcp", host, 10*time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}
