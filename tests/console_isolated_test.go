//go:build unix

package tests

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// consoleFolders are the profile folders of the desk's isolated windows, by the process that has each open; 0: nobody has.
func (d *desk) consoleFolders() map[string]int {
	d.Helper()
	folders, err := filepath.Glob(filepath.Join(d.home, ".local", "state", "stsx", "consoles", "*"))
	if err != nil {
		d.Fatal(err)
	}
	held := map[string]int{}
	for _, folder := range folders {
		lock, _ := os.Readlink(filepath.Join(folder, "SingletonLock")) // HOST-PID, Chromium's own
		held[folder], _ = strconv.Atoi(lock[strings.LastIndexByte(lock, '-')+1:])
	}
	return held
}

// TestConsoleIsolated: two roles in two windows of a real Chromium, each signed in as its own, with its name and a folder
// that nobody else can read, which is removed on request.
func TestConsoleIsolated(t *testing.T) {
	t.Parallel()
	onLinux(t)
	d, proxy, server := newProxyDeskAndServer(t, "aws", "https://signin.aws.amazon.com/saml", "", "sts.us-east-1.amazonaws.com",
		"signin.aws.amazon.com", "console.aws.amazon.com")
	d.writeConfig(d.readConfig() + "[profile.far]\nsource = \"prod\"\nrole = \"arn:aws:iam::210987654321:role/Far\"\ncolor = \"red\"\n")
	d.wantStatus(d.run("login", "far"), 0)
	d.wantText(d.wantStatus(d.run("console", "prod", "--isolated"), 1).stderr, "opening the browser: there is no display")
	if len(d.consoleFolders()) != 0 {
		t.Error("a folder without a window")
	}

	browser := filepath.Join(t.TempDir(), "browser")
	d.writeFile(browser, "#!/bin/sh\nexec "+browserPath(t)+" --ignore-certificate-errors --proxy-server="+proxy.URL()+" \"$@\"\n", 0o700)
	d = d.withDisplay().with("STSX_BROWSER_PATH=" + browser)
	t.Cleanup(func() { d.endConsoles() })
	r := d.wantStatus(d.run("console", "prod", "--isolated"), 0)
	d.wantText(r.stderr, "prod: Admin in 123456789012: the console is in the browser")
	d.waitFor("prod's window", func() bool { return slices.Equal(d.windowTitles(), []string{"prod Admin 123456789012"}) })
	d.wantStatus(d.run("console", "far", "--isolated"), 0)
	d.waitFor("far's window", func() bool { return slices.Contains(d.windowTitles(), "far Far 210987654321") })
	seen := len(server.Log())
	d.waitFor("both consoles", func() bool { // each asks as its own, also after the other has signed in
		users := map[string]bool{}
		for _, call := range server.Log()[seen:] {
			if call.Console != "" {
				users[strings.Split(call.Console, "/")[1]] = true
			}
		}
		return users["Admin"] && users["Far"]
	})
	d.saveScreenshot("console-isolated")

	folders := d.consoleFolders()
	for folder, pid := range folders {
		info, err := os.Stat(folder)
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", folder, info, err)
		}
		argv, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if err != nil || strings.Contains(string(argv), "federation") || !strings.Contains(string(argv), "http://127.0.0.1:") {
			t.Errorf("%q, %v", argv, err)
		}
	}
	d.wantText(d.wantStatus(d.run("console", "--remove-data"), 1).stderr, "is open: close it first")
	if len(folders) != 2 || len(d.consoleFolders()) != 2 {
		t.Errorf("the folders are %v", folders)
	}
	d.endConsoles()
	d.wantText(d.wantStatus(d.run("console", "--remove-data", "prod"), 0).stderr, "removed what an isolated window has saved")
	if len(d.consoleFolders()) != 1 {
		t.Errorf("left: %v", d.consoleFolders())
	}
	d.wantStatus(d.run("console", "--remove-data"), 0)
	d.wantText(d.wantStatus(d.run("console", "--remove-data"), 0).stderr, "no isolated window has saved anything")
}

// endConsoles ends the browsers of the isolated windows, and waits for them.
func (d *desk) endConsoles() {
	d.Helper()
	for folder, pid := range d.consoleFolders() {
		if pid == 0 {
			continue
		}
		_ = syscall.Kill(pid, syscall.SIGTERM)
		socket, _ := os.Readlink(filepath.Join(folder, "SingletonSocket"))
		d.waitFor("the end of a window", func() bool {
			connection, err := net.Dial("unix", socket)
			if err == nil {
				connection.Close()
			}
			return err != nil
		})
	}
}
