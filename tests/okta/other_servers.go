package okta

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// What a sign-in can need beyond Okta's own pages.
const (
	Duo         Factor = "duo"            // a frame of Duo's in Okta's page
	OtherIdP    Factor = "external_idp"   // a sign-in at another identity provider, as a factor
	SmartCard   Factor = "smart_card_idp" // a certificate, at an address of its own that asks for one
	otherIdPID         = "0oa1stsxOtherIdP5d7"
	smartCardID        = "0oa1stsxSmartCrd5d7"
	backPath           = "/sso/idps/back"
	duoPath            = "/api/v1/authn/factors/duo/callback"
)

// OtherServers stands for the servers that are not Okta's and that a sign-in can
// lead to: Duo's frame, another identity provider (Duo's Universal Prompt is
// one), the address that asks for a smart card's certificate. Its page says so
// and has one button that says yes. It also has the fields of Okta's own sign-in
// page: whatever is typed into them went to a stranger.
//
// It is another origin than the org, and speaks TLS, because Duo's frame must;
// a browser trusts it with --ignore-certificate-errors-spki-list and Key.
type OtherServers struct {
	url    string
	host   string
	key    string // base64 of the public key's SHA-256
	secret []byte
	server *http.Server
	served chan struct{}

	mu             sync.Mutex
	visits         int
	misplacedTexts []string // what was typed
}

