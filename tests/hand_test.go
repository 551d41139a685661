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

// relaySocketEnv makes the test binary stand between stsx and the browser that
// relayBrowserEnv names: what one says to the other is passed on, and what a test
// says on this socket goes to the page in the window, as if a person did it.
const (
	relaySocketEnv  = "TESTED_HAND_SOCKET"
	relayBrowserEnv = "TESTED_HAND_BROWSER"
	relayKeyEnv     = "TESTED_HAND_KEY" // a security key that the person has: WebAuthn.addCredential's credential, in JSON
)

// windowUser is the person at the window.
type windowUser struct {
	*testing.T
	socket string
}

// withWindowUser is the desk with a person at its windows, who has the key, if any. The
// browser gets flags besides stsx's.
func (d *desk) withWindowUser(key string, flags ...string) (*desk, *windowUser) {
	d.Helper()
	dir, err := os.MkdirTemp("", "hand-") // the path of a socket must be short
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "socket")
	return d.withBrowserCommand("exec", append([]string{"env", relaySocketEnv + "=" + socket, relayBrowserEnv + "=" + browserPath(d.T), relayKeyEnv + "=" + key, os.Args[0]}, flags...)...), &windowUser{d.T, socket}
}

// withBrowserFlags is the desk with a browser that gets flags besides stsx's.
func (d *desk) withBrowserFlags(flags ...string) *desk {
	d.Helper()
	return d.withBrowserCommand("exec", append([]string{browserPath(d.T)}, flags...)...)
}

