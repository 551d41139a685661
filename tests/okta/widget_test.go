package okta

import (
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

// TestWidget walks through the pages that a driver meets, in the real widget.
func TestWidget(t *testing.T) {
	b := browser(t)
	for _, engine := range []Engine{Gen2, Gen3, Classic} {
		m := marks[engine]
		t.Run(engine.String(), func(t *testing.T) {
			acs, posts := relyingParty(t)
			o := start(t, Config{Engine: engine, Users: []User{jane()}, ACS: acs, RelayState: "a=1&b"})
			w := open(t, b, o, engine.String())
			w.await(m.username)
			w.await(m.password)
			w.shoot("identify")
			w.fill(m.username, testUser)
			w.fill(m.password, "wrong")
			w.click(m.submit)
			w.text("Unable to sign in")
			w.shoot("wrong-password")
			w.fill(m.password, testPassword)
			w.click(m.submit)
			if engine != Classic {
				w.await(m.pick[GoogleTOTP])
				w.shoot("factors")
				w.click(m.pick[GoogleTOTP])
			}
			w.await(m.code)
			w.shoot("google")
			w.fill(m.code, "000000")
			w.click(m.submit)
			w.text("match our records")
			w.shoot("wrong-code")
			factor := GoogleTOTP
			if engine == Classic {
				factor = OktaVerifyTOTP // the list's first
			}
			code, err := o.Code(testUser, factor)
			w.check(err)
			w.fill(m.code, code)
			w.click(m.submit)
			select {
			case post := <-posts:
				if post.Get("SAMLResponse") == "" || post.Get("RelayState") != "a=1&b" {
					t.Errorf("posted %v", post)
				}
			case <-time.After(20 * time.Second):
				w.shoot("failed")
				for _, e := range o.Log() {
					if e.Kind != Requested || e.Method == "POST" || !strings.HasPrefix(e.Path, "/assets") {
						t.Log(e.Kind, e.Method, e.Path, e.User, e.Factor, e.OK, e.Detail)
					}
				}
				t.Fatal("nothing was posted")
			}
			w.local()
		})
	}
}
