package aws

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"sync"
	"time"
)

// ProxyConfig says what a proxy does with what it is asked for. The zero value refuses everything with 403.
type ProxyConfig struct {
	// Forward lets every request through to where it wants to go.
	Forward bool

	// Routes leads a "host:port" that is asked for to another "host:port", whether or not Forward is set: with
	// "sts.eu-west-1.amazonaws.com:443" led to the Addr of a Server with TLS, a client speaks to the real name.
	// A name is what it takes: Go's clients send nothing for 127.0.0.1 or localhost to the proxy of the environment.
	Routes map[string]string

	// Rest is the "host:port" that all else is led to; empty: see Forward.
	Rest string
}

// Proxy is a forward HTTP proxy that remembers what it was asked for: CONNECT, for https, and absolute URIs, for http.
// It is what to give to a program as HTTPS_PROXY or to Chromium as --proxy-server, to prove where it goes and where
// it does not.
type Proxy struct {
	config   ProxyConfig
	listener net.Listener
	http     *http.Server
	client   *http.Transport
	working  requestGate
	release  context.CancelFunc
	closing  sync.Once
	closed   error

	mu       sync.Mutex
	requests []ProxyRequest
}

// ProxyRequest is one request that a proxy got.
type ProxyRequest struct {
	Time      time.Time
	Method    string // CONNECT, or the method of a plain http request
	Host      string // "host:port", the port always written out
	Forwarded bool   // false when refused
}

// NewProxy starts a proxy on a free port of 127.0.0.1. The caller closes it.
func NewProxy(config ProxyConfig) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting a proxy: %w", err)
	}
	ctx, release := context.WithCancel(context.Background())
	p := &Proxy{config: config, listener: listener, release: release}
	p.client = &http.Transport{DialContext: p.dialHost, DisableKeepAlives: true}
	p.http = &http.Server{
		Handler:           http.HandlerFunc(p.serveProxy),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	p.working.beginRequest()
	go func() {
		defer p.working.endRequest()
		_ = p.http.Serve(listener) // until Close
	}()
	return p, nil
}

// URL is the address to give to clients as HTTPS_PROXY and HTTP_PROXY.
func (p *Proxy) URL() string { return "http://" + p.listener.Addr().String() }

// Asked is every request so far, in the order they arrived.
func (p *Proxy) Asked() []ProxyRequest {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Hosts is every "host:port" asked for so far, sorted, each once.
func (p *Proxy) Hosts() []string {
	var hosts []string
	for _, ask := range p.Asked() {
		hosts = append(hosts, ask.Host)
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// Close stops the proxy and cuts off the tunnels through it. Closing again returns the same result.
func (p *Proxy) Close() error {
	p.closing.Do(func() {
		p.release()
		p.closed = p.http.Close()
		p.working.waitIdle()
		p.client.CloseIdleConnections()
	})
	return p.closed
}

func (p *Proxy) serveProxy(w http.ResponseWriter, r *http.Request) {
	if !p.working.beginRequest() {
		return
	}
	defer p.working.endRequest()
	host, ok := requestHost(r)
	if !ok {
		http.Error(w, "stsx test bed: this is a proxy", http.StatusBadRequest)
		return
	}
	_, routed := p.config.Routes[host]
	forward := routed || p.config.Rest != "" || p.config.Forward
	p.recordAsk(ProxyRequest{Time: time.Now(), Method: r.Method, Host: host, Forwarded: forward})
	switch {
	case !forward:
		http.Error(w, "stsx test bed: the proxy refuses "+host, http.StatusForbidden)
	case r.Method == http.MethodConnect:
		p.openTunnel(w, r, host)
	default:
		(&httputil.ReverseProxy{
			Rewrite:   func(*httputil.ProxyRequest) {}, // the request names where it goes
			Transport: p.client,
			ErrorLog:  log.New(io.Discard, "", 0),
		}).ServeHTTP(w, r)
	}
}

func (p *Proxy) recordAsk(ask ProxyRequest) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, ask)
}

// requestHost is the "host:port" that r wants to go to; false when r is not addressed to a proxy.
func requestHost(r *http.Request) (string, bool) {
	if r.Method == http.MethodConnect {
		_, _, err := net.SplitHostPort(r.Host)
		return r.Host, err == nil
	}
	if r.URL.Scheme != "http" || r.URL.Host == "" {
		return "", false
	}
	if r.URL.Port() != "" {
		return r.URL.Host, true
	}
	return net.JoinHostPort(r.URL.Hostname(), "80"), true
}

// dialHost connects to host, or to where its route leads.
func (p *Proxy) dialHost(ctx context.Context, network, host string) (net.Conn, error) {
	to := cmp.Or(p.config.Routes[host], p.config.Rest, host)
	return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, to)
}

// openTunnel joins the client to host until both have said all they had to say, or the proxy closes.
func (p *Proxy) openTunnel(w http.ResponseWriter, r *http.Request, host string) {
	there, err := p.dialHost(r.Context(), "tcp", host)
	if err != nil {
		http.Error(w, "stsx test bed: "+err.Error(), http.StatusBadGateway)
		return
	}
	defer there.Close() //nolint:errcheck // nothing is left to lose
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "stsx test bed: "+err.Error(), http.StatusInternalServerError)
		return
	}
	defer here.Close() //nolint:errcheck // nothing is left to lose
	cut := context.AfterFunc(r.Context(), func() { _, _ = here.Close(), there.Close() })
	defer cut()
	if _, err := io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { copyStream(there, buffered) })
	both.Go(func() { copyStream(here, there) })
	both.Wait()
}

// copyStream copies from one end to the other, and the end of what was said with it.
func copyStream(to net.Conn, from io.Reader) {
	_, err := io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok && err == nil {
		_ = half.CloseWrite()
		return
	}
	_ = to.Close()
}
