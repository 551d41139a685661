// Package desktop opens an address in the person's own browser without showing
// it to anybody else on the machine.
//
// What a browser is started with can be read by every user of most systems, so
// it is not started with the address but with one of this process: a page on
// 127.0.0.1 under a name that can't be guessed, which sends the browser on to
// the address, once. On Linux, where that name too stands on a command line, the
// page is given to processes of the same user only, as the kernel names the
// owner of the connection. On macOS it goes to the system in a script on
// standard input, and on no command line. Windows shows command lines to their
// owner only.
package desktop

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"stsx/session"
)

// patience is how long the browser may take to come for the page.
const patience = time.Minute

// Desktop opens addresses.
type Desktop struct {
	GOOS    string
	Environ []string
	CanShow func() error // why no window can be shown here; nil: one can
}

// Open returns when the browser has the address.
func (d Desktop) Open(ctx context.Context, address session.Secret) error {
	argv, script, err := d.command()
	if err != nil {
		return err
	}
	page, err := newPage(address)
	if err != nil {
		return err
	}
	defer page.close()
	ended, err := d.start(argv, script, page.url)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("the browser did not come for the page within %s", patience))
	defer cancel()
	for {
		select {
		case err := <-page.given:
			return err
		case err := <-ended:
			if err != nil {
				return fmt.Errorf("opening the browser: %s: %w", argv[0], err)
			}
			ended = nil // it has handed the address on
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// command is what opens a browser; with a script it reads that, and %s in
// either is the address.
func (d Desktop) command() (argv []string, script string, err error) {
	switch d.GOOS {
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler", "%s"}, "", nil
	case "darwin":
		return []string{"osascript", "-"}, `open location "%s"`, nil
	}
	for _, choice := range strings.Split(d.getenv("BROWSER"), ":") {
		argv := strings.Fields(choice)
		if len(argv) == 0 {
			continue
		}
		if _, err := exec.LookPath(argv[0]); err != nil {
			continue
		}
		if !strings.Contains(choice, "%s") {
			argv = append(argv, "%s")
		}
		return argv, "", nil
	}
	if d.getenv("WSL_DISTRO_NAME") == "" {
		if err := d.CanShow(); err != nil {
			return nil, "", fmt.Errorf("opening the browser: %w", err)
		}
	}
	for _, name := range []string{"xdg-open", "wslview"} {
		if _, err := exec.LookPath(name); err == nil {
			return []string{name, "%s"}, "", nil
		}
	}
	return nil, "", errors.New("opening the browser: there is no xdg-open here, and BROWSER names no program")
}

func (d Desktop) getenv(name string) string {
	for i := len(d.Environ) - 1; i >= 0; i-- {
		if key, value, _ := strings.Cut(d.Environ[i], "="); key == name {
			return value
		}
	}
	return ""
}

// start starts the command apart from this process, since it may be the browser
// itself and live on. ended tells how it ended.
func (d Desktop) start(argv []string, script, url string) (ended <-chan error, err error) {
	for i := range argv {
		argv[i] = strings.ReplaceAll(argv[i], "%s", url)
	}
	command := exec.Command(argv[0], argv[1:]...)
	command.Env = slices.DeleteFunc(slices.Clone(d.Environ), func(entry string) bool {
		return strings.HasPrefix(entry, "STSX_PASSWORD=") || strings.HasPrefix(entry, "STSX_MFA_CODE=")
	})
	if script != "" {
		command.Stdin = strings.NewReader(strings.ReplaceAll(script, "%s", url))
	}
	apart(command)
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("opening the browser: %w", err)
	}
	out := make(chan error, 1)
	go func() { out <- command.Wait() }()
	return out, nil
}

// page is the page that sends a browser on.
type page struct {
	url    string
	given  chan error // told once
	server *http.Server
}

func newPage(address session.Secret) (*page, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the browser: %w", err)
	}
	host := listener.Addr().String()
	p := &page{url: "http://" + host + "/" + rand.Text(), given: make(chan error, 1)}
	var once sync.Once
	p.server = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || "http://"+r.Host+r.URL.Path != p.url {
				http.NotFound(w, r)
				return
			}
			err := ours(r.RemoteAddr, host)
			status := http.StatusGone // another was here before
			once.Do(func() {
				if status = http.StatusForbidden; err == nil {
					status = http.StatusSeeOther
					w.Header().Set("Location", address.Reveal())
					w.Header().Set("Cache-Control", "no-store")
					w.Header().Set("Referrer-Policy", "no-referrer")
				}
			})
			w.WriteHeader(status)
			if status == http.StatusForbidden || status == http.StatusSeeOther {
				_ = http.NewResponseController(w).Flush()
				p.given <- err
			}
		}),
	}
	p.server.SetKeepAlivesEnabled(false)
	go func() { _ = p.server.Serve(listener) }() // until close
	return p, nil
}

// close lets an answer that is under way out.
func (p *page) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if p.server.Shutdown(ctx) != nil {
		_ = p.server.Close()
	}
}
