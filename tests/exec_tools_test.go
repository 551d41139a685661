//go:build unix

package tests

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stsx/tests/aws"
	"stsx/tests/require"
)

// TestTools: what people run under stsx, as they run it, against moto.
func TestTools(t *testing.T) {
	t.Parallel()
	d := motoDesk(t)
	d.editConfig("[idp.acme]", "[idp.acme]\nlog = true")
	d.wantStatus(d.withPasswordAndCode().run("login", "prod"), 0)
	d.subtest("aws sts", toolsIdentity)
	d.subtest("the log of uses", toolsLogged)
	d.subtest("aws s3", toolsS3)
	d.subtest("terraform", toolsTerraform)
	d.subtest("aws for each", toolsEach)
}

func toolsIdentity(d *desk) {
	r := d.wantStatus(d.runAWSCLI("sts", "get-caller-identity", "--output", "json"), 0)
	var who struct{ Account, Arn string }
	if err := json.Unmarshal([]byte(r.stdout), &who); err != nil || who.Account != "123456789012" ||
		who.Arn != "arn:aws:sts::123456789012:assumed-role/Admin/"+jane {
		d.Errorf("%+v, %v: %s", who, err, r)
	}
}

// toolsLogged: what AWS receives of the AWS CLI and of boto3 has the id of the use that stsx log shows.
func toolsLogged(d *desk) {
	python := botoPython(d.T)
	d.wantStatus(d.runAWSCLI("sts", "get-caller-identity"), 0)
	d.wantStatus(d.run("exec", "prod", "--", python, "-c", `import boto3; boto3.client("sts").get_caller_identity()`), 0)
	var uses []struct {
		Program     string
		AppID       string `json:"app_id"`
		AccessKeyID string `json:"access_key_id"`
	}
	r := d.wantStatus(d.run("log", "--json"), 0)
	if err := json.Unmarshal([]byte(r.stdout), &uses); err != nil {
		d.Fatalf("%v: %s", err, r)
	}
	received := map[string]bool{}
	for _, use := range uses {
		if slices.ContainsFunc(d.aws.Log(), func(call aws.Call) bool {
			return call.Action == "GetCallerIdentity" && use.AppID != "" && call.AppID == use.AppID && call.AccessKey == use.AccessKeyID
		}) {
			received[use.Program] = true
		}
	}
	if !received["aws"] || !received[filepath.Base(python)] {
		d.Errorf("AWS received the ids of %v, of %s", received, r.stdout)
	}
}

func toolsEach(d *desk) {
	cli := require.Command(d, "aws", "install the AWS CLI: pip install awscli")
	d = d.withPasswordAndCode().with("AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true")
	r := d.wantStatus(d.run("each", "prod", "d*", "audit", "--region", "eu-west-1", "--", cli, "sts", "get-caller-identity", "--query",
		"Arn", "--output", "text"), 0)
	d.wantText(r.stdout, "prod  | arn:aws:sts::123456789012:assumed-role/Admin/"+jane+"\n",
		"dev   | arn:aws:sts::123456789012:assumed-role/Dev/"+jane+"\n",
		"audit | arn:aws:sts::210987654321:assumed-role/Audit/"+jane+"\n")
}

func toolsS3(d *desk) {
	path := filepath.Join(d.TempDir(), "file")
	d.writeFile(path, "hello from stsx\n", 0o600)
	d.wantStatus(d.runAWSCLI("s3", "mb", "s3://tools"), 0)
	d.wantStatus(d.runAWSCLI("s3", "cp", path, "s3://tools/a/file"), 0)
	d.wantText(d.wantStatus(d.runAWSCLI("s3", "ls"), 0).stdout, "tools")
	d.wantText(d.wantStatus(d.runAWSCLI("s3", "ls", "s3://tools/a/"), 0).stdout, "file")
	if r := d.wantStatus(d.runAWSCLI("s3", "cp", "s3://tools/a/file", "-"), 0); r.stdout != "hello from stsx\n" {
		d.Error(r)
	}
	// The tool's own failure is the status.
	if r := d.runAWSCLI("s3", "ls", "s3://no-such-bucket-here"); r.status == 0 || !strings.Contains(r.stderr, "NoSuchBucket") {
		d.Error(r)
	}
	for _, call := range d.aws.Log() {
		if call.Service == "s3" && call.Region != "eu-west-1" {
			d.Errorf("not in the profile's region: %+v", call)
		}
	}
}

const terraformConfig = `
terraform {
  backend "s3" {
    bucket                 = "state"
    key                    = "stsx/terraform.tfstate"
    use_path_style         = true
    skip_region_validation = true
  }
}

variable "greeting" { default = "hello" }

resource "terraform_data" "one" { input = var.greeting }

output "greeting" { value = terraform_data.one.output }
`

func toolsTerraform(d *desk) {
	tf := require.Command(d, "terraform", "install Terraform: https://developer.hashicorp.com/terraform/install")
	d.wantStatus(d.runAWSCLI("s3", "mb", "s3://state"), 0)
	dir := d.TempDir()
	d.writeFile(filepath.Join(dir, "main.tf"), terraformConfig, 0o600)
	d.writeFile(filepath.Join(dir, "terraformrc"), "", 0o600)
	d = d.with("CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+dir+"/terraformrc", "TF_IN_AUTOMATION=1", "AWS_EC2_METADATA_DISABLED=true")
	run := func(args ...string) runResult {
		return d.wantStatus(d.run(append([]string{"exec", "prod", "--", tf, "-chdir=" + dir}, args...)...), 0)
	}
	run("init", "-input=false", "-no-color")
	d.wantText(run("apply", "-auto-approve", "-input=false", "-no-color").stdout, "Apply complete! Resources: 1 added")
	if r := run("output", "-raw", "greeting"); r.stdout != "hello" {
		d.Error(r)
	}
	d.wantText(d.wantStatus(d.runAWSCLI("s3", "cp", "s3://state/stsx/terraform.tfstate", "-"), 0).stdout, `"terraform_data"`)
	// 2 is plan's word for changes: the command's status is passed on.
	r := d.run("exec", "prod", "--", tf, "-chdir="+dir, "plan", "-detailed-exitcode", "-var=greeting=bye", "-no-color", "-input=false")
	d.wantText(d.wantStatus(r, 2).stdout, "1 to change")
	d.wantText(run("destroy", "-auto-approve", "-input=false", "-no-color").stdout, "Destroy complete! Resources: 1 destroyed")
}
