package process

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// notifyTimeout bounds the program that shows a message: it may have to start a
// service first.
const notifyTimeout = 5 * time.Second

var errNoDesktop = errors.New("there is no desktop to show a message on")

// ShowMessage shows a message on the person's desktop: with notify-send where
// there is one, with osascript on macOS. Both take it as an argument and run
// nothing of it.
func ShowMessage(goos string, environ []string, title, text string) error {
	argv := notifyCommand(goos, environ, title, text)
	if argv == nil {
		return errNoDesktop
	}
	command := exec.Command(argv[0], argv[1:]...)
	command.Env = WithoutSecrets(environ)
	return runFor(command, notifyTimeout)
}

// notifyCommand is the program and its arguments, nil where there is no desktop.
func notifyCommand(goos string, environ []string, title, text string) []string {
	switch {
	case goos == "darwin":
		script := []string{"-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run"}
		return append(append([]string{"/usr/bin/osascript"}, script...), "--", title, text)
	case goos == "windows", !slices.ContainsFunc(environ, isDisplay):
		return nil
	}
	// Some desktops read the body as markup.
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	return []string{"notify-send", "--app-name=stsx", "--urgency=critical", "--", title, text}
}

// isDisplay reports whether an entry of the environment names a desktop.
func isDisplay(entry string) bool {
	name, value, _ := strings.Cut(entry, "=")
	return value != "" && (name == "DISPLAY" || name == "WAYLAND_DISPLAY")
}
