//go:build unix

package tests

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
	"stsx/tests/require"
)

// doctorLine is a line of stsx doctor.
type doctorLine struct{ Name, Status, Finding, Cure, Fixed string }

// doctorDesk is a desk whose browser is missing, so that nothing starts one: what is looked at is the rest.
func doctorDesk(t *testing.T) *desk {
	d := newBareDesk(t, aws.Config{})
	d.writeConfig(
		"[idp.acme]\nurl = \"http://127.0.0.1:1/home/amazon_aws/0oa1/272\"\nusername = \"jane\"\n[profile.prod]\nregion = \"eu-west-1\"\n",
	)
	return d.with("STSX_BROWSER_PATH=/nonexistent/browser")
}

// doctor runs it with --json and returns its lines by name.
func (d *desk) doctor(args ...string) map[string]doctorLine {
	d.Helper()
	return d.doctorLines(d.run(append([]string{"doctor", "--json"}, args...)...))
}

func (d *desk) doctorLines(r runResult) map[string]doctorLine {
	d.Helper()
	var report struct {
		OK     bool
		Checks []doctorLine
	}
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
		d.Fatalf("%v: %s", err, r)
	}
	lines, fails := map[string]doctorLine{}, 0
	for _, line := range report.Checks {
		lines[line.Name] = line
		if line.Status == "fail" {
			fails++
		}
		if line.Finding == "" || strings.Contains(line.Finding+line.Cure, "\n") || line.Status == "fail" && line.Cure == "" {
			d.Errorf("no line for a person: %+v", line)
		}
	}
	if report.OK != (fails == 0) || (r.status == 0) != report.OK || len(lines) < 15 {
		d.Errorf("%d lines, %d fail: %s", len(lines), fails, r)
	}
	return lines
}

// wantLine fails the test unless the line has that status and each of parts in what was found or its cure.
func (d *desk) wantLine(line doctorLine, status string, parts ...string) {
	d.Helper()
	if line.Status != status {
		d.Errorf("want %s: %+v", status, line)
	}
	d.wantText(line.Finding+" — "+line.Cure, parts...)
}

// TestDoctor: on a machine where all is as it should be, a line for each check, and no sign-in.
func TestDoctor(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Gen3}).withKeyring()
	d = d.with("PATH=" + filepath.Dir(stsxPath) + ":" + d.envValue("PATH"))
	d.writeFile(filepath.Join(d.home, ".bashrc"), "eval \"$(stsx init bash)\"\n", 0o600)
	d = d.with("SHELL=/bin/bash")
	var r runResult
	// A machine that is busy with other tests may take longer than doctor waits.
	d.waitFor("a run in which all ends in time", func() bool {
		r = d.run("doctor")
		return !strings.Contains(r.stdout, " within ")
	})
	d.wantStatus(r, 0)
	for _, line := range []string{" keyring         Secret Service, unlocked\n", "state folder    ", "configuration   " + d.configPath() +
		" has no mistakes; 1 identity provider, 4 profiles\n",
		"proxy           no variable names one\n", "okta            " + strings.TrimPrefix(d.org.URL(), "http://") +
			" answers, Identity Engine, Sign-In Widget ",
		"sts             AWS answers in eu-west-1, us-east-1\n", "clock           right to the second",
		"refresh         AWS's SDKs, the Go SDK among them, reach",
		"aws files       nothing in the way", "leftovers       no sign-in was killed"} {
		d.wantText(r.stdout, "ok    "+strings.TrimPrefix(line, " "))
	}
	d.wantText(r.stdout, "starts without a window, its sandbox o", "installed in "+d.home+"/.bashrc, version ")
	if d.countEvents(okta.Identified)+d.countEvents(okta.PasswordTried) != 0 || d.countAssumed() != 0 {
		t.Errorf("it signed in: %v", d.org.Log())
	}
	d.wantNoBrowserProfile()
}