// withBrowserCommand makes a command, with the browser's arguments after it, the browser.
func (d *desk) withBrowserCommand(first string, words ...string) *desk {
	d.Helper()
	text := first
	for _, w := range words {
		text += " '" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	script := filepath.Join(d.home, "chromium")
	d.writeFile(script, "#!/bin/sh\n"+text+" \"$@\"\n", 0o700)
	return d.with("STSX_BROWSER_PATH=" + script)
}

// callPage sends one command of Chromium's protocol to the page.
func (h *windowUser) callPage(method string, params any) (json.RawMessage, error) {
	conn, err := net.Dial("unix", h.socket)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if err := json.NewEncoder(conn).Encode(jsonObject{"method": method, "params": params}); err != nil {
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

type jsonObject = map[string]any

// evaluate evaluates an expression in the page.
func (h *windowUser) evaluate(expression string, value any) error {
	raw, err := h.callPage("Runtime.evaluate", jsonObject{"expression": expression, "returnByValue": true})
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

// clickElement clicks the first match of a selector with the mouse, once it is there
// and stands still; again when it heard nothing of that: a browser drops what is
// clicked on a page that it has not painted yet.
func (h *windowUser) clickElement(selector string) {
	h.Helper()
	var last, at [2]float64
	if !eventually(time.Minute, func() bool {
		last = at
		if h.evaluate(fmt.Sprintf(`(el => {
			if (!el || el.disabled) return null;
			el.scrollIntoView({block: 'center', behavior: 'instant'});
			const box = el.getBoundingClientRect();
			const at = [box.left + box.width / 2, box.top + box.height / 2];
			if (el.heard === undefined) { el.heard = false; el.addEventListener('click', () => { el.heard = true }, {capture: true}); }
			return box.width > 1 && el.contains(document.elementFromPoint(...at)) ? at : null;
		})(document.querySelector(%q))`, selector), &at) != nil || at == [2]float64{} || at != last {
			return false
		}
		if err := h.clickAt(at); err != nil {
			h.Logf("pressing %s: %v", selector, err) // the window may be gone with it
		}
		return eventually(2*time.Second, func() bool {
			waits := false
			err := h.evaluate(fmt.Sprintf(`(el => el !== null && el.heard === false)(document.querySelector(%q))`, selector), &waits)
			return err != nil || !waits
		})
	}) {
		var body string
		_ = h.evaluate("document.body.innerHTML", &body)
		h.Fatalf("the window does not show %s, or it can't be pressed:\n%s", selector, body)
	}
}

// clickAt clicks at a place of the page, in whatever frame is there.
func (h *windowUser) clickAt(at [2]float64) error {
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		if _, err := h.callPage("Input.dispatchMouseEvent", jsonObject{"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1}); err != nil {
			return err
		}
	}
	return nil
}

// pressByKeyboard presses a button by the keyboard: in a small window the footer of the
// hosted page lies over the end of a long form.
func (h *windowUser) pressByKeyboard(button string) {
	_ = h.evaluate(fmt.Sprintf(`(el => { if (el && !el.disabled && el.checkVisibility()) el.click(); return true })(document.querySelector(%q))`, button), new(bool)) // the window may go with it
}

// pressUntilShown enters a button until the page shows something else.
func (h *windowUser) pressUntilShown(button, next string) {
	h.Helper()
	var there bool
	if !h.pressUntil(button, func() bool {
		return h.evaluate(fmt.Sprintf("document.querySelector(%q) !== null", next), &there) == nil && there
	}) {
		h.waitForElement(next)
	}
}

// pressUntil enters a button until something has come of it, as a person does whose
// press went to a page that moved.
func (h *windowUser) pressUntil(button string, done func() bool) bool {
	return eventually(time.Minute, func() bool {
		if done() {
			return true
		}
		h.pressByKeyboard(button)
		return eventually(5*time.Second, done)
	})
}

// typeInto types into fields, selector and text by turns, that it gets to with the
// keyboard, see pressByKeyboard; all of them once more while the page takes the focus to
// another one.
func (h *windowUser) typeInto(fields ...string) {
	h.Helper()
	h.waitForElement(fields[0])
	if !eventually(time.Minute, func() bool {
		for field := range slices.Chunk(fields, 2) {
			if h.evaluate(fmt.Sprintf("(el => { el.focus(); el.select(); return true })(document.querySelector(%q))", field[0]), new(bool)) != nil {
				return false
			}
			if _, err := h.callPage("Input.insertText", jsonObject{"text": field[1]}); err != nil {
				h.Fatalf("typing into %s: %v", field[0], err)
			}
		}
		for field := range slices.Chunk(fields, 2) {
			kept := false
			if h.evaluate(fmt.Sprintf("document.querySelector(%q).value === %q", field[0], field[1]), &kept) != nil || !kept {
				return false
			}
		}
		return true
	}) {
		h.Fatalf("the page does not keep what is typed into %s", fields[0])
	}
}

// waitForElement waits until the page holds a match of a selector.
func (h *windowUser) waitForElement(selector string) {
	h.Helper()
	var there bool
	if !eventually(time.Minute, func() bool {
		return h.evaluate(fmt.Sprintf("document.querySelector(%q) !== null", selector), &there) == nil && there
	}) {
		var body string
		_ = h.evaluate("document.body.innerText", &body)
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

// becomeBrowserRelay runs the browser with the arguments of this process and stands
// between it and stsx. A headless one it lets alone.
func becomeBrowserRelay() int {
	path := os.Getenv(relayBrowserEnv)
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
	m := &browserRelay{browser: toBrowser, answers: map[int64]chan []byte{}}
	go m.serveSocket(os.Getenv(relaySocketEnv))
	go func() {
		m.relayToBrowser(os.NewFile(3, "stsx"))
		toBrowser.Close() // stsx is gone
	}()
	m.relayToStsx(fromBrowser, os.NewFile(4, "stsx"))
	_ = command.Wait()
	return 0
}

// browserRelay passes on what stsx and Chromium say to each other.
type browserRelay struct {
	sending sync.Mutex
	browser *os.File
	next    atomic.Int64

	mu      sync.Mutex
	page    string // the session of the window's page
	answers map[int64]chan []byte
}

// firstOwnID is where the numbers of our own commands begin.
const firstOwnID = 1 << 30

func (m *browserRelay) sendToBrowser(message []byte) error {
	m.sending.Lock()
	defer m.sending.Unlock()
	_, err := m.browser.Write(append(message, 0))
	return err
}

func (m *browserRelay) relayToBrowser(from *os.File) {
	reader := bufio.NewReader(from)
	for {
		message, err := reader.ReadBytes(0)
		if err != nil || m.sendToBrowser(message[:len(message)-1]) != nil {
			return
		}
	}
}

func (m *browserRelay) relayToStsx(from, to *os.File) {
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
		if head.ID >= firstOwnID {
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
			m.adoptPage(head.Params.SessionID)
		}
		if _, err := to.Write(message); err != nil {
			return
		}
	}
}

// adoptPage has the first page for the window's, and gives the person their key.
func (m *browserRelay) adoptPage(session string) {
	m.mu.Lock()
	first := m.page == ""
	if first {
		m.page = session
	}
	m.mu.Unlock()
	key := os.Getenv(relayKeyEnv)
	if !first || key == "" {
		return
	}
	go func() {
		_, _ = m.askPage("WebAuthn.enable", json.RawMessage(`{}`))
		raw, err := m.askPage("WebAuthn.addVirtualAuthenticator", json.RawMessage(`{"options":{"protocol":"ctap2","transport":"usb","hasResidentKey":true,"hasUserVerification":true,"isUserVerified":true,"automaticPresenceSimulation":true}}`))
		var added struct {
			Result struct{ AuthenticatorID string }
		}
		if err == nil {
			err = json.Unmarshal(raw, &added)
		}
		if err == nil {
			raw, err = m.askPage("WebAuthn.addCredential", json.RawMessage(fmt.Sprintf(`{"authenticatorId":%q,"credential":%s}`, added.Result.AuthenticatorID, key)))
		}
		if err != nil || strings.Contains(string(raw), `"error"`) {
			fmt.Fprintln(os.Stderr, "giving the person a key:", err, string(raw))
		}
	}()
}

// askPage sends a command of our own to the page.
func (m *browserRelay) askPage(method string, params json.RawMessage) ([]byte, error) {
	id := firstOwnID + m.next.Add(1)
	answer := make(chan []byte, 1)
	m.mu.Lock()
	session := m.page
	m.answers[id] = answer
	m.mu.Unlock()
	if session == "" {
		return nil, errors.New("there is no page yet")
	}
	message, err := json.Marshal(jsonObject{"id": id, "sessionId": session, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	if err := m.sendToBrowser(message); err != nil {
		return nil, err
	}
	select {
	case raw := <-answer:
		return raw, nil
	case <-time.After(8 * time.Second):
		return nil, errors.New("no answer to " + method)
	}
}

func (m *browserRelay) serveSocket(socket string) {
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
			raw, err := m.askPage(in.Method, in.Params)
			if err != nil {
				raw, _ = json.Marshal(jsonObject{"error": jsonObject{"message": err.Error()}})
			}
			_, _ = conn.Write(raw)
		}()
	}
}
