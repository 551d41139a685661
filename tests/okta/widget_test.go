package okta

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	testUser     = "jane.roe@example.com"
	testPassword = "Correct-horse-9"
	googleSecret = "JBSWY3DPEHPK3PXP"
	verifySecret = "KRSXG5CTMVRXEZLU"
	testRole     = "arn:aws:iam::123456789012:role/Admin,arn:aws:iam::123456789012:saml-provider/Okta"
)

// jane is a user with everything enrolled.
func jane(change ...func(*User)) User {
	u := User{
		Name: testUser, Password: testPassword, GoogleTOTP: googleSecret, OktaVerifyTOTP: verifySecret,
		Others: []Factor{SecurityQuestion, Email}, Roles: []string{testRole},
	}
	for _, c := range change {
		c(&u)
	}
	return u
}

func onlyGoogle(u *User) { u.OktaVerifyTOTP, u.Others = "", nil }
func noMFA(u *User)      { u.GoogleTOTP, u.OktaVerifyTOTP, u.Others = "", "", nil }

// start runs an org for the time of a test.
func start(t *testing.T, cfg Config) *Org {
	t.Helper()
	o, err := Start(cfg)
	if err != nil {
		needed(t, err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// TestWidget walks through the real widget without stsx: a sign-in with mistakes,
// and one that is given up. TestPages in stsx/tests goes all other ways with stsx.
func TestWidget(t *testing.T) {
	walks := []struct {
		name string
		cfg  Config
		user User
		walk func(w *tab, o *Org, m selectors)
	}{
		{"sign-in", Config{}, jane(), func(w *tab, o *Org, m selectors) {
			w.await(m.username)
			w.shoot("identify")
			w.login(m, "wrong")
			w.says(m.pageError, "Unable to sign in")
			w.shoot("wrong-password")
			w.login(m, testPassword)
			w.pick(m, OktaVerifyTOTP)
			w.await(m.totp)
			w.shoot("okta-verify")
			w.send(m.totp, "000000", m)
			w.says(m.fieldError[OktaVerifyTOTP], map[bool]string{true: "match our records", false: "Invalid code"}[o.cfg.Engine == Classic])
			w.shoot("okta-verify-wrong")
			w.send(m.totp, w.code(o, OktaVerifyTOTP), m)
			w.posted()
		}},
		{"cancel", Config{}, jane(), func(w *tab, o *Org, m selectors) {
			w.login(m, testPassword)
			w.click(m.cancel)
			w.await(m.username)
			w.shoot("page")
			w.login(m, testPassword)
			w.pick(m, GoogleTOTP)
			w.send(m.code, w.code(o, GoogleTOTP), m)
			w.posted()
			if o.Count(Cancelled, testUser) != 1 {
				w.Error("the org did not hear of it")
			}
		}},
	}
	b := browser(t)
	for _, engine := range []Engine{Gen2, Gen3, Classic} {
		for _, walk := range walks {
			t.Run(engine.String()+"/"+walk.name, func(t *testing.T) {
				acs, posts := relyingParty(t)
				walk.cfg.Engine, walk.cfg.Users, walk.cfg.ACS, walk.cfg.RelayState = engine, []User{walk.user}, acs, "a=1&b"
				o := start(t, walk.cfg)
				w := open(t, b, o, walk.name+"-"+engine.String())
				w.posts = posts
				walk.walk(w, o, marks[engine])
				w.local()
				if t.Failed() {
					for _, e := range o.Log() {
						if !strings.HasPrefix(e.Path, "/assets") {
							t.Log(e.Kind, e.Method, e.Path, e.User, e.Factor, e.OK, e.Detail)
						}
					}
				}
			})
		}
	}
}

// login fills the first page in one go.
func (w *tab) login(m selectors, password string) {
	w.Helper()
	w.fill(m.username, testUser)
	w.send(m.password, password, m)
}

// send fills one field and submits. A submit can be lost: the second generation
// and Classic drop one that follows another within 200 ms, and say nothing. So it
// is given again until the org has heard something.
func (w *tab) send(field, value string, m selectors) {
	w.Helper()
	w.fill(field, value)
	before := w.org.Count(Requested, "")
	for i := range 5 {
		if i > 0 {
			v, _ := w.page.Eval(`() => document.activeElement.outerHTML + [...document.querySelectorAll('#okta-sign-in form')].map(f=>f.className)+[...document.querySelectorAll('input')].map(f=>f.name+'='+f.value)`)
			w.Logf("LOST %s %d: %v", field, i, v.Value)
		}
		w.click(m.submit)
		if eventually(2*time.Second, func() bool { return w.org.Count(Requested, "") > before }) {
			return
		}
	}
	w.shoot("failed")
	w.Fatalf("nothing was sent from %s", field)
}

// eventually waits for a condition, and tells whether it came.
func eventually(limit time.Duration, ok func() bool) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(limit); time.Now().Before(end); <-tick.C {
		if ok() {
			return true
		}
	}
	return ok()
}

// pick chooses a factor: from the list, or in Classic from the dropdown.
func (w *tab) pick(m selectors, f Factor) {
	w.Helper()
	if m.dropdown != "" {
		w.click(m.dropdown)
	}
	w.await(m.pick[f])
	w.shoot("factors")
	w.click(m.pick[f])
}

func (w *tab) code(o *Org, f Factor) string {
	w.Helper()
	code, err := o.Code(testUser, f)
	w.check(err)
	return code
}

// posted waits for the assertion at the relying party.
func (w *tab) posted() url.Values {
	w.Helper()
	select {
	case post := <-w.posts:
		if post.Get("SAMLResponse") == "" || post.Get("RelayState") != "a=1&b" {
			w.Errorf("posted %v", post)
		}
		return post
	case <-time.After(20 * time.Second):
		w.shoot("failed")
		w.Error("nothing was posted")
	}
	return nil
}
