package aws

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what the simulated AWS knows. The zero value trusts nobody and has no roles.
type Config struct {
	// Certificates are the identity provider's signing certificates; an assertion must be signed by one of them.
	// Like IAM, the server does not look at when they expire.
	Certificates []*x509.Certificate

	// DecryptionKey is the SAML provider's private key, with which encrypted assertions are read; nil: there is none.
	DecryptionKey *rsa.PrivateKey

	// Roles are the roles that exist, by ARN. A role that is not here is refused with AccessDenied, as AWS refuses
	// one that does not exist.
	Roles map[string]RoleConfig

	// Clock is the time that assertions are judged by and expirations counted from; nil is time.Now.
	Clock func() time.Time

	// Moto is the base URL of a moto_server; see [StartMoto]. When empty the server makes keys up.
	Moto string

	// Lifetime, when positive, is how long keys live whatever duration was granted: a test can hold a real session
	// that ends in two seconds. The duration asked for is checked all the same.
	Lifetime time.Duration

	// Latency is how long every answer takes.
	Latency time.Duration

	// AccountOverride, when not empty, is the account number written into every ARN handed out in place of the role's
	// own, for tests of a guard against the wrong account.
	AccountOverride string

	// AccountNames are the names of accounts, by number, that the sign-in page shows.
	AccountNames map[string]string

	// TLS serves https, with a certificate authority of its own whose PEM file is [Server.CAFile]. The server then has
	// a certificate for whatever host name it is asked for, so that a proxy may lead sts.eu-west-1.amazonaws.com to it.
	TLS bool
}

// RoleConfig is one role of the simulated AWS.
type RoleConfig struct {
	// MaxDuration is the role's MaxSessionDuration; zero is AWS's default, one hour.
	MaxDuration time.Duration

	// Providers are the ARNs of the SAML providers the role trusts; none means that it trusts any.
	// A provider that no role names does not exist, unless no role names any.
	Providers []string

	// Sources are the ARNs of the roles that may take this one with AssumeRole (role chaining).
	Sources []string

	// Denied refuses the role to everybody.
	Denied bool
}

// Server is a running simulated AWS. Its methods may be called from several goroutines.
type Server struct {
	config  Config
	minter  keyMinter
	keys    keyLedger
	calls   callRecorder
	signins sync.Map // tokens of the federation endpoint
	faults  faultQueue
	moto    http.Handler // nil without moto
	url     string
	caFile  string
	dir     string
	http    *http.Server
	client  *http.Client
	release context.CancelFunc // ends every request still being answered
	working requestGate
	closing sync.Once
	closed  error

	lifetime atomic.Int64 // Config.Lifetime, or what SetLifetime made of it
}

// New starts a server on a free port of 127.0.0.1. The caller closes it.
func New(config Config) (*Server, error) {
	if config.Clock == nil {
		config.Clock = time.Now
	}
	s := &Server{config: config, minter: madeUpMinter{}, client: directClient()}
	s.SetLifetime(config.Lifetime)
	if config.Moto != "" {
		target, err := url.Parse(config.Moto)
		if err != nil || target.Host == "" {
			return nil, fmt.Errorf("reading the address of moto: %q is not a URL", config.Moto)
		}
		s.moto = forwardTo(target, s.client.Transport)
		s.minter = &motoMinter{url: target.String(), client: s.client}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the simulated AWS: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	if config.TLS {
		if listener, err = s.secureListener(listener); err != nil {
			return nil, err
		}
	}
	ctx, release := context.WithCancel(context.Background())
	s.release = release
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.serveRequest),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // a client that refuses our certificate is a test, not news
	}
	s.working.beginRequest()
	go func() {
		defer s.working.endRequest()
		_ = s.http.Serve(listener) // until Close
	}()
	return s, nil
}

// secureListener wraps listener in TLS and writes the authority's certificate where CAFile says. On error listener is closed.
func (s *Server) secureListener(listener net.Listener) (net.Listener, error) {
	fail := func(err error) (net.Listener, error) {
		return nil, errors.Join(fmt.Errorf("starting the simulated AWS: %w", err), listener.Close())
	}
	authority, err := newAuthority()
	if err != nil {
		return fail(err)
	}
	if s.dir, err = os.MkdirTemp("", "stsx-aws-*"); err != nil {
		return fail(err)
	}
	if s.caFile, err = authority.writeCA(s.dir); err != nil {
		return fail(errors.Join(err, os.RemoveAll(s.dir)))
	}
	s.url = "https://" + listener.Addr().String()
	return tls.NewListener(listener, authority.tlsConfig()), nil
}

// URL is the address to give to clients as AWS_ENDPOINT_URL, without a slash at the end.
func (s *Server) URL() string { return s.url }

// Addr is the host and port of URL, for [ProxyConfig.Routes].
func (s *Server) Addr() string {
	_, addr, _ := strings.Cut(s.url, "://")
	return addr
}

// CAFile is the path of the PEM file to give to clients as AWS_CA_BUNDLE; empty without TLS. Close removes it.
func (s *Server) CAFile() string { return s.caFile }

// SetLifetime is Config.Lifetime for the keys handed out from now on; zero is what is granted.
func (s *Server) SetLifetime(d time.Duration) { s.lifetime.Store(int64(d)) }

// Environ is what a child process needs in its environment to take this server for AWS, as "NAME=value".
func (s *Server) Environ() []string {
	env := []string{"AWS_ENDPOINT_URL=" + s.url}
	if s.caFile != "" {
		env = append(env, "AWS_CA_BUNDLE="+s.caFile)
	}
	return env
}

// Close stops the server: requests still being answered, hangs among them, are cut off, and nothing of it is left
// when Close returns. Closing again returns the same result.
func (s *Server) Close() error {
	s.closing.Do(func() {
		s.release()
		s.closed = s.http.Close()
		s.working.waitIdle()
		s.client.CloseIdleConnections()
		if s.dir != "" {
			s.closed = errors.Join(s.closed, os.RemoveAll(s.dir))
		}
	})
	return s.closed
}

// directClient is an HTTP client that no proxy variable of the test's own environment leads astray.
func directClient() *http.Client {
	return &http.Client{Transport: &http.Transport{}}
}

// forwardTo is a reverse proxy to target that keeps the Host header, which S3 reads.
func forwardTo(target *url.URL, transport http.RoundTripper) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
		Transport:    transport,
		ErrorLog:     log.New(io.Discard, "", 0),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
}
