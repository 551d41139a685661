//go:build unix

package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
)

// TestNetwork: a sign-in speaks to the org and to nobody else, and nobody can
// speak to the browser. 1,000 roles come through whole.
func TestNetwork(t *testing.T) {
	t.Parallel()
	onLinux(t)
	user := janeUser()
	for i := range 1000 - len(user.Roles) {
		account := fmt.Sprintf("%012d", 300000000000+i)
		user.Roles = append(user.Roles, fmt.Sprintf("arn:aws:iam::%s:role/some/path/Role-%d,arn:aws:iam::%s:saml-provider/okta", account, i,
			account))
	}
	d := newDesk(t, okta.Config{Engine: okta.Gen3, Users: []okta.User{user}})
	proxy, d := d.withDenyingProxy()
	quit, done := make(chan struct{}), make(chan struct{})
	var open []string
	looked := 0
	go func() {
		defer close(done)
		for {
			for _, p := range d.browserProcesses() {
				open = append(open, listeningSockets(p.pid)...)
				looked++
			}
			select {
			case <-quit:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	r := d.wantStatus(d.withPasswordAndCode().run("roles", "--json"), 0)
	close(quit)
	<-done
	if len(open) > 0 || looked == 0 {
		t.Errorf("of %d processes, these listen: %q", looked, open)
	}
	var roles []struct{ ARN string }
	if err := json.Unmarshal([]byte(r.stdout), &roles); err != nil || len(roles) != 1000 {
		t.Errorf("%d roles, %v", len(roles), err)
	}
	if !slices.ContainsFunc(roles, func(r struct{ ARN string }) bool { return strings.HasSuffix(r.ARN, "role/some/path/Role-996") }) {
		t.Error("the last role is missing")
	}
	if hosts := proxy.Hosts(); len(hosts) > 0 {
		t.Errorf("somebody asked for %q", hosts)
	}
}

// withDenyingProxy is the desk with a proxy that lets nothing through and remembers.
func (d *desk) withDenyingProxy() (*aws.Proxy, *desk) {
	d.Helper()
	proxy, err := aws.NewProxy(aws.ProxyConfig{})
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = proxy.Close() })
	return proxy, d.with("HTTPS_PROXY="+proxy.URL(), "HTTP_PROXY="+proxy.URL(), "https_proxy="+proxy.URL(), "http_proxy="+proxy.URL())
}

// TestNetworkIsSeen: that the proxy would have been asked.
func TestNetworkIsSeen(t *testing.T) {
	t.Parallel()
	proxy, d := newDesk(t, okta.Config{Engine: okta.Classic, RedirectTo: "https://login.elsewhere.example/"}).withDenyingProxy()
	r := d.wantStatus(d.withPasswordAndCode().run("exec", "prod", "--", "true"), 125)
	if !slices.Contains(proxy.Hosts(), "login.elsewhere.example:443") {
		t.Errorf("the proxy was asked for %q: %s", proxy.Hosts(), r)
	}
	d.wantText(r.stderr, "stsx: error: opening "+d.org.URL(), "the proxy refused the connection")
}

// TestListening: that a socket that listens would have been seen.
func TestListening(t *testing.T) {
	t.Parallel()
	onLinux(t)
	server, err := aws.New(aws.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if len(listeningSockets(os.Getpid())) == 0 {
		t.Error("this test's own server is not seen")
	}
}
