package okta

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Paths of the AWS app: the embed link that a user keeps, and the SAML one.
const (
	embedPath = "/home/amazon_aws/0oa1stsxTestApp5d7/272"
	ssoPath   = "/app/amazon_aws/exk1stsxTestApp5d7/sso/saml"
	homePath  = "/app/UserHome" // the dashboard
	issuer    = "http://www.okta.com/exk1stsxTestApp5d7"
)

// Org is a running org. All its methods are safe for concurrent use.
type Org struct {
	cfg    Config
	widget widget
	signer *signer
	url    string
	server *http.Server
	served chan struct{} // closed when the server has stopped
	drawn  atomic.Int32  // an Engine

	mu         sync.Mutex
	accounts   accounts
	signIns    map[string]*signIn // by token and by handle
	sessions   map[string]*session
	tickets    map[string]*account // Classic: session tokens, good once
	expireNext bool
	trouble    struct{ polls, status int } // see TroublePolls
	outages    []*Outage
	altcha     altchaWork
	journal    *journal
	cookies    []string                     // values handed out
	devices    map[string]map[*account]bool // by the cookie DT: who had it remembered
	tokens     []string                     // state tokens and handles handed out
	packed     sync.Map                     // the widget's files as gzip, by their names: see packAsset
}

// Start listens on 127.0.0.1, on a port of its own, and serves until Close.
// Without the widget it fails with ErrNoWidget, and with ErrNotThere where cfg wants what its version does not draw.
func Start(cfg Config) (*Org, error) {
	cfg = cfg.filled()
	w, err := findWidget(cfg.Widget)
	if err != nil {
		return nil, err
	}
	if err := w.has(cfg); err != nil {
		return nil, err
	}
	if cfg.AppEngine != nil {
		if err := w.has(Config{Engine: *cfg.AppEngine}); err != nil {
			return nil, err
		}
	}
	s, err := ownSigner()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the org: %w", err)
	}
	if cfg.Line != (Line{}) {
		listener = &lineListener{Listener: listener, line: cfg.Line}
	}
	o := &Org{cfg: cfg, widget: w, signer: s, url: "http://" + addressFor(listener.Addr(), cfg.Host), served: make(chan struct{})}
	o.SetEngine(cfg.Engine)
	o.forget()
	o.server = &http.Server{Handler: o.handler(), ReadHeaderTimeout: 10 * time.Second}
	o.server.SetKeepAlivesEnabled(!cfg.NoKeepAlive)
	go func() {
		defer close(o.served)
		_ = o.server.Serve(listener) // always http.ErrServerClosed after Close
	}()
	return o, nil
}

// SetEngine has another engine draw the pages from now on, as where single apps stay on one when the org goes on to the next.
func (o *Org) SetEngine(e Engine) { o.drawn.Store(int32(e)) }

func (o *Org) engine() Engine { return Engine(o.drawn.Load()) }

// goToApp is where the app's own pages begin.
func (o *Org) goToApp() {
	if o.cfg.AppEngine != nil {
		o.SetEngine(*o.cfg.AppEngine)
	}
}

// addressFor is where a listener is reached under another name for its host.
func addressFor(addr net.Addr, host string) string {
	if host == "" {
		return addr.String()
	}
	_, port, _ := net.SplitHostPort(addr.String())
	return net.JoinHostPort(host, port)
}

// URL is the org's base URL, without a slash at the end.
func (o *Org) URL() string { return o.url }

// EmbedURL is the AWS app's embed link: what a profile has as its url.
func (o *Org) EmbedURL() string { return o.url + embedPath }

// Certificate is what the assertions are signed with.
func (o *Org) Certificate() *x509.Certificate { return o.signer.certificate }

// Reset puts the org back to what Start made it: users, sessions, sign-ins, log.
func (o *Org) Reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forget()
}

// EndSessions closes every Okta session, as an administrator can: cookies that
// were handed out open nothing any more.
func (o *Org) EndSessions() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sessions = map[string]*session{}
}

// ExpireSignIns ends the sign-ins under way, as if they had been left too long.
func (o *Org) ExpireSignIns() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.signIns = map[string]*signIn{}
}

func (o *Org) forget() {
	o.accounts = newAccounts(o.cfg.Users)
	o.signIns, o.sessions, o.tickets = map[string]*signIn{}, map[string]*session{}, map[string]*account{}
	o.devices = map[string]map[*account]bool{}
	o.expireNext = o.cfg.ExpireOnce
	o.journal = newJournal()
	o.altcha = newAltchaWork()
}

// Close stops the org and every connection to it.
func (o *Org) Close() error {
	err := o.server.Close()
	<-o.served
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
