package browser

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// answerTime bounds the wait for a display to take a connection.
const answerTime = 2 * time.Second

// CanShow is nil when a window can be shown on this system ("linux", "darwin", …), else it says why not.
func CanShow(ctx context.Context, goos string, getenv func(string) string) error {
	switch goos {
	case "windows":
		return nil
	case "darwin":
		if getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != "" {
			return errors.New("this is an SSH session")
		}
		return nil
	}
	why := errors.New("there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)")
	dialer := net.Dialer{Timeout: answerTime}
	for _, at := range []struct{ variable, network, address string }{
		{"WAYLAND_DISPLAY", "unix", waylandSocket(getenv)},
		xSocket(getenv("DISPLAY")),
	} {
		if at.address == "" {
			continue
		}
		conn, err := dialer.DialContext(ctx, at.network, at.address)
		if err == nil {
			conn.Close()
			return nil
		}
		why = errors.New("the display that " + at.variable + " names does not answer")
	}
	return why
}

func waylandSocket(getenv func(string) string) string {
	name := getenv("WAYLAND_DISPLAY")
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, name)
	}
	return ""
}

// xSocket is where the X server of a display such as :0, :1.0, unix:0 or host:10 listens; an address of "" when it can't
// be told.
func xSocket(display string) (at struct{ variable, network, address string }) {
	at.variable = "DISPLAY"
	i := strings.LastIndexByte(display, ':')
	if i < 0 {
		return at
	}
	host := strings.TrimPrefix(display[:i], "unix/")
	text, _, _ := strings.Cut(display[i+1:], ".")
	number, err := strconv.Atoi(text)
	switch {
	case err != nil || number < 0:
	case host == "" || host == "unix":
		at.network, at.address = "unix", "/tmp/.X11-unix/X"+text
	case strings.HasPrefix(host, "/"): // launchd's
		at.network, at.address = "unix", display
	default:
		at.network, at.address = "tcp", net.JoinHostPort(host, strconv.Itoa(6000+number))
	}
	return at
}