// TestDoctorBrowser: no browser, one that is none, one that a policy forbids.
func TestDoctorBrowser(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t)
	d.wantLine(d.doctor()["browser"], "fail", "/nonexistent/browser", "no such file", "correct browser_path")
	d.writeFile(filepath.Join(d.home, "browser"), "#!/bin/sh\necho 'Missing X server' >&2\nexit 1\n", 0o700)
	d.wantLine(
		d.with("STSX_BROWSER_PATH=" + filepath.Join(d.home, "browser")).doctor()["browser"],
		"fail",
		"it ended at once, saying: Missing X server",
	)
	d.writeFile(filepath.Join(d.home, "browser"), "#!/bin/sh\necho 'Headless mode is disallowed by the system admin.' >&2\nexit 1\n", 0o700)
	d.wantLine(d.with("STSX_BROWSER_PATH=" + filepath.Join(d.home, "browser")).doctor()["browser"], "fail",
		"your administrator's policy HeadlessMode=2 forbids this browser to run without a window", `set browser = "auto"`)
	d.wantLine(d.with("STSX_BROWSER_PATH=", "PATH="+t.TempDir()).doctor()["browser"], "fail", "found no Chrome, Chromium, Edge or Brave")
}

// newSTS is an AWS that refuses everybody, with another Date where that is not zero.
func newSTS(d *desk, ahead time.Duration) *desk {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if ahead != 0 {
			w.Header().Set("Date", time.Now().Add(-ahead).UTC().Format(http.TimeFormat))
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<ErrorResponse><Error><Code>MissingAuthenticationToken</Code><Message>x</Message></Error></ErrorResponse>")
	}))
	d.Cleanup(server.Close)
	return d.with("AWS_ENDPOINT_URL=" + server.URL)
}

// TestDoctorClock: how wrong this machine's clock is, told by the servers'.
func TestDoctorClock(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t)
	for ahead, c := range map[time.Duration]struct{ status, finding string }{
		20 * time.Second: {"ok", "s ahead of that of AWS"},
		-2 * time.Minute: {"warn", "behind that of AWS"},
		2 * time.Hour:    {"fail", "ahead of that of AWS"},
		-time.Hour:       {"fail", "behind that of AWS"},
	} {
		line := newSTS(d, ahead).doctor()["clock"]
		d.wantLine(line, c.status, c.finding)
		amount, _, _ := strings.Cut(line.Finding, " ")
		if d, err := time.ParseDuration(amount); err != nil || (d-ahead.Abs()).Abs() > 15*time.Second {
			t.Errorf("%s: %+v", ahead, line)
		}
		if (line.Cure == "") != (c.status == "ok") {
			t.Errorf("%s: %+v", ahead, line)
		}
	}
	d.wantLine(d.with("AWS_ENDPOINT_URL=http://127.0.0.1:1").doctor()["clock"], "warn", "not known")
}

// TestDoctorNetwork: servers that are not there, that are not what they should be, and a proxy that is not there.
func TestDoctorNetwork(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t)
	lines := d.with("AWS_ENDPOINT_URL=http://127.0.0.1:1", "HTTPS_PROXY=http://jane:secret-word@127.0.0.1:1").doctor()
	d.wantLine(lines["okta"], "fail", "127.0.0.1:1: ", "connection refused")
	d.wantLine(lines["sts"], "fail", "STS in eu-west-1: ", "connection refused")
	d.wantLine(lines["tls"], "warn", "no server answered over TLS")
	d.wantLine(lines["proxy"], "fail", "http://127.0.0.1:1: ", "connection refused", "HTTPS_PROXY")
	if text := fmt.Sprint(lines); strings.Contains(text, "secret-word") {
		t.Errorf("a proxy's password is shown: %s", text)
	}
	d.wantLine(d.with("HTTPS_PROXY=gopher://x").doctor()["proxy"], "fail", "HTTPS_PROXY: a proxy of kind \"gopher\" is not supported")
	d.wantLine(d.with("AWS_ENDPOINT_URL=somewhere").doctor()["sts"], "fail", "AWS_ENDPOINT_URL is \"somewhere\"")

	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/gone"):
			http.NotFound(w, r)
		case strings.HasPrefix(r.URL.Path, "/down"):
			w.WriteHeader(http.StatusServiceUnavailable)
		case strings.HasPrefix(r.URL.Path, "/circle"):
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		default:
			fmt.Fprint(w, "a network's own sign-in page")
		}
	}))
	t.Cleanup(page.Close)
	for path, want := range map[string]string{"gone": "has no such app (HTTP status 404)", "down": "not available (HTTP status 503)",
		"circle": "redirects in circles"} {
		d.writeConfig("[idp.acme]\nurl = \"" + page.URL + "/" + path + "/home/amazon_aws/0oa1/272\"\n[profile.prod]\n")
		d.wantLine(d.doctor()["okta"], "fail", want)
	}
	d.wantLine(d.with("AWS_ENDPOINT_URL=" + page.URL).doctor()["sts"], "fail", "the answer is not AWS's")
}

