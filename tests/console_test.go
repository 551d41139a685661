//go:build unix

package tests

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"stsx/tests/aws"
)

// followConsoleLink follows the address of a console sign-in as a browser does, through
// the proxy, and returns whose session it is and where it ends.
func (d *desk) followConsoleLink(address string) (arn, destination string) {
	d.Helper()
	proxy, err := url.Parse(d.envValue("HTTPS_PROXY"))
	if err != nil {
		d.Fatal(err)
	}
	pem, err := os.ReadFile(d.envValue("AWS_CA_BUNDLE"))
	if err != nil {
		d.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client := http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Get(address)
	if err != nil {
		d.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusFound {
		d.Fatalf("the sign-in page answered with %s", response.Status)
	}
	return response.Header.Get("X-Stsx-Test-Arn"), response.Header.Get("Location")
}

// askingBrowser begins a script that is started as a browser and, with ask, opens the
// last of its arguments.
const askingBrowser = `#!/usr/bin/env bash
	at=${!#}
	ask() {
		local rest=${at#http://}
		local host=${rest%%/*}
		exec 3<>"/dev/tcp/${host%:*}/${host#*:}"
		printf 'GET /%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "${rest#*/}" "$host" >&3
		cat <&3
	}`

// TestConsole: in each partition, its own sign-in page and its own console.
func TestConsole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		region, acs, sts, signin, home, service string
	}{
		"aws": {"", "https://signin.aws.amazon.com/saml", "sts.us-east-1.amazonaws.com", "signin.aws.amazon.com",
			"https://console.aws.amazon.com/", "https://console.aws.amazon.com/ec2/home"},
		"aws-us-gov": {"us-gov-east-1", "https://signin.amazonaws-us-gov.com/saml", "sts.us-gov-east-1.amazonaws.com",
			"us-gov-east-1.signin.amazonaws-us-gov.com", "https://console.amazonaws-us-gov.com/console/home?region=us-gov-east-1",
			"https://console.amazonaws-us-gov.com/ec2/home?region=us-gov-east-1"},
		"aws-cn": {"cn-north-1", "https://signin.amazonaws.cn/saml", "sts.cn-north-1.amazonaws.com.cn", "cn-north-1.signin.amazonaws.cn",
			"https://console.amazonaws.cn/console/home?region=cn-north-1", "https://console.amazonaws.cn/ec2/home?region=cn-north-1"},
		"aws-eusc": {"", "https://signin.amazonaws-eusc.eu/saml", "sts.eusc-de-east-1.amazonaws.eu",
			"eusc-de-east-1.signin.amazonaws-eusc.eu", "https://console.amazonaws-eusc.eu/", "https://console.amazonaws-eusc.eu/ec2/home"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hosts := []string{c.sts, c.signin}
			if name == "aws" {
				hosts = append(hosts, "eu-west-1.signin.aws.amazon.com")
			}
			d, proxy, server := newProxyDeskAndServer(t, name, c.acs, c.region, hosts...)
			r := d.wantStatus(d.run("console", "prod", "--print"), 0)
			address, err := url.Parse(strings.TrimSuffix(r.stdout, "\n"))
			if err != nil || address.Host != c.signin || address.Query().Get("Issuer") != d.org.EmbedURL() ||
				strings.Count(r.stdout, "\n") != 1 {
				t.Fatalf("%v: %s", err, r)
			}
			arn, at := d.followConsoleLink(address.String())
			if at != c.home || !strings.HasPrefix(arn, "arn:"+name+":sts::123456789012:assumed-role/Admin/") {
				t.Errorf("%s arrives at %s", arn, at)
			}
			r = d.wantStatus(d.run("console", "prod", "--print", "--service", "ec2", "--duration", "8h"), 0)
			if _, at := d.followConsoleLink(strings.TrimSpace(r.stdout)); at != c.service {
				t.Errorf("arrives at %s", at)
			}
			if hosts := proxy.Hosts(); !slices.Contains(hosts, c.sts+":443") || !slices.Contains(hosts, c.signin+":443") {
				t.Errorf("the proxy was asked for %q", hosts)
			}
			// Neither a second sign-in for another duration, nor keys in an address.
			assumed := 0
			for _, call := range server.Log() {
				if call.Action == "AssumeRoleWithSAML" {
					assumed++
				}
			}
			if assumed != 1 {
				t.Errorf("%d sessions", assumed)
			}
			if name == "aws" {
				d.consoleRest(server)
			}
		})
	}
}

