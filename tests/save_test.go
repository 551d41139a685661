//go:build unix

package tests

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"stsx/tests/okta"
	"stsx/tests/require"
)

// TestSave: the AWS CLI, boto3 and Terraform work with what was saved; logout
// takes it out.
func TestSave(t *testing.T) {
	t.Parallel()
	d := motoDesk(t)
	cli := require.Command(t, "aws", "install the AWS CLI: pip install awscli")
	const mine = "# mine\n[default]\naws_access_key_id = AKIAMINE\naws_secret_access_key = kept\n"
	if err := errors.Join(os.MkdirAll(filepath.Dir(d.credentials()), 0o700),
		os.WriteFile(d.credentials(), []byte(mine), 0o640)); err != nil {
		t.Fatal(err)
	}
	// What can't be done is known before anybody signs in.
	d.wantText(d.wantStatus(d.run("save", "prod", "--as", "default"), 1).stderr, "[default]", "long-lived keys", "nothing was changed",
		"--as", "--force")
	d.wantText(d.wantStatus(d.run("save", "prod", "--as", "a]b"), 1).stderr, "can't be a section")
	if n := d.countEvents(okta.PasswordTried); n != 0 {
		t.Errorf("%d passwords were sent", n)
	}
	d.wantText(d.wantStatus(d.withPasswordAndCode().run("save", "prod"), 0).stderr, "[prod] of "+d.credentials())
	after := textOf(t, d.credentials())
	if !strings.HasPrefix(after, mine+"\n[prod]\naws_access_key_id = ASIA") || !strings.Contains(after, "\nregion = eu-west-1\n") {
		t.Errorf("the file is:\n%s", after)
	}
	if info, err := os.Stat(d.credentials()); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	plain := func(program string, args ...string) string {
		ctx, cancel := context.WithTimeout(context.Background(), runLimit)
		defer cancel()
		command := exec.CommandContext(ctx, program, args...)
		command.Env, command.Dir = append(append([]string{}, d.env...), "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "AWS_PROFILE=prod",
			"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_CLI_CONFIG_FILE=/dev/null"), d.home
		out, err := command.CombinedOutput()
		if err != nil {
			t.Errorf("%s %q: %v\n%s", program, args, err, out)
		}
		return string(out)
	}
	identity := plain(cli, "--profile", "prod", "sts", "get-caller-identity", "--output", "json")
	d.wantText(identity, "assumed-role/Admin/")
	if python, err := exec.LookPath("python3"); err == nil && exec.Command(python, "-c", "import boto3").Run() == nil {
		got := plain(python, "-c",
			"import boto3\ns = boto3.Session(profile_name='prod')\nprint(s.region_name, s.client('sts').get_caller_identity()['Arn'])")
		d.wantText(got, "eu-west-1 arn:aws:sts::123456789012:assumed-role/Admin/")
	} else {
		require.Part(t, "boto3", false, "pip install boto3")
	}
	tf := require.Command(t, "terraform", "install Terraform: https://developer.hashicorp.com/terraform/install")
	plain(cli, "s3", "mb", "s3://state")
	dir := t.TempDir()
	// Its S3 backend takes the region from nowhere but here and the environment.
	d.writeFile(filepath.Join(dir, "main.tf"), strings.Replace(terraformConfig, `"s3" {`, "\"s3\" {\n    region = \"eu-west-1\"", 1), 0o600)
	plain(tf, "-chdir="+dir, "init", "-input=false", "-no-color")
	d.wantText(plain(tf, "-chdir="+dir, "apply", "-auto-approve", "-input=false", "-no-color"), "Apply complete! Resources: 1 added")
	d.wantText(plain(cli, "s3", "ls", "s3://state/stsx/"), "terraform.tfstate")
	for _, call := range d.aws.Log() {
		if call.Service == "s3" && call.Region != "eu-west-1" {
			t.Errorf("not in the section's region: %+v", call)
		}
	}
	d.wantStatus(d.run("logout", "prod"), 0)
	if left := textOf(t, d.credentials()); left != mine {
		t.Errorf("logout left:\n%s", left)
	}
	d.wantText(d.wantStatus(d.run("save", "--remove", "prod"), 1).stderr, "there is no session in [prod]")
}

