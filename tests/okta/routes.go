package okta

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// handler is the map of the org.
func (o *Org) handler() http.Handler {
	mux := http.NewServeMux()
	o.pageRoutes(mux)
	o.sessionRoutes(mux)
	o.dashboardRoutes(mux)
	o.otherServerRoutes(mux)
	o.fastPassRoutes(mux)
	captchaRoutes(mux)
	o.altchaRoutes(mux)
	o.classicRoutes(mux)
	o.idxRoutes(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.noteLocked(Event{Kind: Requested, Method: r.Method, Path: r.URL.Path})
		o.setDeviceCookie(w, r)
		interpreted, err := o.interpreter(w, r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if o.fails(w, r, func() *httptest.ResponseRecorder {
			whole := httptest.NewRecorder()
			mux.ServeHTTP(whole, r)
			return whole
		}) {
			return
		}
		mux.ServeHTTP(interpreted, r)
	})
}

// answer is the status and body of an API's reply.
type answer struct {
	status int
	body   any
}

// api turns a function over the request's JSON into a handler: one request at a
// time, latency first, and an answer that no cache keeps.
func (o *Org) api(contentType string, f func(r *http.Request, in message) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in message
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil && len(raw) > 0 {
			err = json.Unmarshal(raw, &in)
		}
		if err != nil {
			http.Error(w, `{"errorCode":"E0000003","errorSummary":"The request body was not well-formed."}`, http.StatusBadRequest)
			return
		}
		if !wait(r, o.cfg.Latency) {
			return
		}
		a, out, err := o.settled(func() answer { return f(r, in) })
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-cache, no-store")
		o.tooManyRequests(w, a.status)
		w.WriteHeader(a.status)
		_, _ = w.Write(out) // the client went away: nothing to do
	}
}

// settled has o.mu while an answer is made.
func (o *Org) settled(make func() answer) (a answer, out []byte, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a = make()
	out, err = json.Marshal(a.body)
	return a, out, err
}

// wait stands for the way to Okta and back; false when the client gave up.
func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// message is what the widgets post, of both APIs.
type message struct {
	// Identity Engine
	StateHandle    string `json:"stateHandle"`
	RememberMe     bool   `json:"rememberMe"`
	KeepMeSignedIn *bool  `json:"keepMeSignedIn"`
	Identifier     string `json:"identifier"`
	Credentials    struct {
		Passcode string `json:"passcode"`
		TOTP     string `json:"totp"`
		Answer   string `json:"answer"`
		assertion

		QuestionKey string `json:"questionKey"`
	} `json:"credentials"`
	Consent       any    `json:"consent"`       // a yes or no; of Classic, what is agreed to
	AutoChallenge *bool  `json:"autoChallenge"` // with a poll
	Reason        string `json:"reason"`        // of giving up
	CaptchaVerify struct {
		CaptchaToken string `json:"captchaToken"`
	} `json:"captchaVerify"`
	Authenticator struct {
		ID            string `json:"id"`
		MethodType    string `json:"methodType"`
		AutoChallenge *bool  `json:"autoChallenge"`
	} `json:"authenticator"`

	// Classic, and introspect of both
	StateToken  string `json:"stateToken"`
	Username    string `json:"username"`
	Password    string `json:"password"`
	PassCode    string `json:"passCode"`
	Answer      string `json:"answer"`
	OldPassword string `json:"oldPassword"`
	NewPassword string `json:"newPassword"`
	assertion

	ChallengeResponse string `json:"challengeResponse"` // of Okta Verify
	FactorType        string `json:"factorType"`
	Profile           struct {
		Answer string `json:"answer"`
	} `json:"profile"`
}

// under answers a path prefix with static files.
func under(prefix string, files http.Handler) http.Handler {
	return http.StripPrefix(strings.TrimSuffix(prefix, "/"), files)
}
