package okta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"stsx/session"
)

const (
	// reachRedirects is how many redirects are followed; Okta needs one or two.
	reachRedirects = 10
	// reachBody bounds what is read of a page, in bytes.
	reachBody = 1 << 20
)

// Reach opens the app's link without signing in, with neither browser nor cookies. Errors: what the network said, that the
// org has no such app or is not available.
func Reach(ctx context.Context, o session.Org) (session.OrgReport, error) {
	client := &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{}).DialContext, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) >= reachRedirects {
				return errors.New("it redirects in circles")
			}
			return nil
		},
	}
	body, at, answer, err := readPage(ctx, client, o.URL)
	r := session.OrgReport{Host: session.HostOf(o.URL), Answer: answer}
	if err != nil {
		return r, err
	}
	r.Host = at.Host
	switch {
	case answer.Status == http.StatusNotFound:
		return r, fmt.Errorf("%s has no such app (HTTP status 404): copy the AWS app's link once more", r.Host)
	case answer.Status >= http.StatusInternalServerError:
		return r, &session.UnavailableError{Status: answer.Status}
	}
	if m := regexp.MustCompile(`/okta-signin-widget/(\d+(?:\.\d+)+)`).FindSubmatch(body); m != nil {
		r.Widget = string(m[1])
	}
	if o.Type == session.TypeOkta {
		r.Engine = engineOf(ctx, client, at)
	}
	return r, nil
}

// engineOf is which engine an org has; "" where it does not say. Source: Okta's Org API, /.well-known/okta-organization.
func engineOf(ctx context.Context, client *http.Client, at *url.URL) string {
	body, _, _, err := readPage(ctx, client, (&url.URL{Scheme: at.Scheme, Host: at.Host, Path: "/.well-known/okta-organization"}).String())
	var organization struct{ Pipeline string }
	if err != nil || json.Unmarshal(body, &organization) != nil {
		return ""
	}
	return map[string]string{"idx": "Identity Engine", "v1": "Classic"}[organization.Pipeline]
}

// readPage gets what is at address and where that was in the end. Errors hold no query: tokens stand there.
func readPage(ctx context.Context, client *http.Client, address string) ([]byte, *url.URL, session.ServerAnswer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, session.ServerAnswer{}, errors.New("its url is not a link")
	}
	asked := time.Now()
	response, err := client.Do(request)
	if err != nil {
		if quoting := (*url.Error)(nil); errors.As(err, &quoting) {
			err = quoting.Err
		}
		return nil, nil, session.ServerAnswer{}, err
	}
	defer response.Body.Close()
	answer := session.AnswerOf(response, asked, time.Now())
	body, err := io.ReadAll(io.LimitReader(response.Body, reachBody))
	return body, response.Request.URL, answer, err
}
