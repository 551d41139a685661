//go:build unix

package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/awsfile"
)

// TestDoctorChangesNothing: what is missing is missing afterwards, the browser's profile included.
func TestDoctorChangesNothing(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t)
	d.writeFile(filepath.Join(d.home, "browser"), "#!/bin/sh\necho \"$@\" >\"$0.arguments\"\nexit 1\n", 0o700)
	d.writeFile(filepath.Join(d.home, "browser.arguments"), "", 0o600)
	paths := func(folder string) []string {
		var all []string
		for path := range fileTree(t, folder) {
			all = append(all, path)
		}
		slices.Sort(all)
		return all
	}
	before, temp := paths(d.home), t.TempDir()
	lines := d.with("STSX_BROWSER_PATH="+filepath.Join(d.home, "browser"), "TMPDIR="+temp).doctor()
	d.wantLine(lines["browser"], "fail", "it ended at once")
	d.wantLine(lines["state folder"], "ok", "is not there yet, and can be made")
	if after := paths(d.home); !slices.Equal(before, after) {
		t.Errorf("before: %q\nafter: %q", before, after)
	}
	d.wantText(textOf(t, filepath.Join(d.home, "browser.arguments")), "--user-data-dir="+temp+"/stsx-browser-")
	if left := paths(temp); len(left) != 1 { // temp itself
		t.Errorf("left: %q", left)
	}
}

// TestDoctorFolders: disks with little room, none, and without leave to write; a file system that has no locks.
func TestDoctorFolders(t *testing.T) {
	t.Parallel()
	onLinux(t)
	d := doctorDesk(t)
	const freeSome = "DIR — free some space there"
	for script, want := range map[string][2]string{
		`mount -t tmpfs -o size=1m tmpfs "$dir"`:                                {"warn", "1 MB are free in " + freeSome},
		`mount -t tmpfs -o size=60m tmpfs "$dir"`:                               {"warn", "60 MB are free in " + freeSome},
		`mount -t tmpfs -o size=200m tmpfs "$dir"`:                              {"ok", "200 MB free"},
		`mount -t tmpfs -o size=4k tmpfs "$dir"; echo full >"$dir/full"`:        {"fail", "nothing can be written in DIR: "},
		`mount -t tmpfs -o size=200m,nr_inodes=1 tmpfs "$dir"`:                  {"fail", "no space left on device — make room there"},
		`mount -t tmpfs tmpfs "$dir"; mount -o remount,ro "$dir"`:               {"fail", "read-only file system — make room there"},
		`mount -t tmpfs tmpfs "$dir"; mkdir "$dir/stsx"; chmod 777 "$dir/stsx"`: {"warn", "DIR/stsx is open to other users (mode 0777)"},
	} {
		lines := d.doctorLines(d.runInMountNamespace(
			`for dir in "$1/.local/state" "$1/.cache"; do mkdir -p "$dir"; `+script+"; done", "doctor", "--json"))
		for check, dir := range map[string]string{"state folder": "/.local/state", "cache folder": "/.cache"} {
			d.wantLine(lines[check], want[0], strings.ReplaceAll(want[1], "DIR", d.home+dir))
			if want[0] == "fail" {
				d.wantText(lines[check].Cure, "or make it writable, or set XDG_"+strings.ToUpper(check[:5])+"_HOME to another folder")
			}
		}
	}
	lines := d.doctorLines(d.runWithoutLocks("doctor", "--json"))
	d.wantLine(
		lines["state folder"],
		"warn",
		"the file system of "+d.home,
		"has no locks",
		"set XDG_STATE_HOME to a folder on a local disk",
	)
	d.wantLine(lines["cache folder"], "ok", "can be made")
}

