package browser

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-rod/rod/lib/cdp"
)

// PolicyError: whoever manages this computer's browsers has set a policy that keeps stsx from using one of them.
type PolicyError struct {
	Policy   string // as chrome://policy and edge://policy list it: name=value
	Said     string // the browser's own line; "" where it says nothing
	Windowed bool   // in a window the browser can be used
}

func (e *PolicyError) Error() string {
	text := "your administrator's policy " + e.Policy + " forbids stsx to use this browser"
	if e.Windowed {
		text = "your administrator's policy " + e.Policy + " forbids this browser to run without a window"
	}
	if e.Said != "" {
		text += fmt.Sprintf(" (it said: %q)", e.Said)
	}
	return text
}

// Hint is the cure.
func (e *PolicyError) Hint() string {
	const otherwise = "set browser_path to another Chrome, Chromium, Edge or Brave, " +
		"or ask whoever manages this computer to change the policy"
	if e.Windowed {
		return `set browser = "auto" or "visible" where there is a display; else ` + otherwise
	}
	return otherwise
}

// PolicyIn finds in what a browser wrote to stderr the policy that ended it; nil when there is none. Chrome, Chromium, Edge and
// Brave write the same: it is in Chromium's source (browser_process_impl.cc, startup_browser_creator.cc).
func PolicyIn(stderr string) *PolicyError {
	for line := range strings.Lines(stderr) {
		// What a log line begins with: [pid:thread:date:ERROR:file:line]
		said := line[strings.LastIndexByte(line, ']')+1:]
		switch said = strings.TrimSpace(said); said {
		case "DevTools remote debugging is disallowed by the system admin.":
			return &PolicyError{Policy: "RemoteDebuggingAllowed=false", Said: said}
		case "Headless mode is disallowed by the system admin.":
			return &PolicyError{Policy: "HeadlessMode=2", Said: said, Windowed: true}
		}
	}
	return nil
}

// explainNoTab is err, of opening a browser's first tab, or the policy that it comes of: Chromium then shows the page and lets
// nobody drive it.
func explainNoTab(err error) error {
	if errors.Is(err, cdp.ErrSessionNotFound) {
		return &PolicyError{Policy: "DeveloperToolsAvailability=2"}
	}
	return err
}
