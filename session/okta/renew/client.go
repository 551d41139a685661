package renew

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"stsx/session"
)

const (
	// maxRedirects is how many redirects are followed; Okta needs one or two.
	maxRedirects = 10
	// maxBody bounds a page in bytes: the largest assertion that is read, with
	// room for the entities that it is written in.
	maxBody   = 16 << 20
	maxHeader = 256 << 10
)

// client sends requests to one org with the cookies of an earlier sign-in.
type client struct {
	origin  string
	agent   string
	cookies []session.Cookie
	http    *http.Client
	now     func() time.Time
	bound   bool // an answer was about a device's key
}

// newClient is a client for the org that r was signed in to.
func (n Renewer) newClient(r session.Remembered) (*client, error) {
	u, err := url.Parse(r.URL)
	origin := session.Origin(r.URL)
	switch {
	case err != nil || origin == "":
		return nil, errors.New("its url is not an https link")
	case u.Scheme != "https" && !(u.Scheme == "http" && session.IsLoopback(u.Hostname())):
		return nil, errors.New("cookies go over https only")
	case n.hasOnlyAllProxy():
		return nil, errors.New("ALL_PROXY is set, which the browser alone goes by")
	}
	return &client{
		origin: origin, agent: r.Agent, cookies: HostCookies(r.Cookies, u), now: time.Now,
		http: &http.Client{
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				DialContext:         (&net.Dialer{Timeout: renewalWait}).DialContext,
				TLSHandshakeTimeout: renewalWait, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxHeader,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// hasOnlyAllProxy: net/http would go to the org directly where the browser
// doesn't.
func (n Renewer) hasOnlyAllProxy() bool {
	set := func(name string) bool { return n.Getenv != nil && n.Getenv(name)+n.Getenv(strings.ToUpper(name)) != "" }
	return set("all_proxy") && !set("https_proxy")
}

func (c *client) close() { c.http.CloseIdleConnections() }

// getPage gets what is at address, redirects followed within the origin. Errors
// hold no query: tokens stand there.
func (c *client) getPage(ctx context.Context, address string) (at *url.URL, body []byte, err error) {
	for range maxRedirects {
		answer, err := c.send(ctx, http.MethodGet, address, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
		if err != nil {
			return nil, nil, err
		}
		if to := answer.Header.Get("Location"); answer.StatusCode/100 == 3 && to != "" {
			answer.Body.Close()
			next, err := answer.Request.URL.Parse(to)
			if err != nil {
				return nil, nil, errors.New("it was redirected to something that is not a link")
			}
			address = next.String()
			continue
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, nil, fmt.Errorf("the answer's status is %d", answer.StatusCode)
		}
		body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("reading the answer: %w", withoutAddress(err))
		case len(body) > maxBody:
			return nil, nil, fmt.Errorf("the answer is larger than %d MiB", maxBody>>20)
		}
		return answer.Request.URL, body, nil
	}
	return nil, nil, errors.New("it was sent on too often")
}

// send sends one request with the cookies that belong to it and takes those
// of the answer.
func (c *client) send(ctx context.Context, method, address, accept string) (*http.Response, error) {
	if to := session.Origin(address); to != c.origin {
		return nil, fmt.Errorf("it was sent on to %q", to)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, errors.New("it was redirected to something that is not a link")
	}
	r.URL.User, r.URL.Fragment = nil, "" // or net/http would make an Authorization header of the first
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Language", "en-US,en;q=0.9")
	r.Header.Set("User-Agent", c.agent)
	if line := cookieHeader(c.cookies, r.URL, c.now()); line != "" {
		r.Header.Set("Cookie", line)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, withoutAddress(err)
	}
	c.bound = c.bound || asksForDeviceKey(answer.Header)
	c.cookies = withSetCookies(c.cookies, answer, r.URL, c.now())
	return answer, nil
}

// asksForDeviceKey reports whether an answer asks for a proof, or for a new session, that takes a key of the device's. Source: Device
// Bound Session Credentials, whose headers began with Sec- at first.
func asksForDeviceKey(h http.Header) bool {
	for _, name := range []string{
		"Secure-Session-Challenge", "Secure-Session-Registration", "Sec-Session-Challenge", "Sec-Session-Registration",
	} {
		if h.Get(name) != "" {
			return true
		}
	}
	return false
}

// withoutAddress is an error of net/http without the address it quotes.
func withoutAddress(err error) error {
	var quoting *url.Error
	if errors.As(err, &quoting) {
		return quoting.Err
	}
	return err
}
