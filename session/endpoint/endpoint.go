// Package endpoint hands a running command its credentials, and newer ones when
// those come to their end: it is the HTTP endpoint of a container, as the AWS
// SDKs know it, on this machine and for one command.
//
// Who asks has to know a token that nobody but the command was given. Nothing
// that a browser sends is answered, whatever page told it to.
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
	"sync"
	"time"

	"stsx/session"
)

const (
	tokenSize     = 32               // bytes, random
	maxHeaderSize = 8 << 10          // of a request, in bytes: an SDK sends some hundred
	readTimeout   = 5 * time.Second  // of a request
	writeTimeout  = 10 * time.Second // of its answer, the wait for a renewal included
)

// Endpoint is one that runs.
type Endpoint struct {
	keeper *sessionKeeper
	host   string
	token  session.Secret
	server *http.Server
	cancel context.CancelFunc
	inside sync.WaitGroup
}

// Start listens on a free port of 127.0.0.1. The caller closes it.
func Start(ctx context.Context, r session.Renewal) (*Endpoint, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the endpoint for the command's credentials: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	e := &Endpoint{keeper: newSessionKeeper(r), host: listener.Addr().String(), token: newToken(), cancel: cancel}
	e.server = &http.Server{
		Handler:           http.HandlerFunc(e.serveHTTP),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: readTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: readTimeout,
		MaxHeaderBytes: maxHeaderSize,
		ErrorLog:       log.New(io.Discard, "", 0), // the terminal is the command's
	}
	e.inside.Go(session.ContainPanic(func() { _ = e.server.Serve(listener) })) // until Close
	e.inside.Go(session.ContainPanic(func() { e.keeper.runRenewals(ctx) }))
	return e, nil
}

func newToken() session.Secret {
	bytes := make([]byte, tokenSize)
	_, _ = rand.Read(bytes) // never fails, see crypto/rand
	return session.NewSecret(base64.RawURLEncoding.EncodeToString(bytes))
}

// URL is what the command finds in AWS_CONTAINER_CREDENTIALS_FULL_URI.
func (e *Endpoint) URL() string { return "http://" + e.host + credentialsPath }

// Token is what the command finds in AWS_CONTAINER_AUTHORIZATION_TOKEN.
func (e *Endpoint) Token() session.Secret { return e.token }

// Close ends it, a renewal under way included, and forgets the credentials.
func (e *Endpoint) Close() error {
	e.cancel()
	err := e.server.Close()
	e.inside.Wait()
	e.keeper.forgetSession()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return err
}
