//go:build unix

package tests

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"stsx/tests/aws"
	"stsx/tests/okta"
)

// hostilePages is a server of somebody's pages, who may mean harm.
type hostilePages struct {
	*httptest.Server
	mu    sync.Mutex
	taken []url.Values // what was posted
}

func servePages(t *testing.T, shown map[string]string) *hostilePages {
	t.Helper()
	p := &hostilePages{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_ = r.ParseMultipartForm(1 << 20)
			p.mu.Lock()
			p.taken = append(p.taken, r.PostForm)
			p.mu.Unlock()
		}
		text, ok := shown[r.URL.Path]
		if to, redirect := strings.CutPrefix(text, "to "); redirect {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!DOCTYPE html><link rel=icon href='data:,'>"+text)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *hostilePages) postedForms() []url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]url.Values{}, p.taken...)
}

// newFormDesk is a desk whose provider is at address and has no driver.
func newFormDesk(t *testing.T, address, more string) *desk {
	t.Helper()
	requireBrowser(t)
	d := newBareDesk(t, aws.Config{})
	d.writeConfig("[idp.acme]\ntype = \"form\"\nurl = \"" + address + "\"\n" + more + deskProfiles)
	return d
}

// TestHostilePage: a page that lies, hides, steals the focus and never ends.
func TestHostilePage(t *testing.T) {
	t.Parallel()
	p := servePages(t, map[string]string{
		"/": "<title>\x1b]0;pwned\x07</title><h1>Welcome \x1b[2J\x1b[31mred\x9b1A</h1><p>\nstsx: error: lies\r\nstsx: hint: more lies</p>" +
			"<form method=post action=/next><label for=user>User\x1b[1A\u202ename</label> <input id=user name=user required>" +
			"<label for=pass>Password</label> <input id=pass name=pass type=password>" +
			"<input name=trap1 style='position:absolute;left:-9999px'><input name=trap2 style='opacity:0'><div " +
			"style='display:none'><input name=trap3></div>" +
			"<input name=trap4 style='width:1px;height:1px;border:0;padding:0'><div aria-hidden=true><input name=trap5></div><div " +
			"style='height:0;overflow:hidden'><input name=trap6></div>" +
			"<label>Passport <input type=file name=scan></label><button type=button>Nothing</button><button>Go on</button></form>" +
			"<script>pass.onfocus = () => user.focus(); user.onblur = () => user.focus()</script>",
		"/next": "<h1>Endless</h1><form id=f></form><script>for (let i = 0; i < 5000; i++) f.insertAdjacentHTML('beforeend', `<input " +
			"aria-label='Number ${i}'><button>${i}</button>`)</script>",
	})
	d := newFormDesk(t, p.URL+"/", "username = \""+jane+"\"\n").with("STSX_PASSWORD=" + canaryPassword)
	bundle := filepath.Join(d.home, "bundle.zip")
	term := d.openTerminal("exec", "prod", "--debug-bundle", bundle, "--", "true")
	term.waitFor("unrecognised page at " + p.URL + ":")
	term.waitFor("User\ufffd[1A\ufffdname [" + jane + "]")
	term.typeText("someone\r")
	term.waitFor("Password (for " + strings.TrimPrefix(p.URL, "http://") + "):")
	term.typeText(janePassword + "\r")
	term.waitFor("a file (Passport")
	term.waitFor("Press: ")
	term.typeText("Nothing\r")
	term.waitFor("nothing came of pressing “Nothing”")
	term.waitFor("name [someone]")
	term.typeText("\r")
	term.waitFor("[as it is]")
	term.typeText("\r")
	term.waitFor("On this page: ")
	term.typeText("Go\r")
	term.waitFor("it asks for more than stsx reads")
	term.waitFor("Number 0:")
	term.typeText("\x03")
	r := d.wantStatus(term.wait(), 130)
	posts := p.postedForms()
	if len(posts) != 1 || posts[0].Get("user") != "someone" || posts[0].Get("pass") != janePassword {
		t.Errorf("posted: %v", posts)
	}
	for name, values := range posts[0] {
		if strings.HasPrefix(name, "trap") && values[0] != "" {
			t.Errorf("%s got %q", name, values)
		}
	}
	members := d.bundleMembers(bundle)
	for name, text := range members {
		if strings.Contains(text, janePassword) || strings.Contains(text, "someone") {
			t.Errorf("what was typed is in %s of the bundle", name)
		}
	}
	if !slices.ContainsFunc(slices.Collect(maps.Keys(members)), func(name string) bool { return strings.HasSuffix(name, ".png") }) {
		t.Errorf("the bundle shows no page: %q", slices.Collect(maps.Keys(members)))
	}
	for _, bad := range []string{"\x1b]", "\x07", "\x1b[2J\x1b[31m", "\u202e", "\x9b", "\u009b"} {
		if strings.Contains(term.rawText(), bad) {
			t.Errorf("the screen got %q", bad)
		}
	}
	if strings.Contains(term.rawText(), "\nstsx: error: lies") || strings.Contains(r.stdout, janePassword) {
		t.Errorf("the screen: %s", r)
	}
	d.wantNoBrowserProfile()
}

// TestForeignPage: nothing is done to a page of another place before the
// person says yes.
func TestForeignPage(t *testing.T) {
	t.Parallel()
	other := servePages(t,
		map[string]string{"/": "<h1>Acme</h1><form method=post><label>Password <input type=password " +
			"name=p></label><button>Go</button></form>"})
	p := servePages(t, map[string]string{"/": "to " + other.URL + "/"})
	d := newFormDesk(t, p.URL+"/", "")
	host := strings.TrimPrefix(other.URL, "http://")
	for answer, then := range map[string]func(term *terminal){
		"\r": func(term *terminal) { // no
			d.wantText(d.wantStatus(term.wait(), 125).stdout, "the sign-in led to a page of "+other.URL, "nothing was typed",
				"allowed_hosts")
			if len(other.postedForms()) > 0 {
				t.Errorf("it got %v", other.postedForms())
			}
		},
		"y\r": func(term *terminal) {
			term.waitFor("unrecognised page at " + other.URL + ":")
			term.waitFor("Password (for " + host + "):")
			term.typeText("\x03")
			d.wantStatus(term.wait(), 130)
		},
	} {
		term := d.openTerminal("exec", "prod", "--", "true")
		term.waitFor("THIS PAGE IS ANOTHER PLACE'S: " + host)
		term.waitFor("Answer pages of " + other.URL + "? [y/N]")
		term.typeText(answer)
		then(term)
	}
	d.wantNoBrowserProfile()
}

// TestRestlessPage: one that loads itself again and again comes to an end.
func TestRestlessPage(t *testing.T) {
	t.Parallel()
	p := servePages(t, map[string]string{"/": "<h1>Moment</h1><script>setTimeout(() => location.reload(), 30)</script>"})
	d := newFormDesk(t, p.URL+"/", "timeout = \"20s\"\n")
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 125)
	d.wantText(r.stderr, "the sign-in did not end within 20s", "did not get past a page ("+p.URL+"/)", "Moment")
	d.wantNoBrowserProfile()
}

// TestFormInWindow: with browser = "visible" the person signs in in the window.
func TestFormInWindow(t *testing.T) {
	t.Parallel()
	d, person := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).withDisplay().withWindowUser("")
	d.writeConfig("[idp.acme]\ntype = \"form\"\nbrowser = \"visible\"\nurl = \"" + d.org.EmbedURL() + "\"\n" + deskProfiles)
	term := d.openTerminal("exec", "prod", "--", "echo", "in")
	term.waitFor("sign in to acme in the window")
	d.waitForWindow()
	person.typeInto("#okta-signin-username", jane, "#okta-signin-password", janePassword)
	person.clickElement("#okta-signin-submit")
	term.waitFor("in\r\n")
	d.wantStatus(term.wait(), 0)
	d.wantOneSignIn(0)
	d.wantNoWindow()
}