// TestDoctorEndedKeys: --fix removes what stsx save wrote and has ended, and nothing else.
func TestDoctorEndedKeys(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t)
	const mine = "# mine\n[other]\naws_access_key_id = ASIAOTHER\naws_secret_access_key = x\n" +
		"x_security_token_expires = 2001-01-01T00:00:00Z\n"
	d.writeFile(d.credentials(), mine, 0o600)
	save := func(section string, ends time.Time) {
		saved := awsfile.Files{Getenv: d.envValue, Home: d.home, Dir: filepath.Join(d.home, ".local", "state", "stsx", "saved")}
		if _, err := saved.Save(context.Background(), section, session.Session{Profile: section, Credentials: session.Credentials{
			AccessKeyID: "ASIA" + strings.ToUpper(section), SecretAccessKey: session.NewSecret("s"), SessionToken: session.NewSecret("t"),
			Expires: ends,
		}}, false); err != nil {
			t.Fatal(err)
		}
	}
	save("live", time.Now().Add(time.Hour))
	d.wantLine(d.doctor()["aws files"], "ok", "nothing in the way")
	live := textOf(t, d.credentials())
	save("dead", time.Now().Add(-time.Minute))
	save("gone", time.Now().Add(-48*time.Hour))
	list := "[dead] in " + d.credentials() + ", [gone] in " + d.credentials()
	line := d.doctor()["aws files"]
	d.wantLine(line, "warn", "sessions that stsx saved have ended, and AWS's tools still try them: "+list+" — run stsx doctor --fix")
	line = d.doctor("--fix")["aws files"]
	d.wantLine(line, "ok", "nothing in the way")
	if want := "removing ended sessions: " + list; line.Fixed != want {
		t.Errorf("fixed: %q, want %q", line.Fixed, want)
	}
	if left := textOf(t, d.credentials()); left != live {
		t.Errorf("the file is %q, want %q", left, live)
	}
}

// TestDoctorUnreadable: files that stsx gets on with and the AWS CLI does not.
func TestDoctorUnreadable(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t)
	config := filepath.Join(d.home, ".aws", "config")
	for text, why := range map[string]string{
		"[broken\nregion = x\n":      "line 1",
		"region = x\n[dev]\n":        "line 1",
		"[dev]\nregion = x\n[dev]\n": "line 3",
		"\ufeff[dev]\nregion = x\n":  "byte order mark",
		"[dev]\nregion = caf\xe9\n":  "not UTF-8",
	} {
		for _, path := range []string{d.credentials(), config} {
			d.writeFile(path, text, 0o600)
			d.wantLine(d.doctor()["aws files"], "warn", "the AWS CLI can't read "+path+": ", why)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.wantLine(d.doctor()["aws files"], "ok", "nothing in the way")
}

// TestDoctorIdentity: variables that name another identity than the session's.
func TestDoctorIdentity(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t).with("AWS_ACCESS_KEY_ID=") // each desk has one
	d.wantLine(d.doctor()["aws files"], "ok", "nothing in the way")
	for _, names := range [][]string{
		{"AWS_PROFILE"}, {"AWS_DEFAULT_PROFILE"}, {"AWS_ACCESS_KEY_ID"}, {"AWS_WEB_IDENTITY_TOKEN_FILE"},
		{"AWS_PROFILE", "AWS_ACCESS_KEY_ID"},
	} {
		named := d
		for _, name := range names {
			named = named.with(name + "=theirs")
		}
		d.wantLine(named.doctor()["aws files"], "warn", strings.Join(names, ", ")+" set in this shell: stsx exec takes that away",
			"run unset "+strings.Join(names, " "))
		d.wantLine(named.with("STSX_PROFILE=prod").doctor()["aws files"], "ok", "nothing in the way") // a session's own
	}
}

// TestDoctorUngranted: profiles whose role no sign-in has granted, as far as sign-ins are remembered.
func TestDoctorUngranted(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t)
	d.writeConfig("[idp.acme]\nurl = \"http://127.0.0.1:1/home/amazon_aws/0oa1/272\"\n" +
		"[profile.arn]\nrole = \"" + adminRole + "\"\n[profile.name]\nrole = \"Dev\"\naccount = \"123456789012\"\n[profile.any]\n" +
		"[profile.path]\nrole = \"Audit\"\n[profile.chained]\nsource = \"arn\"\nrole = \"arn:aws:iam::210987654321:role/Far\"\n" +
		"[profile.left]\nrole = \"arn:aws:iam::123456789012:role/Left\"\n[profile.moved]\nrole = \"Dev\"\naccount = \"210987654321\"\n")
	d.wantLine(d.doctor()["configuration"], "ok", "1 identity provider, 7 profiles") // nobody has signed in
	text, err := json.Marshal(map[string]any{"x": map[string]any{"roles": []string{adminRole, devRole, auditRole}, "seen": time.Now()}})
	if err != nil {
		t.Fatal(err)
	}
	d.writeFile(filepath.Join(d.home, ".cache", "stsx", "roles.json"), string(text), 0o600)
	d.wantLine(d.doctor()["configuration"], "warn", "no sign-in has granted the role of profile left, moved — run stsx roles")
}

