//go:build unix

package tests

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// handSocket makes the test binary stand between stsx and the browser that
// handBrowser names: what one says to the other is passed on, and what a test
// says on this socket goes to the page in the window, as if a person did it.
const (
	handSocket  = "TESTED_HAND_SOCKET"
	handBrowser = "TESTED_HAND_BROWSER"
	handKey     = "TESTED_HAND_KEY" // a security key that the person has: WebAuthn.addCredential's credential, in JSON
)

// hand is the person at the window.
type hand struct {
	*testing.T
	socket string
}

// hand is the desk with a person at its windows, who has the key, if any. The
// browser gets flags besides stsx's.
func (d *desk) hand(key string, flags ...string) (*desk, *hand) {
	d.Helper()
	dir, err := os.MkdirTemp("", "hand-") // the path of a socket must be short
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "socket")
	return d.chromium("exec", append([]string{"env", handSocket + "=" + socket, handBrowser + "=" + browserPath(d.T), handKey + "=" + key, os.Args[0]}, flags...)...), &hand{d.T, socket}
}

// flagged is the desk with a browser that gets flags besides stsx's.
func (d *desk) flagged(flags ...string) *desk {
	d.Helper()
	return d.chromium("exec", append([]string{browserPath(d.T)}, flags...)...)
}

// chromium makes a command, with the browser's arguments after it, the browser.
func (d *desk) chromium(first string, words ...string) *desk {
	d.Helper()
	text := first
	for _, w := range words {
		text += " '" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	script := filepath.Join(d.home, "chromium")
	d.write(script, "#!/bin/sh\n"+text+" \"$@\"\n", 0o700)
	return d.with("STSX_BROWSER_PATH=" + script)
}

// call sends one command of Chromium's protocol to the page.
func (h *hand) call(method string, params any) (json.RawMessage, error) {
	conn, err := net.Dial("unix", h.socket)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if err := json.NewEncoder(conn).Encode(object{"method": method, "params": params}); err != nil {
		return nil, err
	}
	var answer struct {
		Result json.RawMessage
		Error  *struct{ Message string }
	}
	if err := json.NewDecoder(conn).Decode(&answer); err != nil {
		return nil, err
	}
	if answer.Error != nil {
		return nil, errors.New(answer.Error.Message)
	}
	return answer.Result, nil
}

type object = map[string]any

// look evaluates an expression in the page.
func (h *hand) look(expression string, value any) error {
	raw, err := h.call("Runtime.evaluate", object{"expression": expression, "returnByValue": true})
	if err != nil {
		return err
	}
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Text string }
	}
	switch err := json.Unmarshal(raw, &answer); {
	case err != nil:
		return err
	case answer.ExceptionDetails != nil:
		return errors.New(answer.ExceptionDetails.Text)
	case len(answer.Result.Value) == 0:
		return errors.New("no value")
	}
	return json.Unmarshal(answer.Result.Value, value)
}

// press clicks the first match of a selector with the mouse, once it is there
// and stands still; again when it heard nothing of that: a browser drops what is
// clicked on a page that it has not painted yet.
func (h *hand) press(selector string) {
	h.Helper()
	var last, at [2]float64
	if !eventually(time.Minute, func() bool {
		last = at
		if h.look(fmt.Sprintf(`(el => {
			if (!el || el.disabled) return null;
			el.scrollIntoView({block: 'center', behavior: 'instant'});
			const box = el.getBoundingClientRect();
			const at = [box.left + box.width / 2, box.top + box.height / 2];
			if (el.heard === undefined) { el.heard = false; el.addEventListener('click', () => { el.heard = true }, {capture: true}); }
			return box.width > 1 && el.contains(document.elementFromPoint(...at)) ? at : null;
		})(document.querySelector(%q))`, selector), &at) != nil || at == [2]float64{} || at != last {
			return false
		}
		if err := h.tap(at); err != nil {
			h.Logf("pressing %s: %v", selector, err) // the window may be gone with it
		}
		return eventually(2*time.Second, func() bool {
			waits := false
			err := h.look(fmt.Sprintf(`(el => el !== null && el.heard === false)(document.querySelector(%q))`, selector), &waits)
			return err != nil || !waits
		})
	}) {
		var body string
		_ = h.look("document.body.innerHTML", &body)
		h.Fatalf("the window does not show %s, or it can't be pressed:\n%s", selector, body)
	}
}

