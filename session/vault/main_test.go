package vault

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The test binary is also the other processes that the tests need: with
// helperEnv set it plays that part and runs no test.
const (
	helperEnv  = "STSX_VAULT_HELPER"
	helperDir  = "STSX_VAULT_DIR"     // the store's directory
	helperRing = "STSX_VAULT_KEYRING" // a directory: a fileKeyring; "os": the real one; "none"
	helperKern = "STSX_VAULT_KERNEL"  // "yes": the real kernel keyring
)

func TestMain(m *testing.M) {
	if name := os.Getenv(helperEnv); name != "" {
		if err := helpers()[name](); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func helpers() map[string]func() error {
	all := map[string]func() error{"race": helpRace, "hold": helpHold, "count": helpCount}
	for name, help := range systemHelpers() {
		all[name] = help
	}
	return all
}

// helperStore is the store that the environment describes.
func helperStore() *Store {
	var k Keyring
	switch where := os.Getenv(helperRing); where {
	case "os":
		k = OSKeyring(os.Getenv)
	case "none":
		k = &fakeKeyring{err: noServiceError("none")}
	default:
		k = fileKeyring(where)
	}
	if os.Getenv(helperKern) == "yes" {
		return storeIn(os.Getenv(helperDir), k, nil)
	}
	return storeIn(os.Getenv(helperDir), k, noRing{})
}

// helper is such a process, spoken with by lines.
type helper struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func start(t *testing.T, name string, s *Store, env ...string) *helper {
	t.Helper()
	h := &helper{Cmd: exec.Command(os.Args[0])}
	// The race detector's second at exit is for reports on goroutines; a
	// helper's races are reported as they happen.
	h.Env = append(os.Environ(), append(env, helperEnv+"="+name, helperDir+"="+string(s.home), "GORACE=atexit_sleep_ms=0")...)
	h.Stderr = os.Stderr
	var err error
	if h.in, err = h.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := h.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.out = bufio.NewScanner(out)
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.Process.Kill()
		h.Wait()
	})
	return h
}

// line reads the helper's next line, which must begin with want.
func (h *helper) line(t *testing.T, want string) string {
	t.Helper()
	if !h.out.Scan() || !strings.HasPrefix(h.out.Text(), want) {
		t.Fatalf("the helper said %q (%v), want %q", h.out.Text(), h.out.Err(), want)
	}
	return h.out.Text()
}

// sayAndWait is the helper's end: it says line and waits for the go-ahead.
func sayAndWait(line string) {
	fmt.Println(line)
	bufio.NewReader(os.Stdin).ReadString('\n')
}

func limited() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 30*time.Second)
}

// helpRace puts one session, and reads it again, when told to.
func helpRace() error {
	ctx, cancel := limited()
	defer cancel()
	s, name := helperStore(), fmt.Sprint(os.Getpid())
	sayAndWait("ready")
	if err := s.Put(ctx, name, canarySession(name, noon().Add(time.Hour))); err != nil {
		return err
	}
	got, err := s.Get(ctx, name)
	if err == nil && got.Profile != name {
		err = fmt.Errorf("got %q", got.Profile)
	}
	return err
}

// helpHold takes the lock and keeps it until told, or killed.
func helpHold() error {
	ctx, cancel := limited()
	defer cancel()
	unlock, err := helperStore().Lock(ctx, "the lock", fmt.Sprintf("pid %d signing in for prod", os.Getpid()), nil)
	if err != nil {
		return err
	}
	defer unlock()
	sayAndWait("locked")
	return nil
}

// helpCount adds one to a file under the lock, the slow way.
func helpCount() error {
	ctx, cancel := limited()
	defer cancel()
	s := helperStore()
	said := false
	unlock, err := s.Lock(ctx, "the lock", "counting", func(holder string) bool {
		if !said {
			fmt.Println("waiting for", holder)
		}
		said = true
		return true
	})
	if err != nil {
		return err
	}
	defer unlock()
	path := filepath.Join(string(s.home), "count")
	data, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(path, append(data, '.'), 0o600)
}
