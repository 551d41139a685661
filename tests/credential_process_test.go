//go:build unix

package tests

import (
	"path/filepath"
	"strings"
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
}

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
