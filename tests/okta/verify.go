package okta

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Verify stands for the Okta Verify app of a computer: the server that it runs
// on 127.0.0.1 for FastPass, with the two requests that the Sign-In Widget
// makes. The real one is closed, and runs on Windows and macOS only.
//
// As the real one does, it answers pages of its own org only, and delivers what
// it has signed to the org itself: the page learns of it by its next poll.
type Verify struct {
	device *Device
	user   string
	port   string
	server *http.Server
	served chan struct{}

	mu     sync.Mutex
	asked  chan struct{} // closed when a challenge has come
	agreed chan struct{} // closed when the person has said yes
	probes int
}

// StartVerify starts an Okta Verify that is set up for user on device. With
// asks the person has to say yes (Agree) before it signs anything.
func StartVerify(device *Device, user string, asks bool) (*Verify, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting Okta Verify: %w", err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	v := &Verify{device: device, user: user, port: port, served: make(chan struct{}), asked: make(chan struct{}),
		agreed: make(chan struct{})}
	if !asks {
		close(v.agreed)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("OPTIONS /", func(w http.ResponseWriter, r *http.Request) { allow(w, r) })
	mux.HandleFunc("GET /probe", func(w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		v.probes++
		v.mu.Unlock()
		allow(w, r)
	})
	mux.HandleFunc("POST /challenge", v.challenge)
	v.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(v.served)
		_ = v.server.Serve(listener) // always http.ErrServerClosed after Close
	}()
	return v, nil
}

// allow lets the page that asks read the answer.
func allow(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	h.Set("Access-Control-Allow-Private-Network", "true")
}

// Port is where it listens.
func (v *Verify) Port() string { return v.port }

// Probes is how often a page has looked for it.
func (v *Verify) Probes() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.probes
}

// Asked is closed once a page wants something signed.
func (v *Verify) Asked() <-chan struct{} { return v.asked }

// Agree is the person's yes.
func (v *Verify) Agree() { close(v.agreed) }

// Close stops it, and whatever waits for the person.
func (v *Verify) Close() error {
	err := v.server.Close()
	<-v.served
	return err
}

// challenge signs what the page brings, if it is the page of the org that made it.
func (v *Verify) challenge(w http.ResponseWriter, r *http.Request) {
	allow(w, r)
	var in struct{ ChallengeRequest string }
	var c deviceChallenge
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	if err == nil {
		err = json.Unmarshal(raw, &in)
	}
	if err == nil {
		raw, err = fromBase64(in.ChallengeRequest)
	}
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || c.Issuer != r.Header.Get("Origin") {
		http.Error(w, "not a challenge of the page's own org", http.StatusBadRequest)
		return
	}
	v.mu.Lock()
	select {
	case <-v.asked:
	default:
		close(v.asked)
	}
	v.mu.Unlock()
	select {
	case <-v.agreed:
	case <-r.Context().Done():
		return
	}
	signed, err := v.device.sign(deviceResponse{c.Nonce, v.user})
	if err == nil {
		err = v.deliver(r, c.VerificationURI, signed)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (v *Verify) deliver(r *http.Request, address, signed string) error {
	body, err := json.Marshal(object{"challengeResponse": signed})
	if err != nil {
		return err
	}
	post, err := http.NewRequestWithContext(r.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(post)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the org did not take the answer: %s", answer.Status)
	}
	return nil
}
