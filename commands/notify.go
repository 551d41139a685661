package commands

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// notifyWait bounds the program that shows a message: it may have to start a
// service first.
const notifyWait = 5 * time.Second

var errNoDesktop = errors.New("there is no desktop to show a message on")

// Notify shows a message on the person's desktop: with notify-send where there
// is one, with osascript on macOS. Both take it as an argument and run nothing of it.
func Notify(s System, title, text string) error {
	argv := notifier(s, title, text)
	if argv == nil {
		return errNoDesktop
	}
	ctx, cancel := context.WithTimeout(context.Background(), notifyWait)
	defer cancel()
	command := exec.CommandContext(ctx, argv[0], argv[1:]...)
	command.Env = slices.DeleteFunc(slices.Clone(s.Environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return given(name)
	})
	return command.Run()
}

// notifier is the program and its arguments, nil where there is no desktop.
func notifier(s System, title, text string) []string {
	switch {
	case s.GOOS == "darwin":
		return []string{"/usr/bin/osascript", "-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run", "--", title, text}
	case s.GOOS == "windows":
		return nil
	case s.Getenv("DISPLAY") == "" && s.Getenv("WAYLAND_DISPLAY") == "":
		return nil
	}
	// Some desktops read the body as markup.
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	return []string{"notify-send", "--app-name=stsx", "--urgency=critical", "--", title, text}
}
