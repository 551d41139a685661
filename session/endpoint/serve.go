package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"stsx/session"
	"stsx/session/files"
)

// socketWait is how long a question at the socket waits for a person to sign in.
const socketWait = 10 * time.Minute

// Serve listens at a socket and, if wanted, at a port. The caller closes it. Errors:
// *session.ServeError.
func (l Local) Serve(ctx context.Context, q session.ServeRequest) (session.CredentialServer, error) {
	e := &Endpoint{delivered: q.Delivered, cancel: func() {}}
	socket, port, err := e.openListeners(l, q)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	e.startServing(ctx, q.Profiles, socket, port)
	if port == nil {
		return e, nil
	}
	if err := e.writeTokenFile(); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// openListeners opens what q asks for. What it has opened by an error, Close closes.
func (e *Endpoint) openListeners(l Local, q session.ServeRequest) (socket, port net.Listener, err error) {
	path, err := l.socketPath(q.Socket)
	if err != nil {
		return nil, nil, err
	}
	if !knowsPeers && (q.Socket != "" || q.Port < 0) {
		return nil, nil, &session.ServeError{What: "this system",
			Why:  "does not say who connects to a socket: stsx serve can't protect one here",
			Cure: "use a port of this machine, which is protected by a token: --port 0"}
	}
	lock, err := lockSocket(path)
	if err != nil {
		return nil, nil, err
	}
	e.clean = append(e.clean, lock.Remove)
	e.tokenFile = strings.TrimSuffix(path, ".sock") + ".token"
	if knowsPeers {
		made, err := openSocket(path, q.Rejected)
		if err != nil {
			return nil, nil, err
		}
		socket, e.socket = made, path
		e.clean = append(e.clean, func() { _ = made.Close() }) // which removes it
	}
	if q.Port < 0 {
		_ = files.Remove(e.tokenFile) // of a server that was killed
		e.tokenFile = ""
		return socket, nil, nil
	}
	made, err := openPort(q.Port)
	if err != nil {
		return nil, nil, err
	}
	e.clean = append(e.clean, func() { _ = made.Close() })
	return socket, made, nil
}

func openPort(number int) (net.Listener, error) {
	address := fmt.Sprintf("127.0.0.1:%d", number)
	listener, err := net.Listen("tcp4", address)
	if err == nil {
		return listener, nil
	}
	e := &session.ServeError{What: "port " + address, Why: "can't be used: " + err.Error(),
		Cure: "name another with --port; 0 is any that is free", Err: err}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		e.Why = "is in use by another program"
	case errors.Is(err, os.ErrPermission):
		e.Why = "is for root only"
	}
	return nil, e
}

func (e *Endpoint) writeTokenFile() error {
	e.clean = append(e.clean, func() { _ = files.Remove(e.tokenFile) })
	return files.Replace(e.tokenFile, []byte(e.token.Reveal()))
}
