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
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
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
		raw, err := m.askPage("WebAuthn.addVirtualAuthenticator",
			json.RawMessage(`{"options":{"protocol":"ctap2","transport":"usb","hasResidentKey":true,"hasUserVerification":true,"isUserVerified":true,"automaticPresenceSimulation":true}}`))
		var added struct {
			Result struct{ AuthenticatorID string }
		}
		if err == nil {
			err = json.Unmarshal(raw, &added)
		}
		if err == nil {
			raw, err = m.askPage("WebAuthn.addCredential",
				json.RawMessage(fmt.Sprintf(`{"authenticatorId":%q,"credential":%s}`, added.Result.AuthenticatorID, key)))
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
