package aws_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"stsx/tests/aws"
	"stsx/tests/require"
)

const motoCure = "pip install 'moto[server]'"

// TestMoto has everything that needs moto but its death, so that it starts once.
func TestMoto(t *testing.T) {
	require.Command(t, "moto_server", motoCure)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	moto, err := aws.StartMoto(ctx)
	ok(t, err)
	t.Cleanup(func() { ok(t, moto.Close()) })
	i := newIDP(t)
	config := world(i)
	config.Moto = moto.URL()
	assume := func(t *testing.T, server *aws.Server, role string) *sts.AssumeRoleWithSAMLOutput {
		out, err := client(t, server, nil).AssumeRoleWithSAML(t.Context(), input(role, i.assert(t, newClaim(time.Now())), 900))
		ok(t, err)
		return out
	}

	t.Run("keys are moto's", func(t *testing.T) {
		server := serve(t, config)
		for role, want := range map[string]string{
			admin:  "arn:aws:sts::111122223333:assumed-role/admin/jane@acme.test",
			reader: "arn:aws:sts::111122223333:assumed-role/reader/jane@acme.test",
		} {
			out := assume(t, server, role)
			for name, at := range map[string]string{"through the server": server.URL(), "at moto itself": moto.URL()} {
				who, err := clientAt(t, at, out.Credentials).GetCallerIdentity(t.Context(), nil)
				ok(t, err)
				equal(t, "the caller "+name, *who.Arn, want)
				equal(t, "the caller's account "+name, *who.Account, "111122223333")
				equal(t, "the caller's ID "+name, *who.UserId, *out.AssumedRoleUser.AssumedRoleId)
			}
		}
	})
	t.Run("chained keys are moto's", func(t *testing.T) {
		server := serve(t, config)
		out, err := client(t, server, assume(t, server, admin).Credentials).AssumeRole(t.Context(),
			&sts.AssumeRoleInput{RoleArn: sdk.String(chained), RoleSessionName: sdk.String("jane")})
		ok(t, err)
		who, err := clientAt(t, moto.URL(), out.Credentials).GetCallerIdentity(t.Context(), nil)
		ok(t, err)
		equal(t, "the caller", *who.Arn, "arn:aws:sts::444455556666:assumed-role/deploy/jane")
	})
	t.Run("another account", func(t *testing.T) {
		config := config
		config.AccountOverride = "999999999999"
		server := serve(t, config)
		who, err := client(t, server, assume(t, server, admin).Credentials).GetCallerIdentity(t.Context(), nil)
		ok(t, err)
		equal(t, "the caller", *who.Arn, "arn:aws:sts::999999999999:assumed-role/admin/jane@acme.test")
	})
	t.Run("other partition", func(t *testing.T) {
		server := serve(t, config)
		c := newClaim(time.Now())
		c.audience, c.recipient = "urn:amazon:webservices:govcloud", "https://signin.amazonaws-us-gov.com/saml"
		c.destination = c.recipient
		in := input("arn:aws-us-gov:iam::777788889999:role/gov", i.assert(t, c), 0)
		in.PrincipalArn = sdk.String("arn:aws-us-gov:iam::777788889999:saml-provider/okta")
		out, err := client(t, server, nil).AssumeRoleWithSAML(t.Context(), in)
		ok(t, err)
		who, err := client(t, server, out.Credentials).GetCallerIdentity(t.Context(), nil,
			func(o *sts.Options) { o.Region = "us-gov-west-1" })
		ok(t, err)
		equal(t, "the caller", *who.Arn, "arn:aws-us-gov:sts::777788889999:assumed-role/gov/jane@acme.test")
	})
	t.Run("aws command", func(t *testing.T) {
		server := serve(t, config)
		env := environ(t, server, assume(t, server, admin).Credentials)
		path := require.Command(t, "aws", "pip install awscli")
		equal(t, "the caller", run(t, env, path, "sts", "get-caller-identity", "--query", "Arn", "--output", "text"),
			"arn:aws:sts::111122223333:assumed-role/admin/jane@acme.test")
		file := filepath.Join(t.TempDir(), "file")
		ok(t, os.WriteFile(file, []byte("contents"), 0o600))
		run(t, env, path, "s3", "mb", "s3://stsx-test")
		run(t, env, path, "s3", "cp", file, "s3://stsx-test/file")
		if out := run(t, env, path, "s3", "ls", "s3://stsx-test"); !strings.HasSuffix(out, " 8 file") {
			t.Errorf("aws s3 ls printed %q, want the file", out)
		}
		services := map[string]int{}
		for _, call := range server.Log() {
			services[call.Service]++
		}
		equal(t, "the number of calls of STS", services["sts"], 2)
		if services["s3"] < 3 {
			t.Errorf("calls by service are %v, want S3's too", services)
		}
	})
	t.Run("aws command after the keys' time", func(t *testing.T) {
		config := config
		config.Lifetime = time.Nanosecond
		server := serve(t, config)
		env := environ(t, server, assume(t, server, admin).Credentials)
		cmd := exec.Command(require.Command(t, "aws", "pip install awscli"), "s3", "ls")
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "(ExpiredToken)") {
			t.Errorf("aws ended with %v and printed %s, want ExpiredToken", err, out)
		}
	})
	t.Run("reset", func(t *testing.T) { ok(t, moto.Reset(t.Context())) })
	t.Run("keys after a reset", func(t *testing.T) {
		server := serve(t, config)
		assume(t, server, admin)
		ok(t, moto.Reset(t.Context()))
		assume(t, server, admin)
	})
}

func TestMotoIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := aws.StartMoto(t.Context()); !errors.Is(err, aws.ErrNoMoto) {
		t.Errorf("StartMoto ended with %v, want ErrNoMoto", err)
	}
}

func TestMotoEndsAtOnce(t *testing.T) {
	require.Command(t, "sh", "the stand-in for moto is a shell script")
	dir := t.TempDir()
	ok(t, os.WriteFile(filepath.Join(dir, "moto_server"), []byte("#!/bin/sh\necho no such module >&2; exit 1\n"), 0o700))
	t.Setenv("PATH", dir)
	if _, err := aws.StartMoto(t.Context()); err == nil || !strings.Contains(err.Error(), "no such module") {
		t.Errorf("StartMoto ended with %v, want what moto printed", err)
	}
}

func TestMotoNeverAnswers(t *testing.T) {
	require.Command(t, "sh", "the stand-in for moto is a shell script")
	sleep := require.Command(t, "sleep", "install coreutils")
	dir := t.TempDir()
	// The child keeps stderr open: Close must end it too.
	ok(t, os.WriteFile(filepath.Join(dir, "moto_server"), []byte("#!/bin/sh\n"+sleep+" 600 &\nwait\n"), 0o700))
	t.Setenv("PATH", dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	start := time.Now()
	if _, err := aws.StartMoto(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("StartMoto ended with %v, want the context's error", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// A test process that is killed cannot close anything.
func TestMotoDiesWithItsParent(t *testing.T) {
	require.Command(t, "moto_server", motoCure)
	self, err := os.Executable()
	ok(t, err)
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), holdVariable+"=1")
	parent.Stderr = os.Stderr
	stdout, err := parent.StdoutPipe()
	ok(t, err)
	ok(t, parent.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		_ = parent.Process.Kill()
		t.Fatalf("reading moto's address: %v", err)
	}
	address, err := url.Parse(strings.TrimSpace(line))
	ok(t, err)
	conn, err := net.Dial("tcp", address.Host)
	ok(t, err)
	ok(t, parent.Process.Kill())
	_ = parent.Wait()
	// Moto says nothing unasked, so reading ends when its process does. As that ends the kernel may close a connection
	// before the listener, so one more connection can be taken in between: it must end likewise, until none is taken.
	for deadline := time.Now().Add(10 * time.Second); err == nil; {
		ok(t, conn.SetReadDeadline(deadline))
		if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("reading from moto ended with %v, want that moto is gone", err)
		}
		ok(t, conn.Close())
		conn, err = net.Dial("tcp", address.Host)
	}
}

// clientAt is the SDK's client of STS at an address.
func clientAt(t testing.TB, address string, keys *types.Credentials) *sts.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return sts.New(sts.Options{
		Region: "us-east-1", BaseEndpoint: &address, HTTPClient: &http.Client{Transport: transport},
		Credentials: sdk.CredentialsProviderFunc(func(context.Context) (sdk.Credentials, error) {
			return sdk.Credentials{AccessKeyID: *keys.AccessKeyId, SecretAccessKey: *keys.SecretAccessKey,
				SessionToken: *keys.SessionToken}, nil
		}),
	})
}

// environ is an environment in which the AWS CLI knows the server and keys, and nothing of the machine's own.
func environ(t testing.TB, server *aws.Server, keys *types.Credentials) []string {
	t.Helper()
	var env []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(variable), "=")
		if !strings.HasPrefix(name, "AWS_") && !strings.HasSuffix(name, "_PROXY") {
			env = append(env, variable)
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	env = append(env, server.Environ()...)
	return append(env, "AWS_CONFIG_FILE="+none, "AWS_SHARED_CREDENTIALS_FILE="+none, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1", "AWS_ACCESS_KEY_ID="+*keys.AccessKeyId,
		"AWS_SECRET_ACCESS_KEY="+*keys.SecretAccessKey, "AWS_SESSION_TOKEN="+*keys.SessionToken)
}

// run is what a command printed, without the space around it; the command must succeed.
func run(t testing.TB, env []string, path string, args ...string) string {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Env = env
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v: %s%s", path, strings.Join(args, " "), err, out, said.String())
	}
	return strings.TrimSpace(string(out))
}

// pool is the certificates of a file.
func pool(t testing.TB, file string) *x509.CertPool {
	t.Helper()
	text, err := os.ReadFile(file)
	ok(t, err)
	p := x509.NewCertPool()
	equal(t, "whether the file has certificates", p.AppendCertsFromPEM(text), true)
	return p
}
