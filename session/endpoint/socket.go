package endpoint

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"stsx/session"
	"stsx/session/files"
)

// maxSocketPath is how long a socket's path can be, in bytes: the kernels' structures
// have room for one more, which ends it.
func maxSocketPath() int {
	if runtime.GOOS == "linux" {
		return 107
	}
	return 103
}

// socketPath is the path of a socket that is named, or of the usual one, in a folder that
// is this user's alone.
func (l Local) socketPath(named string) (string, error) {
	if named == "" {
		return l.usualSocket()
	}
	path, err := filepath.Abs(named)
	if err == nil {
		err = checkSocketPath(path)
	}
	if err == nil {
		err = makeSocketFolder(filepath.Dir(path))
	}
	return path, err
}

// usualSocket is where the socket is when none is named: in the folder of the login, which
// is in memory and ends with it, or else in the state folder. The folder is made.
func (l Local) usualSocket() (string, error) {
	dir := l.State
	if runtime := l.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(runtime) && files.CheckPrivate(runtime) == nil {
		dir = filepath.Join(runtime, "stsx")
	}
	if err := files.MakePrivate(dir); err != nil {
		return "", err
	}
	return filepath.Join(dir, "serve.sock"), nil
}

// makeSocketFolder makes sure that dir is this user's alone. It changes no mode of a folder
// that is there. Errors: *session.ServeError.
func makeSocketFolder(dir string) error {
	err := files.CheckPrivate(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = files.MakePrivate(dir)
	}
	if err == nil {
		return nil
	}
	e := &session.ServeError{What: "the socket's folder", Why: "can't be used: " + err.Error(), Err: err,
		Cure: "name a socket in a folder that only you can enter, as in --socket ~/.stsx-serve/prod.sock: a folder that is missing is made"}
	return e
}

func socketError(path, why, cure string) error {
	return &session.ServeError{What: "the socket " + path, Why: why, Cure: cure}
}

func checkSocketPath(path string) error {
	if len(path) <= maxSocketPath() {
		return nil
	}
	return socketError(path, "has a path of "+strconv.Itoa(len(path))+" bytes, and the system takes "+strconv.Itoa(maxSocketPath()),
		"name a shorter one with --socket")
}

// lockSocket keeps other servers from path for as long as this one runs, however it ends.
func lockSocket(path string) (*files.Lock, error) {
	if err := checkSocketPath(path); err != nil {
		return nil, err
	}
	lock, err := files.TryLock(path + ".lock")
	switch {
	case err != nil:
		return nil, socketError(path, "can't be locked: "+err.Error(), "name one in another folder with --socket")
	case lock == nil:
		return nil, socketError(path, "is in use by another stsx serve"+listenerText(path), "end that one, or name another with --socket")
	}
	return lock, nil
}

// listenerText names the process that listens at path, as " (pid 4711)"; "" where that
// can't be told.
func listenerText(path string) string {
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return ""
	}
	defer c.Close()
	listener, err := peerOf(c)
	if err != nil || listener.PID == 0 {
		return ""
	}
	return " (pid " + strconv.Itoa(listener.PID) + ")"
}

// openSocket makes the socket at path, in the place of one that a killed server left.
func openSocket(path string, rejected func(session.Caller)) (net.Listener, error) {
	const other = "name another with --socket"
	if info, err := os.Lstat(path); err == nil {
		if info.Mode()&fs.ModeSocket == 0 {
			return nil, socketError(path, "can't be made: something else is there", other)
		}
		if c, err := net.Dial("unix", path); err == nil {
			c.Close()
			return nil, socketError(path, "is in use by another program"+listenerText(path), other)
		}
		files.RemoveSame(path, info)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, socketError(path, "can't be made: "+err.Error(), other)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		listener.Close()
		return nil, socketError(path, "can't be protected: "+err.Error(), other)
	}
	return &ownListener{listener, rejected}, nil
}

// ownListener accepts connections of this user's alone.
type ownListener struct {
	*net.UnixListener
	rejected func(session.Caller)
}

// ownConn is a connection with who made it.
type ownConn struct {
	net.Conn
	caller session.Caller
}

// Accept implements net.Listener.
func (l *ownListener) Accept() (net.Conn, error) {
	for {
		c, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		caller, err := peerOf(c)
		if err == nil && caller.UID == os.Geteuid() {
			return &ownConn{c, caller}, nil
		}
		c.Close()
		if err == nil {
			l.rejected(caller)
		}
	}
}

type callerKey struct{}

// withCaller is the ConnContext of a server.
func withCaller(ctx context.Context, c net.Conn) context.Context {
	if own, ok := c.(*ownConn); ok {
		return context.WithValue(ctx, callerKey{}, own.caller)
	}
	return ctx
}

// callerOf is who sent r, as the kernel says, and what it calls itself.
func callerOf(r *http.Request) session.Caller {
	caller, _ := r.Context().Value(callerKey{}).(session.Caller)
	caller.Agent = r.UserAgent()
	return caller
}
