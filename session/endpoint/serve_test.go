package endpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stsx/session"
)

// servedProfile is a profile whose session has to be signed in to, by attended.
func servedProfile(name string, attended func(context.Context) (session.Session, error)) session.Renewal {
	return session.Renewal{
		Session: session.Session{Profile: name},
		Kept:    func(context.Context, session.Session) (session.Session, bool) { return session.Session{}, false },
		Renew: func(context.Context, session.Session) (session.Session, error) {
			return session.Session{}, &session.InputError{What: "a sign-in"}
		},
		Attended: func(ctx context.Context, _ session.Session) (session.Session, error) { return attended(ctx) },
		Failed:   func(session.Session, error) {},
		Explain:  func(held session.Session, err error) string { return held.Profile + ": " + err.Error() },
		Now:      time.Now,
	}
}

func servedSession(name string) session.Session {
	now := time.Now()
	return session.Session{Profile: name, Only: "read-only", Issued: now, Role: session.Role{ARN: admin}, Credentials: session.Credentials{
		AccessKeyID: "ASIA" + name, SecretAccessKey: session.NewSecret(canary), SessionToken: session.NewSecret("t"),
		Expires: now.Add(time.Hour),
	}}
}

// startServer is a server in a folder of its own.
func startServer(t *testing.T, port int, profiles ...session.Renewal) (session.CredentialServer, *atomic.Int64) {
	t.Helper()
	if !knowsPeers {
		t.Skip("this system does not say who connects to a socket")
	}
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	delivered := new(atomic.Int64)
	server, err := Local{}.Serve(t.Context(), session.ServeRequest{Profiles: profiles, Socket: filepath.Join(dir, "s.sock"), Port: port,
		Delivered: func(s session.Session, to session.Caller) {
			delivered.Add(1)
			if to.PID != os.Getpid() && to.PID != 0 || s.Credentials.SecretAccessKey.IsZero() {
				t.Errorf("%v to %+v", s, to)
			}
		},
		Rejected: func(from session.Caller) { t.Errorf("%+v was rejected", from) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	})
	return server, delivered
}

// TestServeMany: hundreds that ask at once cost one sign-in, and one that fails is the
// answer for all of them.
func TestServeMany(t *testing.T) {
	t.Parallel()
	const callers = 300
	for name, failed := range map[string]error{"signed in": nil, "rejected": &session.RefusedError{Said: "no"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked, signedIn atomic.Int64
			everybody := make(chan struct{})
			profile := servedProfile("prod", func(ctx context.Context) (session.Session, error) {
				signedIn.Add(1)
				<-everybody
				return servedSession("prod"), failed
			})
			profile.Permit = func() error {
				if asked.Add(1) == callers {
					close(everybody)
				}
				return nil
			}
			server, delivered := startServer(t, -1, profile)
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					got, err := Local{}.Fetch(t.Context(), server.Socket(), "", "")
					var answer *session.ServedError
					switch {
					case failed == nil && (err != nil || got.AccessKeyID != "ASIAprod" || got.Profile != "prod" || got.Only != "read-only"):
						t.Errorf("%+v, %v", got, err)
					case failed != nil && (!errors.As(err, &answer) || answer.Message != "prod: Okta said: no"):
						t.Errorf("%v", err)
					}
				})
			}
			all.Wait()
			if n := signedIn.Load(); n != 1 {
				t.Errorf("%d sign-ins", n)
			}
			if n := delivered.Load(); n != 0 != (failed == nil) {
				t.Errorf("%d hand-overs", n)
			}
		})
	}
}

// TestServeNames: each profile by its name, whatever is in it, and no others.
func TestServeNames(t *testing.T) {
	t.Parallel()
	names := []string{"prod", "a/b", "é ü", "x%2Fy", "..", "?q"}
	var profiles []session.Renewal
	for _, name := range names {
		profiles = append(profiles, servedProfile(name, func(context.Context) (session.Session, error) { return servedSession(name), nil }))
	}
	server, _ := startServer(t, 0, profiles...)
	token, err := os.ReadFile(server.TokenFile())
	if info, failed := os.Stat(server.TokenFile()); err != nil || failed != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v, %v", err, failed, info)
	}
	for _, name := range names {
		got, err := Local{}.Fetch(t.Context(), server.Socket(), name, "test")
		if err != nil || got.AccessKeyID != "ASIA"+name || got.Profile != name {
			t.Errorf("%q: %+v, %v", name, got, err)
		}
		if status, body := askPort(t, server.URL(name), string(token)); status != http.StatusOK || !strings.Contains(body, `"AccessKeyId":"ASIA`) {
			t.Errorf("%q: %d %s", name, status, body)
		}
	}
	for _, name := range []string{"", "dev", "PROD", "prod/", "a"} {
		var answer *session.ServedError
		if _, err := (Local{}).Fetch(t.Context(), server.Socket(), name, ""); !errors.As(err, &answer) || answer.Code != "NotFound" ||
			!strings.Contains(answer.Message, `"prod", "a/b"`) {
			t.Errorf("%q: %v", name, err)
		}
	}
	// Who does not know the token is not told the names.
	if status, body := askPort(t, server.URL("dev"), "wrong"); status != http.StatusUnauthorized || strings.Contains(body, "prod") {
		t.Errorf("%d %s", status, body)
	}
}

