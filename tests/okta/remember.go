package okta

import (
	"net/http"
	"strings"
	"time"
)

// Memory is what the org's policies let it remember of a device.
type Memory struct {
	// Devices: no second factor on a device that the person had remembered: by
	// the box at the factor (Classic), by the box at the username or the page
	// "keep me signed in" (Identity Engine).
	Devices bool
	// AskToStay shows that page after the last factor (Identity Engine only).
	AskToStay bool
	// Bound binds sessions to the browser by Device Bound Session Credentials: it is the status with which the app's link asks for
	// a proof of the browser's key (200: with the login page). 0: none is wanted.
	Bound int
}

// rememberedSignIn is what a sign-in is to leave behind.
type rememberedSignIn struct {
	device    string // that the last form came from
	stay      bool   // it is to be remembered
	stayAsked bool   // on the page of its own
}

// What becomes of sessions and devices.
const (
	Stay        Kind = "stay"     // whether to remember was answered: User, OK = yes, Detail: "page" or "box"
	DeviceKnown Kind = "device"   // a device that is remembered was asked for no second factor: User
	SignedOut   Kind = "sign-out" // an Okta session was closed by who has it: User
)

// deviceLife is that of the cookie DT, as at Okta.
const deviceLife = 2 * 365 * 24 * time.Hour

// setDeviceCookie gives a device that is not known yet its cookie, with those that Okta
// sets beside it. They are not Secure; see open.
func (o *Org) setDeviceCookie(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, o.widget.path()) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.device(r) != "" {
		return
	}
	dt := newID("DI1")
	o.devices[dt] = map[*account]bool{}
	o.cookies = append(o.cookies, dt)
	http.SetCookie(w, &http.Cookie{Name: "t", Value: "default", Path: "/"})
	http.SetCookie(
		w,
		&http.Cookie{
			Name:     "DT",
			Value:    dt,
			Path:     "/",
			HttpOnly: true,
			MaxAge:   int(deviceLife / time.Second),
			Expires:  o.cfg.Clock().Add(deviceLife),
		},
	)
}

// device is the request's, "" when the org has not seen it; the caller holds o.mu.
func (o *Org) device(r *http.Request) string {
	c, err := r.Cookie("DT")
	if err != nil || o.devices[c.Value] == nil {
		return ""
	}
	return c.Value
}

// comesFrom notes which device a form comes from.
func (s *signIn) comesFrom(device string) *signIn {
	if s != nil && device != "" {
		s.device = device
	}
	return s
}

// knowsDevice tells whether s needs no second factor.
func (o *Org) knowsDevice(s *signIn) bool {
	if !o.cfg.Memory.Devices || !o.devices[s.device][s.user] {
		return false
	}
	o.note(Event{Kind: DeviceKnown, User: s.user.Name})
	return true
}

// asked takes the answer to whether the device is to be remembered.
func (o *Org) asked(s *signIn, yes bool, where string) {
	s.stay = s.stay || yes
	o.note(Event{Kind: Stay, User: s.name, OK: yes, Detail: where})
}

// boxes reads the one at Classic's factors, which is a parameter of the path.
func (o *Org) boxes(r *http.Request, s *signIn) {
	if box := r.URL.Query().Get("rememberDevice"); box != "" {
		o.asked(s, box == "true", "box")
	}
}

// asksToStay moves s to the page "keep me signed in", once; else the device is
// remembered if that was asked for.
func (o *Org) asksToStay(s *signIn) bool {
	if o.cfg.Memory.AskToStay && o.engine() != Classic && !s.stayAsked {
		s.stage = stageStay
		return true
	}
	if s.stay && s.device != "" {
		o.devices[s.device][s.user] = true
	}
	return false
}

// stayPage is the name in the Identity Engine: version 7.8.1 of the widget does not have it yet, 7.14.1 has.
const stayPage = "keep-me-signed-in"

func (o *Org) stayForm(out object, s *signIn) {
	out["remediation"] = list(o.form(s, stayPage, "/idp/idx/"+stayPage,
		object{"name": "keepMeSignedIn", "type": "boolean", "label": "Stay signed in", "required": true, "value": false, "mutable": true}))
}

func (o *Org) keepSignedIn(s *signIn, in message) answer {
	if s.stage != stageStay || in.KeepMeSignedIn == nil {
		return answer{http.StatusBadRequest, o.body(s, nil)}
	}
	s.stayAsked = true
	o.asked(s, *in.KeepMeSignedIn, "page")
	o.factorsDone(s)
	return o.ok(s)
}

const (
	// proofCookie is good for proofLife: then the browser gets another for a proof, from an address that this org has none of,
	// because Chromium keeps such keys on Windows only.
	proofCookie = "sid_bound"
	proofLife   = 10 * time.Minute
)

// bind asks the browser for a key of its own and sets the cookie that a proof of it renews.
func (o *Org) bind(w http.ResponseWriter, s *session) {
	if o.cfg.Memory.Bound == 0 {
		return
	}
	s.proof = newID("bnd")
	o.cookies = append(o.cookies, s.proof)
	w.Header().Set("Secure-Session-Registration", `(ES256);path="/api/v1/dbsc/registration";challenge="`+newID("ch")+`"`)
	http.SetCookie(w, &http.Cookie{Name: proofCookie, Value: s.proof, Path: "/", HttpOnly: true, MaxAge: int(proofLife / time.Second)})
}

// lacksProof asks for a proof where the request of a bound session comes without one.
func lacksProof(w http.ResponseWriter, r *http.Request, s *session) bool {
	if c, err := r.Cookie(proofCookie); s == nil || s.proof == "" || err == nil && c.Value == s.proof {
		return false
	}
	w.Header().Set("Secure-Session-Challenge", `"`+newID("ch")+`";id="1"`)
	return true
}

// EndProofs makes every bound session want another proof.
func (o *Org) EndProofs() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.sessions {
		s.proof = newID("bnd")
	}
}

// closeSession is the API's way to sign out: 204, or 404 when there is none.
func (o *Org) closeSession(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	w.Header().Set("Cache-Control", "no-cache, no-store")
	if !o.closeOf(w, r) {
		w.Header().Set("Content-Type", jsonType)
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: me (Session)","errorCauses":[]}`))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// closeOf ends the session of a request, by whatever cookie, and takes the
// cookies back; the caller holds o.mu.
func (o *Org) closeOf(w http.ResponseWriter, r *http.Request) bool {
	s := o.session(r)
	if s == nil {
		return false
	}
	for id, open := range o.sessions {
		if open == s {
			delete(o.sessions, id)
		}
	}
	for _, name := range []string{"sid", "idx"} {
		http.SetCookie(w, &http.Cookie{Name: name, Path: "/", MaxAge: -1})
	}
	o.note(Event{Kind: SignedOut, User: s.user.Name})
	return true
}

// GiveSessionsTo makes every open session another user's. No org does that: it
// stands for cookies that were mixed up.
func (o *Org) GiveSessionsTo(user string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if a := o.accounts.find(user); a != nil {
		for _, s := range o.sessions {
			s.user = a
		}
	}
}
