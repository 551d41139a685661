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
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"stsx/session"
)

// pageWait is how long the browser may take to come for the page.
const pageWait = time.Minute

// Desktop opens addresses.
type Desktop struct {
	GOOS    string
	Environ []string
	CanShow func() error // why no window can be shown here; nil: one can
}

// Open returns when the browser has the address.
func (d Desktop) Open(ctx context.Context, address session.Secret) error {
	argv, script, err := d.openCommand()
	if err != nil {
		return err
	}
	return d.openWith(ctx, address, func(url string) *exec.Cmd {
		for i := range argv {
			argv[i] = strings.ReplaceAll(argv[i], "%s", url)
		}
		command := exec.Command(argv[0], argv[1:]...)
		if script != "" {
			command.Stdin = strings.NewReader(strings.ReplaceAll(script, "%s", url))
		}
		return command
	})
}

// openWith is Open with the command that opens an address.
func (d Desktop) openWith(ctx context.Context, address session.Secret, command func(url string) *exec.Cmd) error {
	page, err := newRedirectPage(address)
	if err != nil {
		return err
	}
	defer page.shutDown()
	opener := command(page.url)
	ended, err := d.startCommand(opener)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, pageWait, fmt.Errorf("the browser did not come for the page within %s", pageWait))
	defer cancel()
	for {
		select {
		case err := <-page.given:
			return err
		case err := <-ended:
			if err != nil {
				return fmt.Errorf("opening the browser: %s: %w", opener.Args[0], err)
			}
			ended = nil // it has handed the address on
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// openCommand is what opens a browser; with a script it reads that, and %s in
// either is the address.
func (d Desktop) openCommand() (argv []string, script string, err error) {
	switch d.GOOS {
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler", "%s"}, "", nil
	case "darwin":
		if err := d.CanShow(); err != nil { // it would open on the screen of whoever sits there
			return nil, "", fmt.Errorf("opening the browser: %w", err)
		}
		return []string{"/usr/bin/osascript", "-"}, `open location "%s"`, nil
	}
	for _, choice := range strings.Split(d.variable("BROWSER"), ":") {
		argv := browserCommand(choice, func(name string) bool {
			_, err := exec.LookPath(name)
			return err == nil
		})
		if argv != nil {
			return argv, "", nil
		}
	}
	if d.variable("WSL_DISTRO_NAME") == "" {
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

func (d Desktop) variable(name string) string {
	for i := len(d.Environ) - 1; i >= 0; i-- {
		if key, value, _ := strings.Cut(d.Environ[i], "="); key == name {
			return value
		}
	}
	return ""
}

// startCommand starts the command apart from this process, since it may be the browser
// itself and live on. ended tells how it ended.
func (d Desktop) startCommand(command *exec.Cmd) (ended <-chan error, err error) {
	command.Env = slices.DeleteFunc(slices.Clone(d.Environ), func(entry string) bool {
		return strings.HasPrefix(entry, "STSX_PASSWORD=") || strings.HasPrefix(entry, "STSX_MFA_CODE=")
	})
	detachProcess(command)
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("opening the browser: %w", err)
	}
	out := make(chan error, 1)
	go session.ContainPanic(func() { out <- command.Wait() })()
	return out, nil
}
