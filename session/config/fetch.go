package config

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"stsx/session"
)

// What a shared configuration may take.
const (
	mostShared    = 1 << 20 // bytes
	mostRedirects = 5
	fetchTimeout  = 30 * time.Second
)

// Fetch reads a shared configuration from a file or, when from has a scheme,
// from an https address; http is accepted for a loopback host only. No error
// shows a query: it may be what lets one read the file.
func Fetch(ctx context.Context, from string) ([]byte, error) {
	if !strings.Contains(from, "://") {
		text, err := readShared(from)
		if err != nil {
			return nil, fmt.Errorf("reading the shared configuration: %w", err)
		}
		return text, nil
	}
	u, err := url.Parse(from)
	if err != nil || u.Host == "" {
		return nil, errors.New("the shared configuration's address is not a URL")
	}
	text, err := fetchURL(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("reading the shared configuration from %s: %w", Address(from), err)
	}
	return text, nil
}

// Address is from as it can be shown: without what may be secret in a URL.
func Address(from string) string {
	if u, err := url.Parse(from); err == nil && u.Host != "" {
		return u.Scheme + "://" + asciiHost(u.Host) + u.EscapedPath()
	}
	return from
}

func readShared(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readBounded(file)
}

func readBounded(from io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, mostShared+1))
	if err == nil && len(text) > mostShared {
		err = fmt.Errorf("it is larger than %d KiB", mostShared>>10)
	}
	return text, err
}

func fetchURL(ctx context.Context, u *url.URL) ([]byte, error) {
	if err := checkFetchURL(u); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if len(via) > mostRedirects {
			return fmt.Errorf("it redirects more than %d times", mostRedirects)
		}
		if via[0].URL.Scheme == "https" && next.URL.Scheme != "https" {
			return errors.New("it redirects from https to " + next.URL.Scheme)
		}
		return checkFetchURL(next.URL)
	}}
	response, err := client.Do(request)
	if err != nil {
		var wrapped *url.Error // quotes the whole address
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %s", response.Status)
	}
	text, err := readBounded(response.Body)
	if err == nil && strings.HasPrefix(strings.TrimSpace(string(text)), "<") {
		err = errors.New("that is a web page, not a configuration: give the address of the file itself")
	}
	return text, err
}

// checkFetchURL says why nothing may be fetched from u.
func checkFetchURL(u *url.URL) error {
	switch {
	case u.User != nil:
		return errors.New("the address holds a username or a password; leave out what stands before the @")
	case checkPlainHost(u.Hostname()) != nil:
		return checkPlainHost(u.Hostname())
	case u.Scheme == "https", u.Scheme == "http" && session.IsLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("only https is fetched, not %s", u.Scheme)
}
