//go:build unix

package tests

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"stsx/tests/require"
)

// briefLifetime is how long sessions live at first in tests of --refresh. How slow the
// machine is does not matter: they are renewed as often as it takes.
const briefLifetime = 10 * time.Second

// A tool says what it got from its first call, waits until the file "over" is
// there, and says what it got from the next, in the same process where it has
// one that lives on.

const botoProgram = `
import boto3, os, time
sts = boto3.client("sts")
def call(which):
    print(which, sts.get_caller_identity()["Arn"], flush=True)
call("first")
while not os.path.exists("over"):
    time.sleep(0.1)
call("second")
`

const cliProgram = `
call() { echo "$1 $(aws sts get-caller-identity --query Arn --output text)"; }
call first
while ! test -e over; do sleep 0.1; done
call second
`

const terraformRefresh = `
terraform {
  backend "s3" {
    bucket                 = "refresh"
    key                    = "stsx/terraform.tfstate"
    use_path_style         = true
    skip_region_validation = true
  }
}

resource "terraform_data" "long" {
  provisioner "local-exec" {
    command = "echo first; while ! test -e over; do sleep 0.1; done; echo second"
  }
}
`

// goSDKEnv makes the test binary a program with AWS's SDK for Go.
const goSDKEnv = "TESTED_GO_SDK"

func becomeGoSDK() int {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	client := sts.NewFromConfig(cfg)
	for _, which := range []string{"first", "second"} {
		out, err := client.GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(which, *out.Arn)
		for which == "first" {
			if _, err := os.Stat("over"); err == nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	return 0
}

// TestRefresh: what people run for hours gets past the end of the session that
// it was started with, and nobody is asked for anything.
func TestRefresh(t *testing.T) {
	t.Parallel()
	d := motoDeskWith(t, briefLifetime).withRemember()
	d.wantStatus(d.withPasswordAndCode().run("login", "prod"), 0)
	blind := d.withoutBrowser().with("AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
		"TF_CLI_CONFIG_FILE=/dev/null")
	in := func(name string) (*desk, string) {
		dir := d.TempDir()
		more := *blind
		return &more, dir
	}
	type long struct {
		*runningProgram
		dir    string
		second string // what it says at last
	}
	var runs []long
	start := func(dir, second string, env *desk, profile string, argv ...string) {
		argv = append([]string{"sh", "-c", `cd "$0" && exec "$@"`, dir, stsxPath, "exec", "--refresh", profile, "--"}, argv...)
		runs = append(runs, long{env.startProgram(argv...), dir, second})
	}
	const arn = "second arn:aws:sts::123456789012:assumed-role/Admin/" + jane
	env, dir := in("cli")
	cli := require.Command(t, "aws", "install the AWS CLI: pip install awscli")
	start(dir, arn, env.with("PATH="+filepath.Dir(cli)+":"+os.Getenv("PATH")), "prod", "sh", "-c", cliProgram)
	env, dir = in("boto3")
	start(dir, arn, env, "prod", botoPython(t), "-c", botoProgram)
	env, dir = in("go")
	start(dir, arn, env.with(goSDKEnv+"=1"), "prod", os.Args[0])
	tf := require.Command(t, "terraform", "install Terraform: https://developer.hashicorp.com/terraform/install")
	env, dir = in("terraform")
	d.writeFile(filepath.Join(dir, "main.tf"), terraformRefresh, 0o600)
	d.wantStatus(env.run("exec", "--refresh", "prod", "--", cli, "s3", "mb", "s3://refresh"), 0)
	d.wantStatus(env.run("exec", "--refresh", "prod", "--", tf, "-chdir="+dir, "init", "-input=false", "-no-color"), 0)
	start(dir, "Apply complete! Resources: 1 added", env, "prod", tf, "apply", "-auto-approve", "-input=false", "-no-color")

	for _, r := range runs {
		d.waitFor("the first call of "+r.Args[9], func() bool { return strings.Contains(r.out.String(), "first") || r.hasEnded() })
	}
	begun := time.Now()
	sessions := d.countAssumed()
	d.waitFor("the end of the first sessions", func() bool {
		return time.Since(begun) > briefLifetime+time.Second && d.countAssumed() > sessions
	})
	d.aws.SetLifetime(0) // what is renewed from here on lives as long as it takes
	for _, r := range runs {
		d.writeFile(filepath.Join(r.dir, "over"), "", 0o600)
	}
	for _, r := range runs {
		got := r.wait()
		if got.status != 0 || !strings.Contains(got.stdout, r.second) {
			t.Errorf("%q: %s", r.Args[9:], got)
		}
	}
	if refused := d.awsRefusals(); len(refused) > 0 {
		t.Errorf("AWS refused %v", refused)
	}
	if n := len(d.keysUsed()); n < 2 {
		t.Errorf("%d sessions were used", n)
	}
	if d.countEvents("password") > 1 {
		t.Errorf("the org logged %v", d.org.Log())
	}
}
