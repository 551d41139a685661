package browser

import (
	"slices"
	"testing"
)

// TestSandbox: Chromium's sandbox is off where that was asked for, and only there.
func TestSandbox(t *testing.T) {
	for _, off := range []bool{false, true} {
		for _, visible := range []bool{false, true} {
			args := chromiumArguments(Options{NoSandbox: off, Visible: visible}, "profile", proxySettings{})
			if slices.Contains(args, "--no-sandbox") != off || slices.Contains(args, "--disable-web-security") {
				t.Errorf("off %t, visible %t: %q", off, visible, args)
			}
		}
	}
}
