//go:build linux

// Package idps runs SAML identity providers that are nobody's stand-in:
// SimpleSAMLphp and LemonLDAP::NG as Debian ships them, each as a process of
// this user on 127.0.0.1, with a configuration in a folder of the test's.
//
// Their packages would bring a web server that listens to the world, so
// tests/setup.sh unpacks them into tests/.idps and installs what they need.
package idps

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// ErrMissing is for a provider that is not on this machine: the caller skips,
// or fails with STSX_REQUIRE=all; see tests/require.
var ErrMissing = errors.New("run tests/setup.sh test")

// IdP is a running identity provider.
type IdP struct {
	URL         string // where the sign-in to AWS starts
	User        string
	Password    string
	Certificate *x509.Certificate // of what signs its assertions

	command *exec.Cmd
	done    chan struct{} // closed when the process has ended
}

// projectRoot is where setup.sh unpacks packages.
func projectRoot() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", ".idps")
}

// findUnpacked is a file or folder of a package there, ErrMissing without it.
func findUnpacked(parts ...string) (string, error) {
	path := filepath.Join(append([]string{projectRoot()}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		return "", ErrMissing
	}
	return path, nil
}

// createSigningKey makes key.pem and certificate.pem in dir.
func (i *IdP) createSigningKey(dir string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "stsx tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	if i.Certificate, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600),
		os.WriteFile(filepath.Join(dir, "certificate.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
	)
}

// startServer runs the process until it says where it listens: started is a regular
// expression with one group. The process ends with this one.
func (i *IdP) startServer(ctx context.Context, started string, command *exec.Cmd) (string, error) {
	said := &serverOutput{wanted: regexp.MustCompile(started), found: make(chan string, 1)}
	command.Stdout, command.Stderr = said, said
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	command.WaitDelay = time.Second
	i.command, i.done = command, make(chan struct{})
	begun := make(chan error, 1)
	go func() {
		defer close(i.done)
		// The kernel tells a child of the death of the thread that started it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		begun <- err
		if err == nil {
			_ = command.Wait() // it was killed, or ended too early, which start tells
		}
	}()
	if err := <-begun; err != nil {
		return "", err
	}
	select {
	case url := <-said.found:
		return url, nil
	case <-i.done:
		return "", fmt.Errorf("%s ended at once: %s", command.Path, said)
	case <-ctx.Done():
		return "", errors.Join(fmt.Errorf("%s: %w: %s", command.Path, ctx.Err(), said), i.Close())
	}
}

// Close ends the process and returns when it is gone.
func (i *IdP) Close() error {
	err := i.command.Process.Kill()
	<-i.done
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// serverOutput is what a process says, kept for errors.
type serverOutput struct {
	wanted *regexp.Regexp
	found  chan string

	mu   sync.Mutex
	text bytes.Buffer
	met  bool
}

func (o *serverOutput) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.met || o.text.Len() > 64<<10 {
		return len(p), nil
	}
	o.text.Write(p)
	if match := o.wanted.FindSubmatch(o.text.Bytes()); match != nil {
		o.met = true
		o.found <- string(match[1])
	}
	return len(p), nil
}

func (o *serverOutput) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
