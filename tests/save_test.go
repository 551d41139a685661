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

	"stsx/tests/okta"
	"stsx/tests/require"
)

// credentials is the path of the desk's AWS credentials file.
func (d *desk) credentials() string { return filepath.Join(d.home, ".aws", "credentials") }

// TestSave: the AWS CLI and boto3 work with what was saved; logout takes it out.
func TestSave(t *testing.T) {
	t.Parallel()
	d := motoDesk(t)
	cli := require.Command(t, "aws", "install the AWS CLI: pip install awscli")
	const mine = "# mine\n[default]\naws_access_key_id = AKIAMINE\naws_secret_access_key = kept\n"
	if err := errors.Join(os.MkdirAll(filepath.Dir(d.credentials()), 0o700), os.WriteFile(d.credentials(), []byte(mine), 0o640)); err != nil {
		t.Fatal(err)
	}
	// What can't be done is known before anybody signs in.
	d.says(d.expect(d.run("save", "prod", "--as", "default"), 1).stderr, "[default]", "long-lived keys", "nothing was changed", "--as", "--force")
	d.says(d.expect(d.run("save", "prod", "--as", "a]b"), 1).stderr, "can't be a section")
	if n := d.count(okta.PasswordTried); n != 0 {
		t.Errorf("%d passwords were sent", n)
	}
	d.says(d.expect(d.signed().run("save", "prod"), 0).stderr, "[prod] of "+d.credentials())
	after := textOf(t, d.credentials())
	if !strings.HasPrefix(after, mine+"\n[prod]\naws_access_key_id = ASIA") || !strings.Contains(after, "\nregion = eu-west-1\n") {
		t.Errorf("the file is:\n%s", after)
	}
	if info, err := os.Stat(d.credentials()); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	plain := func(program string, args ...string) string {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		command := exec.CommandContext(ctx, program, args...)
		command.Env, command.Dir = append(append([]string{}, d.env...), "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true"), d.home
		out, err := command.CombinedOutput()
		if err != nil {
			t.Errorf("%s %q: %v\n%s", program, args, err, out)
		}
		return string(out)
	}
	identity := plain(cli, "--profile", "prod", "sts", "get-caller-identity", "--output", "json")
	d.says(identity, "assumed-role/Admin/")
	d.expect(d.run("logout", "prod"), 0)
	if left := textOf(t, d.credentials()); left != mine {
		t.Errorf("logout left:\n%s", left)
	}
	d.says(d.expect(d.run("save", "--remove", "prod"), 1).stderr, "there is no session in [prod]")
}

// TestProcess: what the AWS CLI, boto3 and Terraform get from credential_process,
// fifty at once.
func TestProcess(t *testing.T) {
	t.Parallel()
	d := motoDesk(t)
	cli := require.Command(t, "aws", "install the AWS CLI: pip install awscli")
	d.says(d.expect(d.run("configure", "aws", "prod", "--prefix", "p-", "--dry-run"), 0).stdout, "+[profile p-prod]\n+credential_process = "+stsx+" process prod\n+region = eu-west-1\n")
	config := filepath.Join(d.home, ".aws", "config")
	if _, err := os.Stat(config); err == nil {
		t.Error("a dry run wrote the file")
	}
	d.says(d.expect(d.run("configure", "aws", "--prefix", "p-"), 0).stderr, "wrote 4 profiles into "+config)
	d.says(d.expect(d.run("configure", "aws", "--prefix", "p-"), 0).stderr, "as it should be already")
	aws := func(d *desk) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
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
	d.says(out, "the password for "+jane+" is needed, and nobody can be asked")
	signed := d.signed()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			r := signed.run("process", "prod")
			var got struct {
				Version                                                int
				AccessKeyId, SecretAccessKey, SessionToken, Expiration string
			}
			if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || got.Version != 1 || got.SecretAccessKey == "" || got.SessionToken == "" {
				t.Errorf("%v: %s", err, r)
			}
			if at, err := time.Parse(time.RFC3339, got.Expiration); err != nil || time.Until(at) < 30*time.Minute {
				t.Errorf("%q, %v", got.Expiration, err)
			}
		})
	}
	all.Wait()
	if n := d.count(okta.PasswordTried); n != 1 {
		t.Errorf("fifty processes sent %d passwords", n)
	}
	if out, err := aws(d); err != nil || !strings.Contains(out, "assumed-role/Admin/") {
		t.Errorf("%v: %s", err, out)
	}
	processTools(d)
	processAsks(d)
}

// TestSaveKilled: wherever a save is killed, the file is the old one or the new
// one, and the next save works.
func TestSaveKilled(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Gen2})
	d.expect(d.signed().run("login", "prod"), 0)
	filler := strings.Repeat("# a comment that stays\n[other]\nx = 1\n[z]\ny = 2\n", 1)
	for i := range 200 {
		old := fmt.Sprintf("%s[run%d]\nkey = value\n", filler, i)
		if err := errors.Join(os.MkdirAll(filepath.Dir(d.credentials()), 0o700), os.WriteFile(d.credentials(), []byte(old), 0o600)); err != nil {
			t.Fatal(err)
		}
		command := d.command(context.Background(), "save", "prod")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		// Spread over the whole of a save, which takes some 15 ms.
		time.Sleep(time.Duration(i) * 100 * time.Microsecond)
		_ = command.Process.Kill()
		_ = command.Wait()
		switch now := textOf(t, d.credentials()); {
		case now == old:
		case strings.HasPrefix(now, old+"\n[prod]\naws_access_key_id = ") && strings.HasSuffix(now, "\nregion = eu-west-1\n"):
		default:
			t.Fatalf("killed at run %d, the file is:\n%s", i, now)
		}
	}
	d.expect(d.run("save", "prod"), 0)
	entries, err := os.ReadDir(filepath.Dir(d.credentials()))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the file: %v, %v", entries, err)
	}
}

// TestSaveFaults: a full disk and a read-only file give an error and leave the
// file as it was.
func TestSaveFaults(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Gen2})
	d.expect(d.signed().run("login", "prod"), 0)
	const old = "[other]\nx = 1\n"
	dir := filepath.Dir(d.credentials())
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(d.credentials(), []byte(old), 0o400)); err != nil {
		t.Fatal(err)
	}
	d.says(d.expect(d.run("save", "prod"), 1).stderr, d.credentials()+" is read-only: nothing was changed")
	if now := textOf(t, d.credentials()); now != old {
		t.Errorf("the read-only file is:\n%s", now)
	}
	unshare := require.Command(t, "unshare", "install util-linux")
	if os.Geteuid() != 0 {
		t.Skip("a full disk needs root: an ordinary user's mount namespace comes with another kernel keyring")
	}
	r := d.program(unshare, "-m", "sh", "-c", `mount -t tmpfs -o size=4k tmpfs "$0" && printf '[other]\nx = 1\n' >"$0/credentials" &&
"$@"; echo "status $?"; cat "$0/credentials"; ls -A "$0"`, dir, stsx, "save", "prod")
	if r.stdout != "status 1\n"+old+"credentials\n" {
		t.Error(r)
	}
	d.says(r.stderr, "no space left on device")
}