// otherServersPage is all that it shows. In a frame the button takes all the room.
var otherServersPage = template.Must(template.New("elsewhere").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Stands for {{.What}}</title><link rel="icon" href="data:,">
<style>.frame form { display: none } .frame button { position: fixed; inset: 0; width: 100%; height: 100% }</style></head>
<body{{if .Message}} class="frame"{{end}}><p>This page stands for {{.What}}.</p>
<form method="get" action="/yes"><input type="hidden" name="to" value="{{.To}}">
<input name="identifier" autocomplete="username"> <input type="password" name="credentials.passcode" autocomplete="current-password">
<button id="yes">Yes</button></form>
{{if .Message}}<button id="yes-duo" onclick="parent.postMessage({{.Message}}, '*')">Yes</button>{{end}}
</body></html>
`))

// StartOtherServers starts it on 127.0.0.1.
func StartOtherServers() (*OtherServers, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	shape := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, shape, shape, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the other server: %w", err)
	}
	sum := sha256.Sum256(public)
	e := &OtherServers{host: listener.Addr().String(), key: base64.StdEncoding.EncodeToString(sum[:]), secret: []byte(newID("")),
		served: make(chan struct{})}
	e.url = "https://" + e.host
	mux := http.NewServeMux()
	mux.HandleFunc("GET /frame/web/v1/auth", func(w http.ResponseWriter, r *http.Request) {
		e.showPage(w, "Duo", "", e.duoSays(r.FormValue("tx")))
	})
	mux.HandleFunc("GET /sign-in", func(w http.ResponseWriter, r *http.Request) {
		e.showPage(w, r.FormValue("what"), r.FormValue("to"), "")
	})
	mux.HandleFunc("GET /yes", e.acceptAnswer)
	e.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}}
	go func() {
		defer close(e.served)
		_ = e.server.ServeTLS(listener, "", "") // always http.ErrServerClosed after Close
	}()
	return e, nil
}

// URL is its origin, and Key what a browser has to trust.
func (e *OtherServers) URL() string { return e.url }
func (e *OtherServers) Key() string { return e.key }

// PageVisits is how often its page was shown, and Typed what went to it.
func (e *OtherServers) PageVisits() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.visits
}

// Typed is what was typed into its fields.
func (e *OtherServers) Typed() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.misplacedTexts...)
}

// Close stops it.
func (e *OtherServers) Close() error {
	err := e.server.Close()
	<-e.served
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (e *OtherServers) showPage(w http.ResponseWriter, what, to, message string) {
	e.mu.Lock()
	e.visits++
	e.mu.Unlock()
	writePage(w, http.StatusOK, otherServersPage, map[string]any{"What": what, "To": to, "Message": message})
}

func (e *OtherServers) acceptAnswer(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{"identifier", "credentials.passcode"} {
		if text := r.FormValue(name); text != "" {
			e.mu.Lock()
			e.misplacedTexts = append(e.misplacedTexts, text)
			e.mu.Unlock()
		}
	}
	http.Redirect(w, r, r.FormValue("to"), http.StatusFound)
}

// duoSays is Duo's word that the person of a request said yes, in the form that
// its script passes on.
func (e *OtherServers) duoSays(request string) string {
	mac := hmac.New(sha256.New, e.secret)
	mac.Write([]byte(request))
	return "AUTH|" + base64.StdEncoding.EncodeToString([]byte(request)) + "|" +
		base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(mac.Sum(nil))))
}

// duoRequest is what the page hands to Duo's script: Duo's part and Okta's.
func (s *signIn) duoRequest() string { return "TX-" + s.newNonce() + ":APP-" + s.nonce }

// tryDuo checks what Duo's script made of the request of s.
func (o *Org) tryDuo(s *signIn, signed string) codeResult {
	v := wrong
	if s.nonce != "" && signed == o.cfg.OtherServers.duoSays("TX-"+s.nonce)+":APP-"+s.nonce {
		v = right
	}
	s.nonce = ""
	o.note(Event{Kind: CodeTried, User: s.user.Name, Factor: Duo, OK: v == right, Digest: o.journal.digest(signed), Detail: detail(v)})
	return v
}

// duoForm is the Identity Engine's page with Duo's frame.
func (o *Org) duoForm(out object, s *signIn) object {
	current := Duo.ion(authenticatorOf(Duo).id)
	current["contextualData"] = object{"integrationType": "IFRAME", "host": o.cfg.OtherServers.host, "signedToken": s.duoRequest(),
		"script": o.url + "/js/sections/duo/Duo-Web-v2.6.js"}
	out["currentAuthenticatorEnrollment"] = only(current)
	form := o.form(s, "challenge-authenticator", "/idp/idx/challenge/answer",
		credentials(object{"name": "signatureData", "label": "Assertion From Duo", "required": true, "visible": false}, nil))
	form["relatesTo"] = []any{"$.currentAuthenticatorEnrollment"}
	return form
}

// redirectForm is a page that leads elsewhere: to another identity provider, or
// to the address that asks for a certificate.
func (o *Org) redirectForm(out object, s *signIn) object {
	id, kind := otherIdPID, "OIDC"
	if s.factor == SmartCard {
		id, kind = smartCardID, "X509"
	}
	form := object{"name": "redirect-idp", "type": kind, "idp": object{"id": id, "name": authenticatorOf(s.factor).name},
		"href": o.url + "/sso/idps/" + id + "?stateToken=" + url.QueryEscape(s.handle), "method": "GET"}
	if s.factor == OtherIdP && s.stage == stageChallenge {
		current := s.factor.ion(authenticatorOf(s.factor).id)
		out["currentAuthenticator"], out["currentAuthenticatorEnrollment"] = only(current), only(current)
		form["relatesTo"] = []any{"$.currentAuthenticatorEnrollment"}
	}
	return form
}

// otherServerRoutes are the way out of the org, and back.
func (o *Org) otherServerRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sso/idps/{id}", func(w http.ResponseWriter, r *http.Request) {
		what := "another identity provider"
		if r.PathValue("id") == smartCardID {
			what = "the address that asks for a smart card's certificate"
		}
		to := o.url + backPath + "?state=" + url.QueryEscape(r.FormValue("stateToken"))
		http.Redirect(w, r, o.cfg.OtherServers.url+"/sign-in?what="+url.QueryEscape(what)+"&to="+url.QueryEscape(to), http.StatusFound)
	})
	mux.HandleFunc("POST "+duoPath, o.duoBack)
	mux.HandleFunc("GET "+backPath, func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		s := o.current(r.FormValue("state"))
		if s == nil {
			o.mu.Unlock()
			http.Error(w, "no such sign-in", http.StatusBadRequest)
			return
		}
		o.note(Event{Kind: CodeTried, User: s.name, Factor: s.factor, OK: true})
		o.proven(s)
		o.end(s)
		o.open(w, s.user)
		o.mu.Unlock()
		http.Redirect(w, r, s.from, http.StatusFound)
	})
}
