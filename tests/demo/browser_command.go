//go:build unix

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"
)

const (
	// browserName is the command in the place of the person's own browser.
	browserName = "demo-browser"
	// terminalVariable names the demo's terminal for that command, which stsx starts apart from it.
	terminalVariable = "DEMO_TERMINAL"
)

// terminalPath is the device of the terminal that the demo runs on, "" without one.
func terminalPath() string {
	cmd := exec.Command("tty")
	cmd.Stdin = os.Stdin
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// trustingClient speaks to the simulated AWS, also by the names of the real one.
func trustingClient() (*http.Client, error) {
	pem, err := os.ReadFile(os.Getenv("AWS_CA_BUNDLE"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots}},
		Timeout:   30 * time.Second,
	}, nil
}

// browserCommand goes to the address that a browser would be opened at, as far as the
// console, which this AWS does not have, and says on the demo's terminal where that is.
func browserCommand(args []string) int {
	terminal, err := os.OpenFile(os.Getenv(terminalVariable), os.O_WRONLY|syscall.O_NOCTTY, 0)
	if err != nil {
		return 1
	}
	defer terminal.Close()
	signedIn, console, err := openConsole(args)
	if err != nil {
		fmt.Fprintln(terminal, "\r\ndemo: the browser:", err)
		return 1
	}
	fmt.Fprintf(terminal, "\r\ndemo: your browser would show %s now,\r\n      signed in as %s\r\n", console, signedIn)
	return 0
}

// openConsole follows the address in args, or in a script on standard input, to the console.
func openConsole(args []string) (signedIn, console string, err error) {
	text := strings.Join(args, " ")
	if text == "-" {
		script, err := io.ReadAll(os.Stdin)
		if err != nil {
			return "", "", err
		}
		text = string(script)
	}
	client, err := trustingClient()
	if err != nil {
		return "", "", err
	}
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if signedIn = r.Response.Header.Get("X-Stsx-Test-Arn"); signedIn != "" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	address := regexp.MustCompile(`https?://[^\s"]+`).FindString(text)
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return "", "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	if signedIn == "" {
		return "", "", errors.New("AWS answered with " + response.Status)
	}
	return signedIn, response.Header.Get("Location"), nil
}
