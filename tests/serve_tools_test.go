//go:build unix

package tests

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/require"
)

// TestServePort: boto3 and the AWS CLI work with what stsx serve --port prints, and the
// token is in its file alone.
func TestServePort(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	moto, err := aws.StartMoto(ctx)
	if errors.Is(err, aws.ErrNoMoto) {
		require.Part(t, "moto", false, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = moto.Close() })
	d := newServeDesk(t).with("AWS_ENDPOINT_URL="+moto.URL(), "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1", "AWS_PAGER=",
		"AWS_EC2_METADATA_DISABLED=true")
	d.storeSession("prod", time.Hour)
	d.storeSession("dev", time.Hour)
	socket := d.socketIn()
	r := d.serve("prod", "dev", "--socket", socket, "--port", "0")
	lines := strings.Fields(r.out.String())
	file, found := strings.CutPrefix(lines[len(lines)-1], "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=")
	if len(lines) != 3 || !found || file != filepath.Join(filepath.Dir(socket), "s.token") {
		t.Fatalf("%q", lines)
	}
	token := textOf(t, file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 || len(token) != 43 {
		t.Errorf("%v, %v, %d characters", info, err, len(token))
	}
	python, cli := botoPython(t), require.Command(t, "aws", "install the AWS CLI: pip install awscli")
	for i, name := range []string{"prod", "dev"} {
		user := d.with(lines[i], lines[2])
		got := user.wantStatus(user.runProgram(python, "-c", `
import boto3
print(boto3.Session().get_credentials().access_key, boto3.client("sts").get_caller_identity()["Account"])`), 0).stdout
		if got != servedKey(name)+" 123456789012\n" {
			t.Errorf("boto3 got %q", got)
		}
	}
	user := d.with(lines[0], lines[2])
	user.wantStatus(user.runProgram(cli, "sts", "get-caller-identity"), 0)
	// A wrong token gets nothing, and its owner reads why.
	wrong := filepath.Join(d.home, "wrong")
	d.writeFile(wrong, "wrong", 0o600)
	user = d.with(lines[0], "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="+wrong)
	if got := user.runProgram(python, "-c", `import boto3; boto3.client("sts").get_caller_identity()`); got.status == 0 {
		t.Error(got)
	}
	d.waitFor("what was handed over", func() bool { return strings.Count(r.err.String(), " at the port") >= 5 })
	d.wantText(r.err.String(), " dev (Dev in 123456789012, 59m left) to python-urllib3 at the port")
	command := strings.Join(r.Args, " ")
	if text, err := os.ReadFile("/proc/" + strconv.Itoa(r.Process.Pid) + "/environ"); err == nil {
		command += string(text)
	}
	if strings.Contains(r.err.String()+r.out.String()+command, token) {
		t.Error("the token is not in its file alone")
	}
	r.end(syscall.SIGTERM)
	d.wantNothingIn(filepath.Dir(socket))
}

// TestServeSSH: through ssh -R a program on another machine gets credentials, and stsx
// there needs no configuration. sshd runs as this user, and ends with the connection.
func TestServeSSH(t *testing.T) {
	t.Parallel()
	const cure = "apt-get install openssh-server openssh-client"
	ssh, keygen := require.Command(t, "ssh", cure), require.Command(t, "ssh-keygen", cure)
	const sshd = "/usr/sbin/sshd"
	_, err := os.Stat(sshd)
	require.Part(t, "sshd", err == nil, cure)
	d := newServeDesk(t)
	d.storeSession("prod", time.Hour)
	if os.Geteuid() == 0 { // what its service makes for it
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := d.TempDir()
	for _, name := range []string{"host", "user"} {
		d.wantStatus(d.runProgram(keygen, "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)), 0)
	}
	settings := filepath.Join(dir, "sshd_config")
	d.writeFile(settings, "HostKey "+filepath.Join(dir, "host")+"\nAuthorizedKeysFile "+filepath.Join(dir, "user.pub")+
		"\nStrictModes no\nUsePAM no\nPermitRootLogin prohibit-password\nPidFile none\n", 0o600)
	socket, far := d.socketIn(), d.socketIn()
	r := d.serve("prod", "--socket", socket)
	got := d.wantStatus(d.runProgram(ssh, "-F", "/dev/null", "-i", filepath.Join(dir, "user"), "-o", "BatchMode=yes",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "ExitOnForwardFailure=yes", "-o", "LogLevel=ERROR",
		"-o", "ProxyCommand="+sshd+" -i -f "+settings, "-R", far+":"+socket, "desk.example",
		"HOME="+d.TempDir(), stsxPath, "process", "--socket", far, "prod"), 0)
	d.wantText(got.stdout, `"AccessKeyId": "`+servedKey("prod")+`"`, `"SecretAccessKey": "secret-of-prod"`)
	d.waitFor("the line about it", func() bool { return strings.Contains(r.err.String(), " left) to ssh (pid ") })
	r.end(syscall.SIGTERM)
}

// TestServeBubblewrap: a container that has nothing but the socket, and no network.
func TestServeBubblewrap(t *testing.T) {
	t.Parallel()
	onLinux(&desk{T: t})
	bwrap := require.Command(t, "bwrap", "apt-get install bubblewrap")
	d := newServeDesk(t)
	d.storeSession("prod", time.Hour)
	socket := d.socketIn()
	r := d.serve("prod", "--socket", socket)
	inside := func(argv ...string) runResult {
		t.Helper()
		return d.runProgram(append([]string{bwrap, "--ro-bind", "/", "/", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run",
			"--ro-bind", stsxPath, "/tmp/stsx", "--bind", socket, "/tmp/serve.sock", "--dir", "/tmp/home", "--setenv", "HOME", "/tmp/home",
			"--unshare-net", "--unshare-ipc", "--die-with-parent", "--"}, argv...)...)
	}
	if probe := inside("true"); probe.status != 0 {
		require.Part(t, "bubblewrap that works", false, "allow user namespaces: "+probe.stderr)
	}
	got := d.wantStatus(inside("/tmp/stsx", "process", "--socket", "/tmp/serve.sock"), 0)
	d.wantText(got.stdout, `"AccessKeyId": "`+servedKey("prod")+`"`)
	d.wantText(d.wantStatus(inside("/tmp/stsx", "process", "--socket", "/tmp/serve.sock", "dev"), 1).stderr, `there are those of "prod"`)
	r.end(syscall.SIGTERM)
}
