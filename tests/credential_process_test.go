//go:build unix

package tests

import (
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"stsx/tests/okta"
	"stsx/tests/require"
)

// processTools: boto3 and Terraform get their credentials from the profile that
// stsx configure aws has written.
func processTools(d *desk) {
	// Terraform's backend wants the region said.
	d = d.with("AWS_PROFILE=p-prod", "AWS_REGION=eu-west-1", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "CHECKPOINT_DISABLE=1",
		"TF_IN_AUTOMATION=1")
	const whose = `import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])`
	if r := d.wantStatus(d.runProgram(botoPython(d.T), "-c", whose), 0); r.stdout != "arn:aws:sts::123456789012:assumed-role/Admin/"+jane+
		"\n" {
		d.Error(r)
	}
	tf := require.Command(d, "terraform", "install Terraform: https://developer.hashicorp.com/terraform/install")
	cli := require.Command(d, "aws", "install the AWS CLI: pip install awscli")
	dir := d.TempDir()
	d.writeFile(filepath.Join(dir, "main.tf"), strings.Replace(terraformConfig, `"state"`, `"process"`, 1), 0o600)
	d.writeFile(filepath.Join(dir, "terraformrc"), "", 0o600)
	d = d.with("TF_CLI_CONFIG_FILE=" + dir + "/terraformrc")
	d.wantStatus(d.runProgram(cli, "s3", "mb", "s3://process"), 0)
	d.wantStatus(d.runProgram(tf, "-chdir="+dir, "init", "-input=false", "-no-color"), 0)
	d.wantText(d.wantStatus(d.runProgram(tf, "-chdir="+dir, "apply", "-auto-approve", "-input=false", "-no-color"), 0).stdout,
		"Apply complete! Resources: 1 added")
	// Whom nobody can ask fails at once, and the tool shows why.
	nobody := d.withFreshState()
	for _, argv := range [][]string{{botoPython(d.T), "-c", whose}, {tf, "-chdir=" + dir, "plan", "-input=false", "-no-color"}} {
		if r := nobody.runProgram(argv...); r.status == 0 ||
			!strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(r.stderr, "│", " ")), " "),
				"the password for "+jane+" is required, but there is no terminal to ask on") {
			d.Errorf("%q: %s", argv, r)
		}
	}
	processInWindow(d, []string{botoPython(d.T), "-c", whose}, []string{cli, "sts", "get-caller-identity"},
		[]string{tf, "-chdir=" + dir, "plan", "-input=false", "-no-color"})
}

// processInWindow: callers that nobody can ask share one window, which says who
// asks. Closing it is a no to all that wait; whoever comes later is asked anew, and
// what is typed there is good for all.
func processInWindow(d *desk, callers ...[]string) {
	d, person := d.withFreshState().withDisplay().withWindowUser("")
	d.editConfig("[idp.acme]", "[idp.acme]\nask = \"window\"")
	defer d.editConfig("[idp.acme]\nask = \"window\"", "[idp.acme]")
	waitForAsker := func(title string) {
		d.Helper()
		d.waitFor("a window with its title", func() bool {
			titles := d.windowTitles()
			return len(titles) == 1 && regexp.MustCompile("^stsx: ("+title+") asks for prod$").MatchString(titles[0])
		})
		person.waitForElement(windowPassword)
	}
	served := d.serve("prod", "--socket", d.socketIn())
	first := d.startProgram(callers[0]...)
	waitForAsker("python[0-9.]*")
	second, third := d.start("process", "prod"), d.openTerminal("login", "prod", "--ask", "window") // though there is a terminal
	const waits, closed = "waiting for stsx (pid ", "the window was closed before the sign-in was done"
	d.waitFor("one that waits", func() bool { return strings.Contains(second.err.String(), waits) })
	third.waitFor(waits)
	fourth := d.start("process", "--socket", served.Args[len(served.Args)-1])
	d.waitFor("stsx serve to wait", func() bool { return strings.Contains(served.err.String(), waits) })
	d.saveScreenshot("ask-window-password")
	if _, err := person.callPage("Page.close", jsonObject{}); err != nil {
		d.Log(err) // the window may be gone before the answer
	}
	if r := first.wait(); r.status == 0 || !strings.Contains(r.stderr, closed) {
		d.Error(r)
	}
	d.wantText(d.wantStatus(second.wait(), 4).stderr, closed)
	if r := d.wantStatus(third.wait(), 4); !strings.Contains(r.stdout, closed) || strings.Contains(r.stdout, "Okta password for") {
		d.Errorf("it asked on the terminal: %s", r)
	}
	d.wantText(d.wantStatus(fourth.wait(), 1).stderr, "stsx serve: prod: "+closed)
	served.end(syscall.SIGTERM)
	d.wantText(d.wantStatus(d.run("process", "prod", "--no-input"), 3).stderr, "the password for "+jane+" is required")
	d.wantNoWindow()

	tried, asserted := d.countEvents(okta.PasswordTried), d.countEvents(okta.Asserted)
	var runs []*runningProgram
	for _, argv := range callers {
		runs = append(runs, d.startProgram(argv...))
	}
	waitForAsker("python[0-9.]*|aws|terraform.*")
	person.typeInto(windowPassword, janePassword)
	person.pressUntilShown(submitButton, windowCode)
	d.saveScreenshot("ask-window-code")
	person.typeInto(windowCode, d.factorCode(okta.GoogleTOTP))
	person.pressUntil(submitButton, func() bool { return len(d.windowTitles()) == 0 })
	for _, r := range runs {
		d.wantStatus(r.wait(), 0)
	}
	if d.countEvents(okta.PasswordTried) != tried+1 || d.countEvents(okta.Asserted) != asserted+1 {
		d.Errorf("the org logged %v", d.org.Log())
	}
	d.wantNoWindow()
}

// Fields of the window's pages, in every engine.
const (
	windowPassword = `input[name="credentials.passcode"][type="password"], #okta-signin-password`
	windowCode     = `input[name="credentials.passcode"][type="text"], .mfa-verify-totp input[name="answer"]`
)

// processAsks: what starts stsx has its output and its errors in pipes, and here
// its input too; the questions are on the terminal.
func processAsks(d *desk) {
	cli := require.Command(d, "aws", "install the AWS CLI: pip install awscli")
	d = d.withFreshState().with("AWS_PROFILE=p-prod", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true")
	term := d.openProgram("sh", "-c", `echo no | "$0" sts get-caller-identity --query Arn --output text 2>&1 | cat`, cli)
	term.waitFor("Okta password for " + jane)
	term.typeText(janePassword + "\r")
	term.waitFor("Code from Google Authenticator")
	term.typeText(d.factorCode(okta.GoogleTOTP) + "\r")
	term.waitFor("assumed-role/Admin/")
	if r := term.wait(); r.status != 0 {
		d.Error(r)
	}
}

// TestProcessOnTerminal: nothing is printed for people to read, before a sign-in.
func TestProcessOnTerminal(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Gen2}).withoutBrowser()
	term := d.openTerminal("process", "prod")
	r := term.wait()
	if r.status != 2 {
		t.Error(r)
	}
	d.wantText(r.stdout, "not printing secrets to the terminal", "stsx configure aws", "--force")
	r = d.openTerminal("process", "prod", "--force").wait()
	d.wantText(r.stdout, "/nowhere") // it has begun to sign in
}