// TestProcess: what the AWS CLI, boto3 and Terraform get from credential_process,
// fifty at once.
func TestProcess(t *testing.T) {
	t.Parallel()
	d := motoDesk(t)
	cli := require.Command(t, "aws", "install the AWS CLI: pip install awscli")
	d.wantText(d.wantStatus(d.run("configure", "aws", "prod", "--prefix", "p-", "--dry-run"), 0).stdout,
		"+[profile p-prod]\n+credential_process = "+stsxPath+" process prod\n+region = eu-west-1\n")
	config := filepath.Join(d.home, ".aws", "config")
	if _, err := os.Stat(config); err == nil {
		t.Error("a dry run wrote the file")
	}
	d.wantText(d.wantStatus(d.run("configure", "aws", "--prefix", "p-"), 0).stderr, "wrote 4 profiles into "+config)
	d.wantText(d.wantStatus(d.run("configure", "aws", "--prefix", "p-"), 0).stderr, "is already up to date")
	aws := func(d *desk) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), runLimit)
		defer cancel()
		command := exec.CommandContext(ctx, cli, "--profile", "p-prod", "sts", "get-caller-identity", "--output", "json")
		command.Env, command.Dir = append(append([]string{}, d.env...), "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true"), d.home
		out, err := command.CombinedOutput()
		return string(out), err
	}
	out, err := aws(d)
	if err == nil {
		t.Errorf("it worked without a password: %s", out)
	}
	d.wantText(out, "the password for "+jane+" is required, but there is no terminal to ask on")
	signed := d.withPasswordAndCode()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			r := signed.run("process", "prod")
			var got struct {
				Version                                                int
				AccessKeyId, SecretAccessKey, SessionToken, Expiration string
			}
			if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || got.Version != 1 || got.SecretAccessKey == "" ||
				got.SessionToken == "" {
				t.Errorf("%v: %s", err, r)
			}
			if at, err := time.Parse(time.RFC3339, got.Expiration); err != nil || time.Until(at) < 30*time.Minute {
				t.Errorf("%q, %v", got.Expiration, err)
			}
		})
	}
	all.Wait()
	if n := d.countEvents(okta.PasswordTried); n != 1 {
		t.Errorf("fifty processes sent %d passwords", n)
	}
	if out, err := aws(d); err != nil || !strings.Contains(out, "assumed-role/Admin/") {
		t.Errorf("%v: %s", err, out)
	}
	processTools(d)
	processAsks(d)
}

// TestSaveKilled: wherever a save is killed, the file is the old one or the new
// one, the next save works, and nothing is left behind that would grow.
func TestSaveKilled(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Gen2})
	d.wantStatus(d.withPasswordAndCode().run("login", "prod"), 0)
	begun := time.Now()
	d.wantStatus(d.run("save", "prod"), 0)
	whole := time.Since(begun)
	// The instants are spread over a save and a half, and on until one was late
	// enough for the new file, however slow the machine has become.
	renewed := 0
	for i := 0; i < 200 || renewed == 0; i++ {
		old := fmt.Sprintf("# a comment that stays\n[other]\nx = 1\n[z]\ny = 2\n[run%d]\nkey = value\n", i)
		d.writeFile(d.credentials(), old, 0o600)
		command := d.command(context.Background(), "save", "prod")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(whole * time.Duration(i) * 3 / 400)
		_ = command.Process.Kill()
		_ = command.Wait()
		switch now := textOf(t, d.credentials()); {
		case now == old:
		case strings.HasPrefix(now, old+"\n[prod]\naws_access_key_id = ") && strings.HasSuffix(now, "\nregion = eu-west-1\n"):
			renewed++
		default:
			t.Fatalf("killed at run %d, the file is:\n%s", i, now)
		}
	}
	saved := filepath.Join(d.home, ".local", "state", "stsx", "saved")
	long := time.Now().Add(-2 * time.Hour) // what is younger may have a writer still
	left, err := os.ReadDir(saved)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		if err := os.Chtimes(filepath.Join(saved, entry.Name()), long, long); err != nil {
			t.Fatal(err)
		}
	}
	d.wantStatus(d.run("save", "prod"), 0)
	for dir, most := range map[string]int{filepath.Dir(d.credentials()): 1, saved: 1} {
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != most {
			t.Errorf("%s has %v, %v", dir, entries, err)
		}
	}
}

