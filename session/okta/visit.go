package okta

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
	// maxHops is how many redirects are followed; Okta needs one or two.
	maxHops = 10
	// maxAnswer bounds a page in bytes: the largest assertion that is read, with
	// room for the entities that it is written in.
	maxAnswer = 16 << 20
	maxHeader = 256 << 10
)

// visit is a talk with an org over plain HTTP, with the cookies of an earlier
// sign-in. They go to the one origin that they came from and to no other.
type visit struct {
	origin  string
	agent   string
	cookies []session.Cookie
	client  *http.Client
	now     func() time.Time
}

// visit prepares to talk to the place where r was signed in.
func (d *Driver) visit(r session.Remembered) (*visit, error) {
	u, err := url.Parse(r.URL)
	origin := session.Origin(r.URL)
	switch {
	case err != nil || origin == "":
		return nil, errors.New("its url is not an address")
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())):
		return nil, errors.New("cookies go over https only")
	case d.onlyAllProxy():
		return nil, errors.New("ALL_PROXY is set, which the browser alone goes by")
	}
	return &visit{
		origin: origin, agent: r.Agent, cookies: ofHost(r.Cookies, u), now: time.Now,
		client: &http.Client{
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				DialContext:         (&net.Dialer{Timeout: visitWait}).DialContext,
				TLSHandshakeTimeout: visitWait, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxHeader,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// onlyAllProxy: net/http would go to the org directly where the browser
// doesn't.
func (d *Driver) onlyAllProxy() bool {
	set := func(name string) bool { return d.Getenv != nil && d.Getenv(name)+d.Getenv(strings.ToUpper(name)) != "" }
	return set("all_proxy") && !set("https_proxy")
}

func (v *visit) end() { v.client.CloseIdleConnections() }

// page gets what is at address, redirects followed within the origin. Errors
// hold no query: tokens stand there.
func (v *visit) page(ctx context.Context, address string) (at *url.URL, body []byte, err error) {
	for range maxHops {
		answer, err := v.send(ctx, http.MethodGet, address, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
		if err != nil {
			return nil, nil, err
		}
		if to := answer.Header.Get("Location"); answer.StatusCode/100 == 3 && to != "" {
			answer.Body.Close()
			next, err := answer.Request.URL.Parse(to)
			if err != nil {
				return nil, nil, errors.New("it was sent on to what is no address")
			}
			address = next.String()
			continue
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, nil, fmt.Errorf("the answer's status is %d", answer.StatusCode)
		}
		body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("reading the answer: %w", bare(err))
		case len(body) > maxAnswer:
			return nil, nil, fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)
		}
		return answer.Request.URL, body, nil
	}
	return nil, nil, errors.New("it was sent on too often")
}

// send sends one request with the cookies that belong to it and takes those
// of the answer.
func (v *visit) send(ctx context.Context, method, address, accept string) (*http.Response, error) {
	if to := session.Origin(address); to != v.origin {
		return nil, fmt.Errorf("it was sent on to %q", to)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, errors.New("it was sent on to what is no address")
	}
	r.URL.User, r.URL.Fragment = nil, "" // or net/http would make an Authorization header of the first
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Language", "en-US,en;q=0.9")
	r.Header.Set("User-Agent", v.agent)
	if line := cookieHeader(v.cookies, r.URL, v.now()); line != "" {
		r.Header.Set("Cookie", line)
	}
	answer, err := v.client.Do(r)
	if err != nil {
		return nil, bare(err)
	}
	v.cookies = take(v.cookies, answer, r.URL, v.now())
	return answer, nil
}

// bare is an error of net/http without the address it quotes.
func bare(err error) error {
	var quoting *url.Error
	if errors.As(err, &quoting) {
		return quoting.Err
	}
	return err
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