// tap clicks at a place of the page, in whatever frame is there.
func (h *hand) tap(at [2]float64) error {
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		if _, err := h.call("Input.dispatchMouseEvent", object{"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1}); err != nil {
			return err
		}
	}
	return nil
}

// enter presses a button by the keyboard: in a small window the footer of the
// hosted page lies over the end of a long form.
func (h *hand) enter(button string) {
	_ = h.look(fmt.Sprintf(`(el => { if (el && !el.disabled && el.checkVisibility()) el.click(); return true })(document.querySelector(%q))`, button), new(bool)) // the window may go with it
}

// leave enters a button until the page shows something else.
func (h *hand) leave(button, next string) {
	h.Helper()
	var there bool
	if !h.insist(button, func() bool {
		return h.look(fmt.Sprintf("document.querySelector(%q) !== null", next), &there) == nil && there
	}) {
		h.shows(next)
	}
}

// insist enters a button until something has come of it, as a person does whose
// press went to a page that moved.
func (h *hand) insist(button string, done func() bool) bool {
	return eventually(time.Minute, func() bool {
		if done() {
			return true
		}
		h.enter(button)
		return eventually(5*time.Second, done)
	})
}

// write types into fields, selector and text by turns, that it gets to with the
// keyboard, see enter; all of them once more while the page takes the focus to
// another one.
func (h *hand) write(fields ...string) {
	h.Helper()
	h.shows(fields[0])
	if !eventually(time.Minute, func() bool {
		for field := range slices.Chunk(fields, 2) {
			if h.look(fmt.Sprintf("(el => { el.focus(); el.select(); return true })(document.querySelector(%q))", field[0]), new(bool)) != nil {
				return false
			}
			if _, err := h.call("Input.insertText", object{"text": field[1]}); err != nil {
				h.Fatalf("typing into %s: %v", field[0], err)
			}
		}
		for field := range slices.Chunk(fields, 2) {
			kept := false
			if h.look(fmt.Sprintf("document.querySelector(%q).value === %q", field[0], field[1]), &kept) != nil || !kept {
				return false
			}
		}
		return true
	}) {
		h.Fatalf("the page does not keep what is typed into %s", fields[0])
	}
}

// shows waits until the page holds a match of a selector.
func (h *hand) shows(selector string) {
	h.Helper()
	var there bool
	if !eventually(time.Minute, func() bool {
		return h.look(fmt.Sprintf("document.querySelector(%q) !== null", selector), &there) == nil && there
	}) {
		var body string
		_ = h.look("document.body.innerText", &body)
		h.Fatalf("the window does not show %s, but:\n%s", selector, body)
	}
}

// browserPath is the browser that stsx would find.
func browserPath(t testing.TB) string {
	t.Helper()
	requireBrowser(t)
	for _, name := range []string{"google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "microsoft-edge", "brave-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no browser on PATH")
	return ""
}

// becomeHand runs the browser with the arguments of this process and stands
// between it and stsx. A headless one it lets alone.
func becomeHand() int {
	path := os.Getenv(handBrowser)
	if slices.Contains(os.Args, "--headless=new") {
		err := syscall.Exec(path, append([]string{path}, os.Args[1:]...), os.Environ())
		fmt.Fprintln(os.Stderr, "becoming", path, err)
		return 1
	}
	read, toBrowser, err := os.Pipe()
	if err != nil {
		return 1
	}
	fromBrowser, write, err := os.Pipe()
	if err != nil {
		return 1
	}
	command := exec.Command(path, os.Args[1:]...)
	command.ExtraFiles, command.Stderr = []*os.File{read, write}, os.Stderr
	if err := command.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "starting", path, err)
		return 1
	}
	read.Close()
	write.Close()
	m := &middle{browser: toBrowser, answers: map[int64]chan []byte{}}
	go m.serve(os.Getenv(handSocket))
	go func() {
		m.up(os.NewFile(3, "stsx"))
		toBrowser.Close() // stsx is gone
	}()
	m.down(fromBrowser, os.NewFile(4, "stsx"))
	_ = command.Wait()
	return 0
}

