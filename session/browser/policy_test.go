package browser

import (
	"strings"
	"testing"
)

// What Chromium 148 under Debian wrote, without the lines of the same kind.
const (
	debugForbidden = `[16496:16633:1130/135631.748795:ERROR:dbus/bus.cc:405] Failed to connect to the bus: Could not parse server address

DevTools remote debugging is disallowed by the system admin.
[16496:16633:1130/135631.823143:ERROR:dbus/bus.cc:405] Failed to connect to the bus: Could not parse server address: Unknown address type
`
	headlessForbidden = `[17085:17140:1130/135702.322162:ERROR:content/browser/devtools/devtools_pipe_handler.cc:188] Connection terminated
[17085:17085:1130/135702.325200:ERROR:chrome/browser/ui/startup/startup_browser_creator.cc:984] Headless mode is disallowed by the system admin.
`
)

func TestPolicyIn(t *testing.T) {
	for name, c := range map[string]struct {
		stderr, policy string
		windowed       bool
	}{
		"Chromium, debugging": {debugForbidden, "RemoteDebuggingAllowed=false", false},
		"Chromium, headless":  {headlessForbidden, "HeadlessMode=2", true},
		// The lines that Chrome and Edge have from the same source, in the shapes of their logs on Windows.
		"Edge, debugging": {"\r\nDevTools remote debugging is disallowed by the system admin.\r\n\r\n",
			"RemoteDebuggingAllowed=false", false},
		"Edge, headless": {"[0912/091502.112:ERROR:headless_shell.cc(81)] Headless mode is disallowed by the system admin.\r\n",
			"HeadlessMode=2", true},
		"Chrome, headless": {"[8812:9120:0912/091502.112:ERROR:startup_browser_creator.cc(812)] " +
			"Headless mode is disallowed by the system admin.\r\n",
			"HeadlessMode=2", true},
		"the first of two": {"DevTools remote debugging is disallowed by the system admin.\n" + headlessForbidden,
			"RemoteDebuggingAllowed=false", false},
		"a page that says so": {`[1:1:1130/135702.3:INFO:CONSOLE(1)] ` +
			`"Headless mode is disallowed by the system admin.", source: https://x.example/ (1)` + "\n",
			"", false},
		"another refusal": {"DevTools remote debugging requires a non-default data directory. Specify this using --user-data-dir.\n",
			"", false},
		"a line cut off": {"DevTools remote debugging is disallowed by the", "", false},
		"nothing":        {"", "", false},
	} {
		got := PolicyIn(c.stderr)
		if got == nil {
			got = &PolicyError{}
		}
		if got.Policy != c.policy || got.Windowed != c.windowed {
			t.Errorf("%s: %+v", name, got)
		}
		if c.policy != "" && (!strings.Contains(got.Error(), c.policy) ||
			!strings.Contains(got.Error(), "disallowed by the system admin.") ||
			!strings.Contains(got.Hint(), "browser_path") || strings.Contains(got.Hint(), `"visible"`) != c.windowed) {
			t.Errorf("%s: %v; %s", name, got, got.Hint())
		}
	}
}
