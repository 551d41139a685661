package desktop

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"stsx/session"
)

// redirectPage is the page that sends a browser on.
type redirectPage struct {
	url    string
	given  chan error // told once
	server *http.Server
}

func newRedirectPage(address session.Secret) (*redirectPage, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the browser: %w", err)
	}
	host := listener.Addr().String()
	p := &redirectPage{url: "http://" + host + "/" + rand.Text(), given: make(chan error, 1)}
	var once sync.Once
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || "http://"+r.Host+r.URL.Path != p.url {
			http.NotFound(w, r)
			return
		}
		status, err := http.StatusGone, error(nil) // another was here before
		once.Do(func() { status, err = sendOn(w, r, host, address) })
		w.WriteHeader(status)
		if status != http.StatusGone {
			_ = http.NewResponseController(w).Flush()
			p.given <- err
		}
	}
	p.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(handler), ErrorLog: log.New(io.Discard, "", 0)}
	p.server.SetKeepAlivesEnabled(false)
	go session.ContainPanic(func() { _ = p.server.Serve(listener) })() // until shutDown
	return p, nil
}

// sendOn points whoever asks to the address, unless that is another user.
func sendOn(w http.ResponseWriter, r *http.Request, host string, address session.Secret) (status int, err error) {
	if err := checkRequester(r.RemoteAddr, host); err != nil {
		return http.StatusForbidden, err
	}
	w.Header().Set("Location", address.Reveal())
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	return http.StatusSeeOther, nil
}

// shutDown lets an answer that is under way out.
func (p *redirectPage) shutDown() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if p.server.Shutdown(ctx) != nil {
		_ = p.server.Close()
	}
}
