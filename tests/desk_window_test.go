//go:build unix

package tests

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"stsx/tests/require"
)

// withDisplay is the desk with an X server of its own, and nothing on it.
func (d *desk) withDisplay() *desk {
	d.Helper()
	onLinux(d)
	server := require.Command(d.T, "Xvfb", "apt-get install xvfb")
	require.Command(d.T, "xdotool", "apt-get install xdotool")
	read, write, err := os.Pipe()
	if err != nil {
		d.Fatal(err)
	}
	defer read.Close()
	command := exec.Command(server, "-displayfd", "3", "-screen", "0", "1024x900x24", "-nolisten", "tcp", "-noreset")
	command.ExtraFiles = []*os.File{write}
	err = command.Start()
	write.Close()
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		d.Fatalf("starting Xvfb: %v", err)
	}
	return d.with("DISPLAY=:" + strings.TrimSpace(number))
}

// windowTitles are the titles of the windows that a person at the desk's display sees.
func (d *desk) windowTitles() []string {
	d.Helper()
	out, _ := d.xdotool("search", "--onlyvisible", "--name", ".") // fails when there is none
	var titles []string
	for _, id := range strings.Fields(out) {
		title, _ := d.xdotool("getwindowname", id) // a window that is gone has none
		titles = append(titles, strings.TrimSpace(title))
	}
	return titles
}

// xdotool is xdotool on the desk's display.
func (d *desk) xdotool(args ...string) (string, error) {
	command := exec.Command("xdotool", args...)
	command.Env = d.env
	out, err := command.Output()
	return string(out), err
}

// saveScreenshot keeps what is on the display, for looking at, in STSX_SHOTS.
func (d *desk) saveScreenshot(name string) {
	dir := os.Getenv("STSX_SHOTS")
	if dir == "" {
		return
	}
	command := exec.Command("import", "-window", "root", filepath.Join(dir, name+".png"))
	command.Env = d.env
	if out, err := command.CombinedOutput(); err != nil {
		d.Logf("no picture: %v: %s", err, out)
	}
}

// waitForWindow waits for the one window that there should be.
func (d *desk) waitForWindow() {
	d.Helper()
	d.waitFor("a window", func() bool { return len(d.windowTitles()) == 1 })
}

// wantNoWindow fails the test if a window, a browser or a profile is left.
func (d *desk) wantNoWindow() {
	d.Helper()
	d.waitWithin(10*time.Second, "no window left", func() bool { return len(d.windowTitles()) == 0 })
	d.wantNoBrowserOrLock()
	d.wantNoBrowserProfile()
}
