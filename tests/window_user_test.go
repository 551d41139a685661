//go:build unix

package tests

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
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
	return d.withBrowserCommand("exec", append([]string{"env", relaySocketEnv + "=" + socket, relayBrowserEnv + "=" + browserPath(d.T),
		relayKeyEnv + "=" + key, os.Args[0]}, flags...)...), &windowUser{d.T, socket}
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
		if _, err := h.callPage("Input.dispatchMouseEvent",
			jsonObject{"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1}); err != nil {
			return err
		}
	}
	return nil
}

// pressByKeyboard presses a button by the keyboard: in a small window the footer of the
// hosted page lies over the end of a long form.
func (h *windowUser) pressByKeyboard(button string) {
	// the window may go with it
	_ = h.evaluate(fmt.Sprintf(`(el => { if (el && !el.disabled && el.checkVisibility()) el.click(); return true })(document.querySelector(%q))`, button), new(bool))
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
			if h.evaluate(fmt.Sprintf("(el => { el.focus(); el.select(); return true })(document.querySelector(%q))", field[0]),
				new(bool)) != nil {
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
