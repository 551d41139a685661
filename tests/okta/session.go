package okta

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// session is an open Okta session.
type session struct {
	user    *account
	agreed  bool // to the terms page
	proven  bool // just now, so that User.Reauth has nothing to ask
	expires time.Time
	proof   string // the value of its proofCookie; "": it is not bound
}

func (o *Org) sessionRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+embedPath, o.app)
	mux.HandleFunc("GET "+ssoPath, o.app)
	mux.HandleFunc("GET "+homePath, o.app)
	mux.HandleFunc("GET /login/token/redirect", o.redeemToken)
	mux.HandleFunc("GET "+stepUpPath, o.redeemToken)
	mux.HandleFunc("GET /login/sessionCookieRedirect", o.redeemTicket)
	mux.HandleFunc("POST /terms", o.agree)
	mux.HandleFunc("GET /login/signout", o.signOut)
	mux.HandleFunc("DELETE /api/v1/sessions/me", o.closeSession)
	mux.HandleFunc("GET /api/v1/sessions/me", o.describeSession)
}

// session finds the live session of a request; the caller holds o.mu. In the
// Identity Engine the idx cookie alone is enough.
func (o *Org) session(r *http.Request) *session {
	for _, name := range []string{"sid", "idx"} {
		c, err := r.Cookie(name)
		if err != nil {
			continue
		}
		if s := o.sessions[c.Value]; s != nil && o.cfg.Clock().Before(s.expires) {
			return s
		}
	}
	return nil
}

// open starts a session and hands out its cookies; the caller holds o.mu. They
// are not Secure, which Okta's are, because this org speaks plain HTTP.
func (o *Org) open(w http.ResponseWriter, a *account) {
	s := &session{user: a, proven: true, expires: o.cfg.Clock().Add(o.cfg.SessionLifetime)}
	sid := newID("102")
	o.sessions[sid] = s
	o.cookies = append(o.cookies, sid)
	http.SetCookie(w, &http.Cookie{Name: "sid", Value: sid, Path: "/", HttpOnly: true})
	if o.engine() != Classic {
		idx := newID("eyJ")
		o.sessions[idx] = s
		o.cookies = append(o.cookies, idx)
		http.SetCookie(
			w,
			&http.Cookie{Name: "idx", Value: idx, Path: "/", HttpOnly: true, MaxAge: int(o.cfg.SessionLifetime / time.Second)},
		)
	}
	o.bind(w, s)
	if app := o.cfg.AppEngine; app != nil && *app != o.engine() {
		s.proven = false // the app's own engine has not seen it
		o.goToApp()
	}
	o.note(Event{Kind: SignedIn, User: a.Name})
}

// Tokens are the state tokens and handles of every sign-in that was begun.
func (o *Org) Tokens() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.tokens...)
}

// Cookies returns the value of every session and device cookie that was handed
// out, for tests that look for them where they must not be.
func (o *Org) Cookies() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.cookies...)
}

// redeemToken ends an Identity Engine sign-in: a finished one becomes a
// session, once.
func (o *Org) redeemToken(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	s := o.current(r.URL.Query().Get("stateToken"))
	if s != nil && s.stage == stageDone {
		o.end(s)
		o.open(w, s.user)
	}
	o.mu.Unlock()
	to := homePath
	if s != nil {
		to = s.from
	}
	http.Redirect(w, r, to, http.StatusFound)
}

// redeemTicket ends a Classic sign-in: the session token, good once, becomes a
// session. Only a path of this org is followed.
func (o *Org) redeemTicket(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	token := r.URL.Query().Get("token")
	a := o.tickets[token]
	if a != nil {
		delete(o.tickets, token)
		o.open(w, a)
	}
	o.mu.Unlock()
	to := homePath
	if u, err := url.Parse(r.URL.Query().Get("redirectUrl")); err == nil && u.Path != "" && (u.Host == "" || "http://"+u.Host == o.url) {
		to = u.RequestURI()
	}
	http.Redirect(w, r, to, http.StatusFound)
}

// app is the AWS app, and the dashboard: the assertion for who has a session,
// the login page for who has none.
func (o *Org) app(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	s := o.session(r)
	unproven := lacksProof(w, r, s)
	if unproven && o.cfg.Memory.Bound == http.StatusOK {
		s, unproven = nil, false
	}
	again := s != nil && !s.proven && len(s.user.Reauth) > 0
	if s != nil {
		s.proven = false
	}
	o.mu.Unlock()
	switch {
	case o.cfg.Down != 0:
		o.down(w)
	case unproven:
		w.WriteHeader(o.cfg.Memory.Bound)
	case again:
		o.reauthPage(w, r, s)
	case s != nil && r.URL.Path == homePath:
		writePage(w, http.StatusOK, homePage, embedPath)
	case s != nil:
		o.enter(w, s)
	case o.cfg.RedirectTo != "":
		http.Redirect(w, r, o.cfg.RedirectTo, http.StatusFound)
	case o.engine() == Classic:
		http.Redirect(w, r, "/login/login.htm?fromURI="+url.QueryEscape(r.URL.RequestURI()), http.StatusFound)
	default:
		o.loginPage(w, r, r.URL.RequestURI())
	}
}

// enter lets a session into the app: past the terms, if it is assigned. It signs
// and writes without the lock, so that neither a slow client nor a hook that
// asks the org something stops it.
func (o *Org) enter(w http.ResponseWriter, s *session) {
	o.mu.Lock()
	user, agreed := clone(s.user.User), s.agreed
	o.mu.Unlock()
	switch {
	case o.cfg.Detour == TermsPage && !agreed:
		writePage(w, http.StatusOK, termsPage, nil)
	case o.cfg.Detour == SurveyPage && !agreed:
		writePage(w, http.StatusOK, surveyPage, nil)
	case user.Unassigned:
		o.noteLocked(Event{Kind: Refused, User: user.Name})
		writePage(w, http.StatusForbidden, refusedPage, nil)
	default:
		saml, err := o.assertion(user)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		o.noteLocked(Event{Kind: Asserted, User: user.Name})
		writeForm(w, o.cfg.ACS, saml, o.cfg.RelayState)
	}
}

// agree accepts the terms page.
func (o *Org) agree(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	if s := o.session(r); s != nil {
		s.agreed = true
	}
	o.mu.Unlock()
	http.Redirect(w, r, embedPath, http.StatusSeeOther)
}

// describeSession says whose a session is. Shape: Okta's Sessions API, GET /api/v1/sessions/me.
func (o *Org) describeSession(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	s := o.session(r)
	o.mu.Unlock()
	if s == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"id": newID("102"), "userId": s.user.id, "login": s.user.Name, "status": "ACTIVE",
		"expiresAt": stamp(s.expires)})
}

// signOut ends the session and takes the cookies back.
func (o *Org) signOut(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.closeOf(w, r)
	o.mu.Unlock()
	http.Redirect(w, r, "/", http.StatusFound)
}
