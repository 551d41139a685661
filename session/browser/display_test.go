package browser

import (
	"net"
	"path/filepath"
	"testing"
)

func TestCanShow(t *testing.T) {
	dir := t.TempDir()
	listener, err := net.Listen("unix", filepath.Join(dir, "wayland-7"))
	if err != nil {
		t.Skip(err) // the path may be too long for a socket
	}
	defer listener.Close()
	for _, c := range []struct {
		goos string
		env  map[string]string
		can  bool
	}{
		{"windows", nil, true},
		{"darwin", nil, true},
		{"darwin", map[string]string{"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, false},
		{"linux", nil, false},
		{"linux", map[string]string{"DISPLAY": ":9876"}, false},
		{"linux", map[string]string{"DISPLAY": "nonsense"}, false},
		{"linux", map[string]string{"WAYLAND_DISPLAY": "wayland-7"}, false}, // where?
		{"linux", map[string]string{"WAYLAND_DISPLAY": "wayland-8", "XDG_RUNTIME_DIR": dir}, false},
		{"linux", map[string]string{"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": dir}, true},
		{"linux", map[string]string{"WAYLAND_DISPLAY": filepath.Join(dir, "wayland-7"), "DISPLAY": ":9876"}, true},
	} {
		if err := CanShow(t.Context(), c.goos, func(name string) string { return c.env[name] }); (err == nil) != c.can {
			t.Errorf("%s with %v: %v", c.goos, c.env, err)
		}
	}
}

func TestXSocket(t *testing.T) {
	for display, want := range map[string]string{
		":0": "unix /tmp/.X11-unix/X0", ":1.0": "unix /tmp/.X11-unix/X1", "unix:2": "unix /tmp/.X11-unix/X2",
		"localhost:10.0": "tcp localhost:6010",
		"/private/tmp/com.apple.launchd.x/org.xquartz:0": "unix /private/tmp/com.apple.launchd.x/org.xquartz:0",
		"": " ", "host": " ", ":x": " ", ":-1": " ",
	} {
		if at := xSocket(display); at.network+" "+at.address != want {
			t.Errorf("%q: %q %q", display, at.network, at.address)
		}
	}
}
