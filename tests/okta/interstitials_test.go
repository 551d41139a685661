package okta

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

// TestDetours: what cannot be left out is not, what is not agreed to ends the
// sign-in, and one comes after the other.
func TestDetours(t *testing.T) {
	o, c := simulate(t, Config{Users: []User{jane(noMFA)}, Detour: EnrollRequired, Detours: []Detour{EnrollSoon, Consent, DeviceGrace}})
	post := func(r reply, path string, more object) (int, reply) {
		t.Helper()
		body := object{"stateHandle": r.StateHandle}
		for k, v := range more {
			body[k] = v
		}
		return c.post("/idp/idx/"+path, body)
	}
	_, r := c.identify(c.introspect(), testPassword)
	if r.page() != "select-authenticator-enroll" {
		t.Fatalf("the first detour: %s", r.page())
	}
	if status, _ := post(r, "skip", nil); status != http.StatusBadRequest {
		t.Errorf("skipping what is required: %d", status)
	}
	_, r = post(r, "credential/enroll", object{"authenticator": object{"id": authenticatorOf(SecurityQuestion).id}})
	if r.page() != "enroll-authenticator" {
		t.Fatalf("setting up: %s", r.page())
	}
	if status, _ := post(r, "challenge/answer",
		object{"credentials": object{"questionKey": "disliked_food", "answer": "x"}}); status != http.StatusBadRequest {
		t.Errorf("an answer that is too short: %d", status)
	}
	_, r = post(r, "challenge/answer", object{"credentials": object{"questionKey": "disliked_food", "answer": "Wirsing"}})
	if r.page() != "select-authenticator-enroll" || len(r.Remediation.Value) != 2 || r.Remediation.Value[1].Name != "skip" {
		t.Fatalf("the second detour: %+v", r.Remediation)
	}
	if _, r = post(r, "skip", nil); r.page() != "consent" {
		t.Fatalf("the third detour: %s", r.page())
	}
	if _, again := post(r, "consent", object{"consent": false}); again.page() != "identify" {
		t.Errorf("after a no: %s", again.page())
	}
	_, r = c.identify(c.introspect(), testPassword)
	_, r = post(r, "challenge/answer", object{"credentials": object{"answer": "Wirsing"}})
	if r.page() != "select-authenticator-enroll" {
		t.Fatalf("with the factor set up: %s", r.page())
	}
	for kind, want := range map[Kind]int{Enrolled: 1, Skipped: 1, Consented: 1, Continued: 0, Asserted: 0} {
		if got := o.Count(kind, testUser); got != want {
			t.Errorf("%s: %d, want %d", kind, got, want)
		}
	}
}

// TestRefusingDetours: each refuses with a key and a status of its own.
func TestRefusingDetours(t *testing.T) {
	for detour, key := range map[Detour]string{
		DeviceDenied: deviceAssurance + "title", AccessDenied: "security.access_denied",
		AccessDeniedHelp: "security.access_denied_custom_message", Unsatisfiable: "oie.assurance.unsatisfiable",
	} {
		_, c := simulate(t, Config{Users: []User{jane(noMFA)}, Detour: detour})
		if status, r := c.identify(c.introspect(), testPassword); status != http.StatusForbidden || r.complaint() != key ||
			r.Success.Href != "" {
			t.Errorf("%d: status %d, %s", detour, status, r.complaint())
		}
	}
	_, c := simulate(t, Config{Engine: Classic, Users: []User{jane(noMFA)}, Detour: AccessDenied})
	if status, r := c.authn(testPassword); status != http.StatusForbidden || r.ErrorCode != "E0000006" {
		t.Errorf("Classic: %d %s", status, r.ErrorCode)
	}
}

// TestClassicDetours: as TestDetours.
func TestClassicDetours(t *testing.T) {
	o, c := simulate(t, Config{Engine: Classic, Users: []User{jane(noMFA)},
		Detours: []Detour{EnrollRequired, EnrollOptional, TermsForm, Consent}})
	_, r := c.authn(testPassword)
	post := func(path string, more object) (int, reply) {
		t.Helper()
		body := object{"stateToken": r.StateToken}
		for k, v := range more {
			body[k] = v
		}
		return c.post("/api/v1/authn/"+path, body)
	}
	if _, again := post("skip", nil); again.Status != "MFA_ENROLL" || o.Count(Skipped, "") != 0 {
		t.Errorf("skipping what is required: %s", again.Status)
	}
	_, r = post("factors", object{"factorType": "question", "profile": object{"answer": "Wirsing"}})
	if r.Status != "MFA_ENROLL" || o.Count(Enrolled, testUser) != 1 {
		t.Fatalf("after setting up: %s", r.Status)
	}
	if _, r = post("skip", nil); r.Status != "CONSENT_REQUIRED" {
		t.Fatalf("after skipping: %s", r.Status)
	}
	if _, r = post("consent", object{"consent": object{"scopes": []string{"email"}}}); r.Status != "SUCCESS" || r.SessionToken == "" {
		t.Errorf("after agreeing: %+v", r)
	}
}

// TestDown: nothing is answered, and it is said for how long.
func TestDown(t *testing.T) {
	for status, header := range map[int]string{http.StatusTooManyRequests: "X-Rate-Limit-Reset",
		http.StatusServiceUnavailable: "Retry-After"} {
		o, c := simulate(t, Config{Down: status})
		resp, _ := c.get(o.EmbedURL())
		seconds, err := strconv.ParseInt(resp.Header.Get(header), 10, 64)
		if header == "X-Rate-Limit-Reset" {
			seconds -= time.Now().Unix()
		}
		if resp.StatusCode != status || err != nil || seconds < 60 || seconds > int64(DownWait/time.Second) {
			t.Errorf("%d: status %d, %s %q", status, resp.StatusCode, header, resp.Header.Get(header))
		}
	}
}