// consoleRest is what needs one partition only.
func (d *desk) consoleRest(server *aws.Server) {
	r := d.wantStatus(d.run("console", "prod", "--print", "--region", "eu-west-1", "--service", "cloudwatch"), 0)
	_, at := d.followConsoleLink(strings.TrimSpace(r.stdout))
	if at != "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1" ||
		!strings.HasPrefix(r.stdout, "https://eu-west-1.signin.aws.amazon.com/federation?") {
		d.Errorf("arrives at %s from %s", at, r.stdout)
	}
	for line, want := range map[string]string{
		"console prod --print --service ../evil":      "is not a service",
		"console prod --print --service a@b":          "is not a service",
		"console prod --print --service=":             "--service is empty",
		"console prod --print --region cn-north-1":    `region "cn-north-1" is in AWS China`,
		"console prod --print --duration 13h":         "--duration is between 15m and 12h",
		"console prod --print --duration 2h --role x": "role x in account 123456789012 is not granted",
	} {
		r := d.run(strings.Fields(line)...)
		if r.status == 0 || r.stdout != "" {
			d.Errorf("%s: %s", line, r)
		}
		d.wantText(r.stderr, want)
	}

	// AWS refuses, and what it is asked with is not in what the person sees.
	server.Fail("getSigninToken", aws.Refuse(http.StatusBadRequest, "InvalidSession", "no"))
	d.wantText(d.wantStatus(d.run("console", "prod", "--print"), 5).stderr, "asking AWS for a sign-in to the console: AWS said: ")
	server.Fail("getSigninToken", aws.Refuse(http.StatusBadGateway, "x", "no"))
	d.wantText(d.wantStatus(d.run("console", "prod", "--print"), 1).stderr, "the answer is not AWS's (HTTP status 502)")

	if runtime.GOOS != "linux" {
		return // elsewhere the system's own browser would be started
	}
	// The browser is started with an address that says nothing, gets the other
	// one once, and has no secret of stsx's.
	dir := d.TempDir()
	browser := filepath.Join(dir, "browser")
	script := askingBrowser + `
		printf '%s\n' "$@" >"$0.argv"; env >"$0.env"; echo stray
		ask >/dev/null; touch "$0.done"`
	if err := os.WriteFile(browser, []byte(script), 0o700); err != nil {
		d.Fatal(err)
	}
	read := func(what string) string {
		text, err := os.ReadFile(browser + "." + what)
		if err != nil {
			d.Fatal(err)
		}
		return string(text)
	}
	opening := d.with("BROWSER=/nowhere/at-all:"+browser+" --new-tab %s", "STSX_MFA_CODE=123456")
	r = opening.wantStatus(opening.run("console", "prod", "--service", "ec2"), 0)
	if r.stdout != "" {
		d.Errorf("%s", r)
	}
	d.wantText(r.stderr, "prod: Admin in 123456789012: the console is in the browser")
	d.waitFor("the browser's end", func() bool { _, err := os.Stat(browser + ".done"); return err == nil })
	argv := read("argv")
	if !strings.HasPrefix(argv, "--new-tab\nhttp://127.0.0.1:") || strings.Contains(argv, "Token") ||
		strings.Contains(read("env"), janePassword) || strings.Contains(read("env"), "123456\n") {
		d.Errorf("the browser was started with %q", argv)
	}
}

// TestConsoleInTheBrowser: what the page on the loopback interface gives out.
func TestConsoleInTheBrowser(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere the system's own browser would be started")
	}
	d, _, _ := newProxyDeskAndServer(t, "aws", "https://signin.aws.amazon.com/saml", "", "sts.us-east-1.amazonaws.com",
		"signin.aws.amazon.com")
	dir := t.TempDir()
	browser := filepath.Join(dir, "browser")
	write := func(script string) {
		if err := os.WriteFile(browser, []byte(askingBrowser+"\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d = d.with("BROWSER=" + browser)
	write(`ask >"$0.answer"; touch "$0.done"`)
	d.wantStatus(d.run("console", "prod"), 0)
	d.waitFor("the browser's end", func() bool { _, err := os.Stat(browser + ".done"); return err == nil })
	answer, _ := os.ReadFile(browser + ".answer")
	var to string
	for line := range strings.Lines(string(answer)) {
		if _, after, ok := strings.Cut(line, "Location: "); ok {
			to = strings.TrimSpace(after)
		}
	}
	if !strings.HasPrefix(string(answer), "HTTP/1.1 303") || !strings.Contains(string(answer), "Cache-Control: no-store") ||
		!strings.Contains(string(answer), "Referrer-Policy: no-referrer") {
		t.Errorf("%s", answer)
	}
	if _, at := d.followConsoleLink(to); at != "https://console.aws.amazon.com/" {
		t.Errorf("arrives at %s", at)
	}
	write("exit 3")
	r := d.wantStatus(d.run("console", "prod"), 1)
	d.wantText(r.stderr, "opening the browser: "+browser+": exit status 3", "stsx console --print")
	r = d.with("BROWSER=").wantStatus(d.with("BROWSER=").run("console", "prod"), 1)
	d.wantText(r.stderr, "opening the browser: there is no display", "stsx console --print")
	if setpriv, err := exec.LookPath("setpriv"); err == nil && os.Getuid() == 0 {
		// Another user who has read the command line is faster.
		write(setpriv + ` --reuid 65534 --clear-groups bash -c "$(declare -f ask); at=$at; ask" >"$0.theirs"; true`)
		if r := d.run("console", "prod"); r.status == 0 || !strings.Contains(r.stderr, "another user of this machine (uid 65534)") {
			t.Errorf("%s", r)
		}
		d.waitFor("the thief's end", func() bool {
			theirs, _ := os.ReadFile(browser + ".theirs")
			return strings.HasPrefix(string(theirs), "HTTP/1.1 403")
		})
	}
}

// TestConsoleOfAChainedRole: AWS takes no duration for it.
func TestConsoleOfAChainedRole(t *testing.T) {
	t.Parallel()
	d, _, _ := newProxyDeskAndServer(t, "aws", "https://signin.aws.amazon.com/saml", "", "sts.us-east-1.amazonaws.com",
		"signin.aws.amazon.com")
	d.writeConfig(d.readConfig() + "[profile.far]\nsource = \"prod\"\nrole = \"arn:aws:iam::210987654321:role/Far\"\n")
	r := d.wantStatus(d.run("console", "far", "--print"), 0)
	if arn, _ := d.followConsoleLink(strings.TrimSpace(r.stdout)); !strings.HasPrefix(arn, "arn:aws:sts::210987654321:assumed-role/Far/") {
		t.Errorf("%s", arn)
	}
	d.wantText(d.wantStatus(d.run("console", "far", "--print", "--duration", "1h"), 2).stderr,
		"AWS takes none for the console of a chained role")
}
