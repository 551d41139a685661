package aws

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The sign-in pages of AWS (signin.aws.amazon.com and the like) are services that cannot run here. This file stands for
// two of them: the federation endpoint, which trades a session's keys for a token and a token for a sign-in to the
// console, as the IAM User Guide describes it ("Enable custom identity broker access to the AWS console"); and what the
// SAML page shows to somebody with several roles, in the form that programs which read it rely on. A client reaches
// them by their real names, through a [Proxy]. The console itself is not there: a sign-in ends at its
// address, and the home page of the partition aws says in the log who is signed in.

// tokenLife is how long a sign-in token can be used.
const tokenLife = 15 * time.Minute

// signinSession is a token that was handed out.
type signinSession struct {
	arn     string // of the session
	expires time.Time
}

// serveFederation answers the federation endpoint.
func (s *Server) serveFederation(w http.ResponseWriter, r apiRequest) *apiError {
	switch r.form.Get("Action") {
	case "getSigninToken":
		return s.signinToken(w, r)
	case "login":
		return s.consoleLogin(w, r)
	}
	return newAPIError(http.StatusBadRequest, "InvalidAction", "Action is not known")
}

func (s *Server) signinToken(w http.ResponseWriter, r apiRequest) *apiError {
	var who struct{ SessionID, SessionKey, SessionToken string }
	if err := json.Unmarshal([]byte(r.form.Get("Session")), &who); err != nil {
		return newAPIError(http.StatusBadRequest, "InvalidSession", "Session is not JSON")
	}
	by, known := s.keys.findKeys(who.SessionID)
	now := s.config.Clock()
	if !known || by.secret != who.SessionKey || by.token != who.SessionToken || !now.Before(by.expires) {
		return newAPIError(http.StatusBadRequest, "InvalidSession", "Invalid credentials")
	}
	if text := r.form.Get("SessionDuration"); text != "" {
		seconds, err := strconv.Atoi(text)
		if d := time.Duration(seconds) * time.Second; err != nil || d < shortestSession || d > longestSession || by.chained {
			return newAPIError(http.StatusBadRequest, "InvalidDuration", "SessionDuration is not valid for these credentials")
		}
	}
	token := rand.Text() + rand.Text()
	s.signins.Store(token, signinSession{by.arn, now.Add(tokenLife)})
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"SigninToken": token})
	return nil
}

// consoleLogin leads a browser with a token to its destination, which has to be of the console.
func (s *Server) consoleLogin(w http.ResponseWriter, r apiRequest) *apiError {
	found, ok := s.signins.Load(r.form.Get("SigninToken"))
	if !ok || !s.config.Clock().Before(found.(signinSession).expires) {
		return newAPIError(http.StatusBadRequest, "InvalidToken", "The sign-in token is not valid")
	}
	to, err := url.Parse(r.form.Get("Destination"))
	if err != nil || to.Scheme != "https" || !strings.Contains("."+to.Host, ".console.a") {
		return newAPIError(http.StatusBadRequest, "InvalidDestination", "The destination is not of the console")
	}
	arn := found.(signinSession).arn
	w.Header().Set("X-Stsx-Test-Arn", arn) // who is signed in, for tests
	if strings.HasSuffix(r.Host, "."+consoleDomain) {
		http.SetCookie(w, &http.Cookie{Name: userCookie, Value: url.QueryEscape(arn), Domain: consoleDomain, Path: "/", Secure: true})
	}
	w.Header().Set("Location", to.String())
	w.WriteHeader(http.StatusFound)
	return nil
}

// Who is signed in to the console of the partition aws, as its own cookie says it.
const (
	userCookie    = "aws-userInfo"
	consoleDomain = "aws.amazon.com"
)

// consoleUser is whose console r asks for, "" when it is another page or nobody is signed in.
func consoleUser(r *http.Request) string {
	cookie, err := r.Cookie(userCookie)
	if err != nil || !isConsole(r) {
		return ""
	}
	arn, _ := url.QueryUnescape(cookie.Value)
	return arn
}

func isConsole(r *http.Request) bool {
	return strings.TrimSuffix(r.Host, ":443") == "console."+consoleDomain
}

// console is a page of the console's that asks for itself again, as the console does all the time.
func (s *Server) console(w http.ResponseWriter) *apiError {
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write([]byte(`<!DOCTYPE html><html><head><meta http-equiv="refresh" content="1"><title>Console</title></head></html>`))
	return nil
}

// chooseRole answers the SAML page for an assertion with several roles. With one, AWS signs in to the console at once; then
// a client has made a mistake that a test should see.
func (s *Server) chooseRole(w http.ResponseWriter, r apiRequest) *apiError {
	a, bad := readAssertion(r.form.Get("SAMLResponse"), s.config.Certificates, s.config.DecryptionKey)
	if bad == nil {
		bad = a.checkTimes(s.config.Clock())
	}
	if bad != nil {
		return bad
	}
	var accounts []string
	roles := 0
	for role := range s.config.Roles {
		if parsed, ok := parseARN(role); ok {
			accounts = append(accounts, parsed.account)
			roles++
		}
	}
	if roles < 2 {
		w.Header().Set("Location", "https://console.aws.amazon.com/")
		w.WriteHeader(http.StatusFound)
		return nil
	}
	slices.Sort(accounts)
	var page strings.Builder
	page.WriteString("<!DOCTYPE html><html><head><title>Amazon Web Services Sign-In</title></head>" +
		"<body><form><p>Select a role:</p><fieldset>\n")
	for _, account := range slices.Compact(accounts) {
		label := account
		if name := s.config.AccountNames[account]; name != "" {
			label = name + " (" + account + ")"
		}
		fmt.Fprintf(&page, "<div class=\"saml-account\"><div class=\"expandable-container\"><img src=\"x.png\">"+
			"<div class=\"saml-account-name\">Account: %s</div></div></div>\n", html.EscapeString(label))
	}
	page.WriteString("</fieldset></form></body></html>\n")
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	_, _ = w.Write([]byte(page.String()))
	return nil
}