// middle passes on what stsx and Chromium say to each other.
type middle struct {
	sending sync.Mutex
	browser *os.File
	next    atomic.Int64

	mu      sync.Mutex
	page    string // the session of the window's page
	answers map[int64]chan []byte
}

// ours is where the numbers of our own commands begin.
const ours = 1 << 30

func (m *middle) send(message []byte) error {
	m.sending.Lock()
	defer m.sending.Unlock()
	_, err := m.browser.Write(append(message, 0))
	return err
}

func (m *middle) up(from *os.File) {
	reader := bufio.NewReader(from)
	for {
		message, err := reader.ReadBytes(0)
		if err != nil || m.send(message[:len(message)-1]) != nil {
			return
		}
	}
}

func (m *middle) down(from, to *os.File) {
	reader := bufio.NewReader(from)
	for {
		message, err := reader.ReadBytes(0)
		if err != nil {
			return
		}
		var head struct {
			ID     int64
			Method string
			Params struct {
				SessionID  string
				TargetInfo struct{ Type string }
			}
		}
		_ = json.Unmarshal(message[:len(message)-1], &head)
		if head.ID >= ours {
			m.mu.Lock()
			answer := m.answers[head.ID]
			delete(m.answers, head.ID)
			m.mu.Unlock()
			if answer != nil {
				answer <- message[:len(message)-1]
			}
			continue
		}
		if head.Method == "Target.attachedToTarget" && head.Params.TargetInfo.Type == "page" {
			m.take(head.Params.SessionID)
		}
		if _, err := to.Write(message); err != nil {
			return
		}
	}
}

// take has the first page for the window's, and gives the person their key.
func (m *middle) take(session string) {
	m.mu.Lock()
	first := m.page == ""
	if first {
		m.page = session
	}
	m.mu.Unlock()
	key := os.Getenv(handKey)
	if !first || key == "" {
		return
	}
	go func() {
		_, _ = m.ask("WebAuthn.enable", json.RawMessage(`{}`))
		raw, err := m.ask("WebAuthn.addVirtualAuthenticator", json.RawMessage(`{"options":{"protocol":"ctap2","transport":"usb","hasResidentKey":true,"hasUserVerification":true,"isUserVerified":true,"automaticPresenceSimulation":true}}`))
		var added struct {
			Result struct{ AuthenticatorID string }
		}
		if err == nil {
			err = json.Unmarshal(raw, &added)
		}
		if err == nil {
			raw, err = m.ask("WebAuthn.addCredential", json.RawMessage(fmt.Sprintf(`{"authenticatorId":%q,"credential":%s}`, added.Result.AuthenticatorID, key)))
		}
		if err != nil || strings.Contains(string(raw), `"error"`) {
			fmt.Fprintln(os.Stderr, "giving the person a key:", err, string(raw))
		}
	}()
}

// ask sends a command of our own to the page.
func (m *middle) ask(method string, params json.RawMessage) ([]byte, error) {
	id := ours + m.next.Add(1)
	answer := make(chan []byte, 1)
	m.mu.Lock()
	session := m.page
	m.answers[id] = answer
	m.mu.Unlock()
	if session == "" {
		return nil, errors.New("there is no page yet")
	}
	message, err := json.Marshal(object{"id": id, "sessionId": session, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	if err := m.send(message); err != nil {
		return nil, err
	}
	select {
	case raw := <-answer:
		return raw, nil
	case <-time.After(8 * time.Second):
		return nil, errors.New("no answer to " + method)
	}
}

func (m *middle) serve(socket string) {
	_ = os.Remove(socket) // of the window before
	listener, err := net.Listen("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, "listening:", err)
		return
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			var in struct {
				Method string
				Params json.RawMessage
			}
			if json.NewDecoder(conn).Decode(&in) != nil {
				return
			}
			raw, err := m.ask(in.Method, in.Params)
			if err != nil {
				raw, _ = json.Marshal(object{"error": object{"message": err.Error()}})
			}
			_, _ = conn.Write(raw)
		}()
	}
}
