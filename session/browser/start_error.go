package browser

import (
	"cmp"
	"fmt"
	"strings"

	"stsx/session"
	"stsx/session/files"
)

const (
	sandboxCure = "install your distribution's own Chromium or Chrome package, whose sandbox the system allows, " +
		"or switch the browser's sandbox off knowingly"
	displayCure   = "a visible browser needs a display: run it in a desktop session, or use the headless browser"
	openFilesCure = "let it open more files: ulimit -n 1024"

	// enoughDisk and enoughFiles are what Chromium needs to start.
	enoughDisk  = 16 << 20
	enoughFiles = 256

	// longestSaid has room for what Chromium says of a sandbox, in characters.
	longestSaid = 400
)

// shortOf is what this machine has too little of for a browser, as its cure; "" when there is enough.
func shortOf(profileDir string) string {
	if free, ok := files.FreeSpace(profileDir); ok && free < enoughDisk {
		return fmt.Sprintf("the disk is full: %d MB are free for %s, and the browser needs %d", free>>20, profileDir, enoughDisk>>20)
	}
	if most, ok := openFilesLimit(); ok && most < enoughFiles {
		return fmt.Sprintf("only %d files may be open; %s", most, openFilesCure)
	}
	return ""
}

// addCure is err with the cure where this machine has too little of something.
func addCure(err error, profileDir string) error {
	if cure := shortOf(profileDir); cure != "" {
		return fmt.Errorf("%w (%s)", err, cure)
	}
	return err
}

// explainStart says why Chromium ended before it answered: its own telling line, and the cure where there is a known one.
func (p *chromiumProcess) explainStart(profileDir string) error {
	if cure := shortOf(profileDir); cure != "" {
		return &StartError{Cure: cure} // whatever it said of what came of that
	}
	said := p.tail.String()
	if policy := PolicyIn(said); policy != nil {
		return policy
	}
	for _, known := range []struct{ sign, cure string }{
		{"No usable sandbox", sandboxCure},
		{"no usable sandbox", sandboxCure},
		{"Running as root without --no-sandbox", "run as an ordinary user"},
		{"SUID sandbox helper", sandboxCure},
		{"error while loading shared libraries", "install the missing library, or your distribution's Chromium package, which brings it"},
		{"Missing X server", displayCure},
		{"Too many open files", openFilesCure},
		{"No space left on device", "free some space on the disk"},
		{"cannot open display", displayCure},
		{"chromium snap", "install Chromium: sudo snap install chromium, or Google Chrome"},
	} {
		for line := range strings.Lines(said) {
			if strings.Contains(line, known.sign) {
				return &StartError{Said: strings.TrimSpace(line), Cure: known.cure}
			}
		}
	}
	telling, last := "", ""
	for line := range strings.Lines(said) {
		last = strings.TrimSpace(line)
		if strings.Contains(line, ":dbus/") {
			continue // no message bus is needed, and none is there: see childEnvironment
		}
		// What comes after it is the crash itself, and what its handler misses.
		if !strings.Contains(line, "/crashpad/") && (!strings.Contains(telling, ":FATAL:") || strings.Contains(line, ":FATAL:")) {
			telling = last
		}
	}
	return &StartError{Said: cmp.Or(telling, last)}
}

// StartError is a Chromium that ended before it answered. Said is the line of its stderr that tells why, Cure what to do;
// either may be empty.
type StartError struct{ Said, Cure string }

func (e *StartError) Error() string {
	text := "it ended at once"
	if e.Said != "" {
		text += ", saying: " + session.OneLine(e.Said, longestSaid)
	}
	if e.Cure != "" {
		text += " (" + e.Cure + ")"
	}
	return text
}
