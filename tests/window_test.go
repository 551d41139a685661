//go:build unix

package tests

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/tests/okta"
	"stsx/tests/require"
)

func windowSituations() []situation {
	return []situation{
		{row: "unknown page, with a display", answer: "a person's, in a window; what was typed is not asked again", run: unknownInWindow},
		{row: "unknown page, `browser = \"headless\"`", answer: "quoted, with the cure; no window", run: neverAWindow},
		{row: "`browser = \"visible\"`", answer: "in a window from the start, filled in by stsx", run: visible},
	}
}

// display is the desk with an X server of its own, and nothing on it.
func (d *desk) display() *desk {
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

// windows are the titles of the windows that a person at the desk's display sees.
func (d *desk) windows() []string {
	d.Helper()
	out, _ := d.x("search", "--onlyvisible", "--name", ".") // fails when there is none
	var titles []string
	for _, id := range strings.Fields(out) {
		title, _ := d.x("getwindowname", id) // a window that is gone has none
		titles = append(titles, strings.TrimSpace(title))
	}
	return titles
}

// x is xdotool on the desk's display.
func (d *desk) x(args ...string) (string, error) {
	command := exec.Command("xdotool", args...)
	command.Env = d.env
	out, err := command.Output()
	return string(out), err
}

// picture keeps what is on the display, for looking at, in STSX_SHOTS.
func (d *desk) picture(name string) {
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

// appears waits for the one window that there should be.
func (d *desk) appears() {
	d.Helper()
	d.await("a window", func() bool { return len(d.windows()) == 1 })
}

// closed fails the test if a window, a browser or a profile is left.
func (d *desk) closed() {
	d.Helper()
	d.within(10*time.Second, "no window left", func() bool { return len(d.windows()) == 0 })
	d.alone()
	d.clean()
}

// once fails the test unless the org was told password and code no more often
// than once, and issued one assertion.
func (d *desk) once(codes int) {
	d.Helper()
	if d.count(okta.PasswordTried) != 1 || d.count(okta.CodeTried) != codes || d.count(okta.Asserted) != 1 {
		d.Errorf("the org logged %v", d.org.Log())
	}
}

// unknownInWindow: headless as far as stsx knows the pages, then in a window.
func unknownInWindow(t *testing.T, c okta.Config) {
	c.Detour = okta.SurveyPage
	d, person := newDesk(t, c).display().signed().hand("")
	term := d.open("exec", "prod", "--", "echo", "in")
	term.expect("go on in the window")
	d.appears()
	person.shows("form")
	d.picture(t.Name()[strings.LastIndex(t.Name(), "/")+1:] + "-unknown")
	person.write("#centre", "4711")
	person.press("#send-survey")
	term.expect("in\r\n")
	d.expect(term.wait(), 0)
	d.once(1)
	d.closed()
}

func neverAWindow(t *testing.T, c okta.Config) {
	c.Detour = okta.SurveyPage
	d := newDesk(t, c).display().signed()
	r := d.expect(d.run("exec", "prod", "--browser", "headless", "--", "true"), 125)
	d.says(r.stderr, "does not know the page", "headless", "hint: ", "--browser auto")
	if d.count(okta.PasswordTried) != 1 || d.count(okta.CodeTried) != 1 {
		d.Errorf("the org logged %v", d.org.Log())
	}
	d.closed()
}

// visible: the person watches, and the code is asked for on the terminal.
func visible(t *testing.T, c okta.Config) {
	d := newDesk(t, c).display().with("STSX_PASSWORD=" + janePassword)
	term := d.open("exec", "prod", "--browser", "visible", "--", "echo", "in")
	d.appears()
	term.expect("Code from Google Authenticator")
	d.picture(c.Engine.String() + "-visible")
	term.send(d.code(okta.GoogleTOTP) + "\r")
	d.expect(term.wait(), 0)
	d.once(1)
	d.closed()
}