// TestDoctorTLS: a certificate that nobody vouches for, and a company's inspection, are named.
func TestDoctorTLS(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t)
	server, err := aws.New(aws.Config{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	lines := d.with("AWS_ENDPOINT_URL=" + server.URL()).doctor()
	d.wantLine(lines["sts"], "fail", "see the line tls")
	d.wantLine(
		lines["tls"],
		"fail",
		"STS in eu-west-1: its certificate was issued by stsx test bed, which this machine does not trust",
		"AWS_CA_BUNDLE",
	)
	trusting := d.with("AWS_ENDPOINT_URL="+server.URL(), "AWS_CA_BUNDLE="+server.CAFile())
	d.wantLine(trusting.doctor()["tls"], "ok", server.Addr()+" has a certificate of stsx test bed")
	d.wantLine(trusting.with("AWS_CA_BUNDLE=/nonexistent/ca.pem").doctor()["sts"], "fail", "AWS_CA_BUNDLE", "no such file")

	proxy, err := aws.NewProxy(aws.ProxyConfig{Routes: map[string]string{"sts.eu-west-1.amazonaws.com:443": server.Addr()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	lines = d.with("AWS_ENDPOINT_URL=", "AWS_CA_BUNDLE="+server.CAFile(), "HTTPS_PROXY="+proxy.URL()).doctor()
	d.wantLine(
		lines["tls"],
		"warn",
		"sts.eu-west-1.amazonaws.com: its certificate was issued by stsx test bed and not by Amazon: a proxy inspects",
	)
	d.wantLine(lines["sts"], "ok", "AWS answers in eu-west-1")
	d.wantLine(lines["proxy"], "ok", proxy.URL()+" takes connections")

	org := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(org.Close)
	d.writeConfig("[idp.acme]\nurl = \"" + org.URL + "/home/amazon_aws/0oa1/272\"\n[profile.prod]\n")
	d.wantLine(d.doctor()["tls"], "fail", strings.TrimPrefix(org.URL, "https://")+": its certificate was issued by Acme Co")
}

// TestDoctorHangs: proxies and keyrings that take connections and never answer are named in the end.
func TestDoctorHangs(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	bus, err := net.Listen("unix", filepath.Join(t.TempDir(), "bus"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	d.writeConfig("[idp.acme]\nurl = \"https://acme.okta.example/home/amazon_aws/0oa1/272\"\n[profile.prod]\nregion = \"eu-west-1\"\n")
	d.writeFile(filepath.Join(d.home, "browser"), "#!/bin/sh\nexec sleep 600\n", 0o700)
	begun := time.Now()
	lines := d.with(
		"AWS_ENDPOINT_URL=",
		"HTTPS_PROXY=http://"+silent.Addr().String(),
		"DBUS_SESSION_BUS_ADDRESS=unix:path="+bus.Addr().String(),
		"STSX_BROWSER_PATH="+filepath.Join(d.home, "browser"),
	).doctor()
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("it took %s", took)
	}
	d.wantLine(lines["okta"], "fail", "acme.okta.example: no answer within 5s", "see the line proxy")
	d.wantLine(lines["sts"], "fail", "STS in eu-west-1: no answer within 5s")
	d.wantLine(lines["keyring"], "fail", "the OS keyring did not answer within 3s", "restart the keyring")
	d.wantLine(lines["browser"], "fail", "did not start within 9s")
	d.wantNoBrowserProfile()
}

// TestDoctorKeyring: none, locked, and forbidden in the kernel.
func TestDoctorKeyring(t *testing.T) {
	t.Parallel()
	onLinux(t)
	d := doctorDesk(t)
	d.wantLine(d.doctor()["keyring"], "warn", "no D-Bus session", "gnome-keyring")
	d.wantLine(d.doctorLines(d.runWithoutKeyrings("doctor", "--json"))["kernel keyring"], "warn", "operation not permitted", "keyctl")
	open := d.withKeyring()
	d.wantLine(open.doctor()["keyring"], "ok", "Secret Service, unlocked")
	gdbus := require.Command(t, "gdbus", "apt-get install libglib2.0-bin")
	command := exec.Command(gdbus, "call", "--session", "--dest", "org.freedesktop.secrets", "--object-path", "/org/freedesktop/secrets",
		"--method", "org.freedesktop.Secret.Service.Lock", "['/org/freedesktop/secrets/collection/login']")
	command.Env = open.env
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("locking: %v: %s", err, out)
	}
	d.wantLine(open.doctor()["keyring"], "warn", "Secret Service is locked", "unlock")
}

// TestDoctorPrograms: another stsx on PATH, and a hook that starts another or none.
func TestDoctorPrograms(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t).with("SHELL=/bin/bash")
	other := t.TempDir()
	d.writeFile(filepath.Join(other, "stsx"), "#!/bin/sh\necho stsx 0.0.1-old\n", 0o755)
	ownPath := filepath.Dir(stsxPath) + ":/usr/bin:/bin"
	rc := filepath.Join(d.home, ".bashrc")
	path := d.with("PATH=" + other + ":" + ownPath)
	d.wantLine(path.doctor()["path"], "warn", "PATH leads to "+other+"/stsx first (stsx 0.0.1-old)")
	d.wantLine(d.with("PATH=" + ownPath + ":" + other).doctor()["path"], "warn", "another one is "+other+"/stsx (stsx 0.0.1-old)")
	d.wantLine(d.with("PATH=/usr/bin").doctor()["path"], "warn", "PATH has no stsx")
	d.wantLine(d.with("PATH=" + ownPath).doctor()["path"], "ok", "the only one on PATH")

	d.wantLine(d.doctor()["shell hook"], "ok", "not installed for bash", "add to ~/.bashrc: eval \"$(stsx init bash)\"")
	for line, want := range map[string][]string{
		"eval \"$(stsx init bash)\"":                  {"warn", rc + " starts another stsx, " + other + "/stsx (stsx 0.0.1-old)"},
		"# eval \"$(stsx init bash)\"":                {"ok", "not installed"},
		"eval \"$(/gone/stsx init bash --renew)\"":    {"warn", rc + " starts /gone/stsx, which is not there"},
		"  eval \"$('" + stsxPath + "' init bash)\"":  {"ok", "installed in " + rc + ", version "},
		"source <(" + stsxPath + " init bash)":        {"ok", "installed in " + rc + ", version "},
		"alias s=stsx; echo stsxinit; echo init stsx": {"ok", "not installed"},
	} {
		d.writeFile(rc, "PS1=x\n"+line+"\n", 0o600)
		d.wantLine(path.doctor()["shell hook"], want[0], want[1])
	}
	if err := os.Remove(rc); err != nil {
		t.Fatal(err)
	}
}
