// Package endpoint hands out credentials on this machine: to a running command, and newer
// ones when those come to their end (exec --refresh), or to whoever has the right to ask
// (serve). It is the HTTP endpoint of a container, as the AWS SDKs know it, on a port of
// 127.0.0.1 and on a Unix socket.
//
// Who asks at the port has to know a token; who asks at the socket has to be the same
// user. Nothing that a browser sends is answered, whatever page told it to.
package endpoint

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"stsx/session"
)

const (
	tokenSize     = 32               // bytes, random
	maxHeaderSize = 8 << 10          // of a request, in bytes: an SDK sends some hundred
	readTimeout   = 5 * time.Second  // of a request
	writeTimeout  = 10 * time.Second // of its answer, beside the wait for what is in it
)

// Local starts servers on this machine, and asks them. Getenv and State, the state
// folder, say where a socket is.
type Local struct {
	Getenv func(name string) string
	State  string
}

// Endpoint is one that runs.
type Endpoint struct {
	keepers   []*sessionKeeper // in the order of the profiles
	delivered func(session.Session, session.Caller)
	host      string // where the port is; "" = none
	token     session.Secret
	tokenFile string
	socket    string
	servers   []*http.Server
	clean     []func() // after the servers, the last one first
	cancel    context.CancelFunc
	inside    sync.WaitGroup
}

// Start listens on a free port of 127.0.0.1. The caller closes it.
func (Local) Start(ctx context.Context, r session.Renewal) (session.CredentialServer, error) {
	return startOne(ctx, r)
}

func startOne(ctx context.Context, r session.Renewal) (*Endpoint, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the endpoint for the command's credentials: %w", err)
	}
	e := &Endpoint{delivered: func(session.Session, session.Caller) {}}
	e.startServing(ctx, []session.Renewal{r}, nil, listener)
	return e, nil
}

// startServing answers at the listeners, of which either may be nil, until Close.
func (e *Endpoint) startServing(ctx context.Context, profiles []session.Renewal, socket, port net.Listener) {
	ctx, e.cancel = context.WithCancel(ctx)
	for _, r := range profiles {
		k := newSessionKeeper(r)
		e.keepers = append(e.keepers, k)
		e.inside.Go(session.ContainPanic(func() { k.runRenewals(ctx) }))
		if k.confirmation != nil {
			e.inside.Go(session.ContainPanic(func() { k.confirmation.runQuestions(ctx) }))
		}
	}
	if socket != nil {
		e.serveAt(ctx, socket, listenerRules{check: checkSocketRequest, wait: socketWait, fromStsx: true})
	}
	if port != nil {
		e.host, e.token = port.Addr().String(), newToken()
		e.serveAt(ctx, port, listenerRules{check: e.checkPortRequest, wait: renewalWait})
	}
}

// listenerRules is a listener's part of answering.
type listenerRules struct {
	check    func(*http.Request) *requestRefusal
	wait     time.Duration // how long a question waits for what it asks for
	fromStsx bool          // stsx asks there, and gets what an SDK has no place for
}

func (e *Endpoint) serveAt(ctx context.Context, listener net.Listener, at listenerRules) {
	server := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.serveHTTP(w, r, at) }),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnContext:       withCaller,
		ReadHeaderTimeout: readTimeout, WriteTimeout: at.wait + writeTimeout, IdleTimeout: readTimeout,
		MaxHeaderBytes: maxHeaderSize,
		ErrorLog:       log.New(io.Discard, "", 0), // the terminal is the command's
	}
	e.servers = append(e.servers, server)
	e.inside.Go(session.ContainPanic(func() { _ = server.Serve(listener) })) // until Close
}

func newToken() session.Secret {
	bytes := make([]byte, tokenSize)
	_, _ = rand.Read(bytes) // never fails, see crypto/rand
	return session.NewSecret(base64.RawURLEncoding.EncodeToString(bytes))
}

// URL is what a program finds in AWS_CONTAINER_CREDENTIALS_FULL_URI.
func (e *Endpoint) URL(profile string) string {
	if profile == "" {
		return "http://" + e.host + credentialsPath
	}
	return "http://" + e.host + credentialsPath + "/" + url.PathEscape(profile)
}

// Token is what a program finds in AWS_CONTAINER_AUTHORIZATION_TOKEN.
func (e *Endpoint) Token() session.Secret { return e.token }

// TokenFile is what it finds in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.
func (e *Endpoint) TokenFile() string { return e.tokenFile }

// Socket is the path of the socket.
func (e *Endpoint) Socket() string { return e.socket }

// Close ends it, a renewal under way included, and forgets the credentials.
func (e *Endpoint) Close() error {
	e.cancel()
	var err error
	for _, server := range e.servers {
		if failed := server.Close(); !errors.Is(failed, net.ErrClosed) {
			err = errors.Join(err, failed)
		}
	}
	e.inside.Wait()
	for _, k := range e.keepers {
		k.forgetSession()
	}
	for len(e.clean) > 0 {
		last := len(e.clean) - 1
		e.clean[last]()
		e.clean = e.clean[:last]
	}
	return err
}