func askPort(t *testing.T, address, token string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", token)
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// TestServeSocketRequests: what is no question of stsx's gets nothing at the socket either.
func TestServeSocketRequests(t *testing.T) {
	t.Parallel()
	profile := servedProfile("prod", func(context.Context) (session.Session, error) { return servedSession("prod"), nil })
	server, delivered := startServer(t, -1, profile)
	for request, want := range map[string]string{
		"GET /credentials HTTP/1.1\r\nHost: evil.example\r\n\r\n":                                   "HTTP/1.1 403 ",
		"GET /credentials HTTP/1.1\r\nHost: stsx\r\nOrigin: null\r\n\r\n":                           "HTTP/1.1 403 ",
		"POST /credentials HTTP/1.1\r\nHost: stsx\r\nContent-Length: 0\r\n\r\n":                     "HTTP/1.1 405 ",
		"GET /credentials HTTP/1.1\r\nHost: stsx\r\nContent-Length: 5\r\n\r\nhello":                 "HTTP/1.1 400 ",
		"GET /credentials?x HTTP/1.1\r\nHost: stsx\r\n\r\n":                                         "HTTP/1.1 404 ",
		"GET / HTTP/1.1\r\nHost: stsx\r\n\r\n":                                                      "HTTP/1.1 404 ",
		"hello\r\n\r\n":                                                                             "HTTP/1.1 400 ",
		"GET /credentials HTTP/1.1\r\nHost: stsx\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n": "HTTP/1.1 431 ",
	} {
		c, err := net.Dial("unix", server.Socket())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		_, _ = io.WriteString(c, request) // it may close while this is written
		answer := make([]byte, len(want))
		if _, err := io.ReadFull(c, answer); string(answer) != want {
			t.Errorf("%.60q: %q, %v", request, answer, err)
		}
		c.Close()
	}
	if n := delivered.Load(); n != 0 {
		t.Errorf("%d hand-overs", n)
	}
}

// TestConfirmation: one question a program, whose answer counts for a while; a caller at the
// port is not kept waiting.
func TestConfirmation(t *testing.T) {
	t.Parallel()
	for _, answer := range []error{nil, session.ErrDeclined, session.ErrWindowClosed} {
		var questions atomic.Int64
		answered := make(chan struct{})
		profile := servedProfile("prod", func(context.Context) (session.Session, error) { return servedSession("prod"), nil })
		profile.Confirm = func(_ context.Context, to session.Caller) error {
			questions.Add(1)
			<-answered
			return answer
		}
		server, _ := startServer(t, 0, profile)
		if status, body := askPort(t, server.URL("prod"), server.Token().Reveal()); status != http.StatusServiceUnavailable ||
			!strings.Contains(body, "try again") {
			t.Errorf("%d %s", status, body)
		}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				_, err := Local{}.Fetch(t.Context(), server.Socket(), "prod", "terraform")
				var refused *session.ServedError
				if answer == nil && err != nil || answer != nil && (!errors.As(err, &refused) || refused.Code != session.ServedForbidden) {
					t.Error(err)
				}
			})
		}
		close(answered)
		all.Wait()
		status, _ := askPort(t, server.URL("prod"), server.Token().Reveal())
		if want := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[answer == nil]; status != want {
			t.Errorf("status %d, want %d", status, want)
		}
		if n := questions.Load(); n != 2 { // for terraform, and for who asks at the port
			t.Errorf("%d questions", n)
		}
	}
}

// TestFetchFromOthers: what is no server of stsx's is not waited for.
func TestFetchFromOthers(t *testing.T) {
	t.Parallel()
	if !knowsPeers {
		t.Skip("this system does not say who connects to a socket")
	}
	for name, act := range map[string]func(net.Conn){
		"silent":        func(net.Conn) {},
		"closes":        func(c net.Conn) { c.Close() },
		"no HTTP":       func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-OpenSSH\r\n") },
		"another's":     func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") },
		"without end":   func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\n"+strings.Repeat("x", maxAnswerSize+1)) },
		"half an error": func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nx") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, err := os.MkdirTemp("", "s")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(dir)
			path := filepath.Join(dir, "s")
			listener, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			go func() {
				if c, err := listener.Accept(); err == nil {
					defer c.Close()
					act(c)
					_, _ = io.Copy(io.Discard, c)
				}
			}()
			got, err := Local{}.Fetch(t.Context(), path, "prod", "")
			if err == nil || !got.SecretAccessKey.IsZero() || strings.Contains(err.Error(), "\n") {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// TestSocketPathLength: the longest path that is let through is one that the system takes.
func TestSocketPathLength(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("no socket is made here")
	}
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	longest := filepath.Join(dir, strings.Repeat("x", maxSocketPath()-len(dir)-1))
	listener, err := openSocket(longest, nil)
	if err != nil || checkSocketPath(longest) != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := checkSocketPath(longest + "x"); err == nil || !strings.Contains(err.Error(), "and the system takes") {
		t.Error(err)
	}
}
