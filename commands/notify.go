package commands

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"
)

// notifyWait bounds the program that shows a message: it may have to start a
// service first.
const notifyWait = 5 * time.Second

var errNoDesktop = errors.New("there is no desktop to show a message on")

// Notify shows a message on the person's desktop: with notify-send where there
// is one, with osascript on macOS. Both take it as an argument and run nothing of it.
func Notify(goos string, getenv func(string) string, title, text string) error {
	argv := notifier(goos, getenv, title, text)
	if argv == nil {
		return errNoDesktop
	}
	ctx, cancel := context.WithTimeout(context.Background(), notifyWait)
	defer cancel()
	return exec.CommandContext(ctx, argv[0], argv[1:]...).Run()
}

// notifier is the program and its arguments, nil where there is no desktop.
func notifier(goos string, getenv func(string) string, title, text string) []string {
	switch {
	case goos == "darwin":
		return []string{"/usr/bin/osascript", "-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run", "--", title, text}
	case goos == "windows":
		return nil
	case getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "":
		return nil
	}
	// Some desktops read the body as markup.
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	return []string{"notify-send", "--app-name=stsx", "--urgency=critical", "--", title, text}
}