// TestSaveFaults: a full disk, a read-only file and a read-only folder give an
// error and leave the file as it was.
func TestSaveFaults(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Gen2})
	d.wantStatus(d.withPasswordAndCode().run("login", "prod"), 0)
	const old = "[other]\nx = 1\n"
	dir := filepath.Dir(d.credentials())
	d.writeFile(d.credentials(), old, 0o400)
	d.wantText(d.wantStatus(d.run("save", "prod"), 1).stderr, d.credentials()+" is read-only: nothing was changed")
	if now := textOf(t, d.credentials()); now != old {
		t.Errorf("the read-only file is:\n%s", now)
	}
	unshare := require.Command(t, "unshare", "install util-linux")
	if os.Geteuid() != 0 {
		d.writeFile(d.credentials(), old, 0o600)
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		d.wantText(d.wantStatus(d.run("save", "prod"), 1).stderr, "permission denied")
		if now := textOf(t, d.credentials()); now != old {
			t.Errorf("the file in a read-only folder is:\n%s", now)
		}
		_ = os.Chmod(dir, 0o700)
		t.Skip("a full disk needs root: an ordinary user's mount namespace comes with another kernel keyring")
	}
	for name, c := range map[string]struct{ dir, options, then, want, left string }{
		"a full disk":        {dir, "size=4k", "", "no space left on device", "credentials\n"},
		"a read-only folder": {dir, "size=1m", `mount -o remount,ro "$0"`, "read-only file system", "credentials\n"},
		"no space for the record": {filepath.Join(d.home, ".local", "state", "stsx", "saved"), "size=4k,nr_inodes=1", "",
			"noting what is saved", ""},
	} {
		d.writeFile(d.credentials(), old, 0o600)
		script := `mount -t tmpfs -o ` + c.options + ` tmpfs "$0" && { test "$0" != "$1" || printf '[other]\nx = 1\n' >"$1/credentials"; }
` + c.then + `
home=$1; shift; "$@"; echo "status $?"; cat "$home/credentials"; ls -A "$0"`
		if err := os.MkdirAll(c.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		r := d.runProgram(unshare, "-m", "sh", "-c", script, c.dir, dir, stsxPath, "save", "prod")
		if r.stdout != "status 1\n"+old+c.left || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%s: %s", name, r)
		}
	}
}

// TestSaveTogether: stsx waits for others of its kind, starts again from what a
// program wrote that knows no lock, and loses nothing of either.
func TestSaveTogether(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Gen2})
	cli := require.Command(t, "aws", "install the AWS CLI: pip install awscli")
	d.wantStatus(d.withPasswordAndCode().run("login", "prod"), 0)
	d.writeFile(d.credentials(), "# mine\n[other]\nx = [y] # no section\n", 0o600)
	hold := flock.New(filepath.Join(filepath.Dir(d.credentials()), ".credentials.stsx-lock"))
	if err := hold.Lock(); err != nil {
		t.Fatal(err)
	}
	runs := make([]*runningProgram, 10)
	for i := range runs {
		runs[i] = d.start("save", "prod", "--as", fmt.Sprintf("p%d", i))
	}
	d.wantStatus(d.runProgram(cli, "configure", "set", "aws_access_key_id", "AKIAMINE", "--profile", "mine"), 0)
	if now := textOf(t, d.credentials()); strings.Contains(now, "[p") {
		t.Errorf("written without the lock:\n%s", now)
	}
	if err := errors.Join(os.Remove(hold.Path()), hold.Unlock()); err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		d.wantStatus(r.wait(), 0)
	}
	now := textOf(t, d.credentials())
	d.wantText(now, "# mine\n[other]\nx = [y] # no section\n", "[mine]", "AKIAMINE")
	for i := range runs {
		d.wantText(now, fmt.Sprintf("\n[p%d]\naws_access_key_id = ASIA", i))
	}
	d.wantStatus(d.run("save", "prod", "--as", "p3", "--remove"), 0)
	d.wantStatus(d.run("logout", "prod"), 0)
	if now := textOf(t, d.credentials()); strings.Contains(now, "ASIA") || !strings.Contains(now, "AKIAMINE") {
		t.Errorf("logout left:\n%s", now)
	}
}
