package aws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
)

// ErrNoMoto is returned by StartMoto when moto_server is not on PATH: the caller skips, or fails when
// STSX_REQUIRE=all; see tests/require.
var ErrNoMoto = errors.New("moto_server is not on PATH (pip install 'moto[server]')")

// Moto is a running moto_server, a simulation of AWS's services in Python.
type Moto struct {
	url     string
	cmd     *exec.Cmd
	leash   processGroup
	client  *http.Client
	done    chan struct{} // closed when the process has ended
	closing sync.Once
	closed  error
}

// StartMoto starts moto_server on a free port of 127.0.0.1 and returns when it answers, in about a second. The caller
// closes it; should the caller be killed first, the process ends with it. It returns ErrNoMoto when there is none, and
// an error with what moto printed when it does not start before ctx ends.
func StartMoto(ctx context.Context) (*Moto, error) {
	path, err := exec.LookPath("moto_server")
	if err != nil {
		return nil, ErrNoMoto
	}
	// Moto takes the port itself and prints it: a port chosen here could be another's by the time moto binds it.
	printed := &startupBanner{ready: make(chan string, 1)}
	m := &Moto{
		cmd:    exec.Command(path, "-H", "127.0.0.1", "-p", "0"),
		client: directClient(),
		done:   make(chan struct{}),
	}
	m.cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1", "NO_COLOR=1")
	m.cmd.Stderr = printed
	m.cmd.WaitDelay = time.Second // a child of moto's that holds stderr open does not hold us
	if err := m.startServer(); err != nil {
		return nil, fmt.Errorf("starting moto_server: %w", err)
	}
	select {
	case m.url = <-printed.ready:
	case <-m.done:
		return nil, errors.Join(fmt.Errorf("starting moto_server: it ended at once: %s", printed), m.Close())
	case <-ctx.Done():
		return nil, errors.Join(fmt.Errorf("starting moto_server: %w: %s", ctx.Err(), printed), m.Close())
	}
	if err := m.askServer(ctx, http.MethodGet, "/moto-api/"); err != nil {
		return nil, errors.Join(fmt.Errorf("starting moto_server: %w", err), m.Close())
	}
	return m, nil
}

// startServer starts the process and a goroutine that lives as long as it. The goroutine keeps its OS thread, because on
// Linux a child is told of the death of the thread that started it, not of the process.
func (m *Moto) startServer() error {
	started := make(chan error, 1)
	go func() {
		defer close(m.done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var err error
		m.leash, err = startGroup(m.cmd)
		started <- err
		if err == nil {
			_ = m.cmd.Wait() // it was killed by Close, or its end is reported by whoever asks it next
		}
	}()
	return <-started
}

// URL is moto's base URL, for [Config.Moto].
func (m *Moto) URL() string { return m.url }

// Reset makes moto forget every bucket, role and key, in every account.
func (m *Moto) Reset(ctx context.Context) error {
	if err := m.askServer(ctx, http.MethodPost, "/moto-api/reset"); err != nil {
		return fmt.Errorf("resetting moto: %w", err)
	}
	return nil
}

func (m *Moto) askServer(ctx context.Context, method, path string) error {
	req, err := http.NewRequestWithContext(ctx, method, m.url+path, nil)
	if err != nil {
		return err
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	err = errors.Join(err, resp.Body.Close())
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("moto answered %s %s with %s", method, path, resp.Status)
	}
	return err
}

// Close ends the process and its children and returns when it is gone. Closing again returns the same result.
func (m *Moto) Close() error {
	m.closing.Do(func() {
		select {
		case <-m.done: // its pid may be another's by now
		default:
			m.closed = m.leash.killGroup()
		}
		<-m.done
		m.closed = errors.Join(m.closed, m.leash.releaseGroup())
		m.client.CloseIdleConnections()
	})
	return m.closed
}

// startupBanner is moto's stderr: it finds the address that moto serves and keeps the beginning, for the error.
type startupBanner struct {
	mu    sync.Mutex
	text  bytes.Buffer
	found bool
	ready chan string
}

func (b *startupBanner) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.found || b.text.Len() > 64<<10 {
		return len(p), nil
	}
	b.text.Write(p)
	if m := regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)\s`).FindSubmatch(b.text.Bytes()); m != nil {
		b.found = true
		b.ready <- string(m[1])
	}
	return len(p), nil
}

func (b *startupBanner) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.TrimSpace(b.text.String())
}