// TestDoctorBareMachine: without HOME, without PATH, without anything there is a line for each check, and a cure.
func TestDoctorBareMachine(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t).with("AWS_ENDPOINT_URL=http://127.0.0.1:1")
	without := func(names ...string) map[string]doctorLine {
		bare := *d
		bare.env = slices.DeleteFunc(slices.Clone(d.env), func(entry string) bool {
			name, _, _ := strings.Cut(entry, "=")
			return slices.Contains(names, name)
		})
		return bare.doctor()
	}
	wantNoHome := func(lines map[string]doctorLine) {
		d.wantLine(lines["state folder"], "fail", "neither HOME nor XDG_STATE_HOME is set", "set HOME or XDG_STATE_HOME")
		d.wantLine(lines["cache folder"], "fail", "neither HOME nor XDG_CACHE_HOME is set", "set HOME or XDG_CACHE_HOME")
		d.wantLine(lines["configuration"], "fail", "there is no home directory", "set HOME, or name the file with --config")
		d.wantLine(lines["okta"], "warn", "there is no configuration")
		d.wantLine(lines["leftovers"], "ok", "no sign-in was killed")
	}
	lines := without("HOME")
	wantNoHome(lines)
	d.wantLine(lines["browser"], "fail", "/nonexistent/browser")

	lines = without("PATH", "STSX_BROWSER_PATH")
	d.wantLine(lines["path"], "warn", "PATH has no stsx", "run export PATH=")
	d.wantLine(lines["configuration"], "ok", "has no mistakes")
	d.wantLine(lines["state folder"], "ok", "can be made")
	if _, err := os.Stat("/snap/bin/chromium"); err != nil {
		d.wantLine(lines["browser"], "fail", "found no Chrome, Chromium, Edge or Brave", "install Chromium")
	}

	lines = without("HOME", "PATH", "SHELL", "TERM", "LANG")
	wantNoHome(lines)
	d.wantLine(lines["path"], "warn", "PATH has no stsx")
	d.wantLine(lines["terminal"], "warn", "none: what has to be asked ends with status 3")
}

// TestDoctorTerminal: what a terminal can't show, and windows that can't be shown.
func TestDoctorTerminal(t *testing.T) {
	t.Parallel()
	onLinux(t)
	d := doctorDesk(t)
	for _, c := range []struct{ term, display, want string }{
		{"xterm-256color", "", "ok    terminal        xterm-256color, questions can be asked; no windows: there is no display"},
		{"dumb", "", "warn  terminal        TERM is dumb: questions are plain lines, roles are picked by number; no windows"},
		{"", "", "warn  terminal        TERM is not set: questions are plain lines"},
		{"xterm", "127.0.0.1:9999",
			"ok    terminal        xterm, questions can be asked; no windows: the display that DISPLAY names does not answer"},
	} {
		at := d.with("TERM="+c.term, "DISPLAY="+c.display).openTerminal("doctor")
		if r := at.wait(); r.status != 1 || !strings.Contains(r.stdout, c.want) {
			t.Errorf("want %q: %s", c.want, r)
		}
	}
}

// TestDoctorOtherHost: an app's link that leads to a host which the configuration does not name.
func TestDoctorOtherHost(t *testing.T) {
	t.Parallel()
	d := doctorDesk(t)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a sign-in page") }))
	t.Cleanup(other.Close)
	to := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	link := httptest.NewServer(http.RedirectHandler(to+"/signin", http.StatusFound))
	t.Cleanup(link.Close)
	d.writeConfig("[idp.acme]\nurl = \"" + link.URL + "/home/amazon_aws/0oa1/272\"\n[profile.prod]\nregion = \"eu-west-1\"\n")
	d.wantLine(d.doctor()["okta"], "warn",
		strings.TrimPrefix(link.URL, "http://")+" leads to "+strings.TrimPrefix(to, "http://")+" answers",
		"add it to allowed_hosts in the configuration")
}
