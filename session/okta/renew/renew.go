// Package renew signs in to Okta over plain HTTP with the cookies of an earlier
// sign-in, without a page: while Okta's own session is open, the app's link
// answers with the form that posts the assertion to AWS. It also ends that
// session.
//
// Cookies go to the one origin that they came from, over https, and to no other.
package renew

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"stsx/session"
)

const (
	// renewalWait bounds a whole renewal: what takes longer is left to the
	// browser, which has the sign-in's own time.
	renewalWait = 8 * time.Second
	// signOutWait bounds the end of a session at Okta.
	signOutWait = 5 * time.Second
)

// ErrOtherUser: the session that is remembered is another person's.
var ErrOtherUser = errors.New("the saved sign-in is another user's")

// ErrDeviceBound: the session that is remembered is no good without a key that
// only the browser has.
var ErrDeviceBound = errors.New("the saved sign-in is bound to its browser")

// Renewer renews sign-ins.
type Renewer struct {
	// Consumer says whether an address takes assertions for AWS; nil: none
	// does, and nothing is renewed.
	Consumer func(address string) bool
	// Getenv tells of proxies that only the browser knows; nil: there are none.
	Getenv func(name string) string
}

// Assertion asks for o's assertion with r's cookies, and sets them to those of
// the answer. It takes nothing but the page with which Okta posts to AWS; any
// other is an error, and for the browser to deal with. The assertion has to be
// about the user who signed in then, else ErrOtherUser; where it is encrypted, Okta
// says whose the session is.
func (n Renewer) Assertion(ctx context.Context, o session.Org, r *session.Remembered) (session.Assertion, error) {
	limited, cancel := context.WithTimeout(ctx, renewalWait)
	defer cancel()
	remembered := *r
	remembered.URL = o.URL // of the app: of the same origin, or the jar would not have found it
	c, err := n.newClient(remembered)
	if err != nil {
		return session.Assertion{}, err
	}
	defer c.close()
	encoded, err := n.askResponse(limited, c, o.URL)
	if err != nil {
		if c.bound {
			err = ErrDeviceBound
		}
		return session.Assertion{}, err
	}
	a, err := session.ParseAssertion(encoded)
	if err == nil && a.Encrypted {
		a.Subject, err = c.sessionUser(limited)
	}
	if err != nil {
		return session.Assertion{}, err
	}
	if a.Subject == "" || a.Subject != r.Subject {
		return session.Assertion{}, ErrOtherUser
	}
	r.Cookies = c.cookies
	return a, nil
}

// askResponse gets the SAML response from the app at address.
func (n Renewer) askResponse(ctx context.Context, c *client, address string) (string, error) {
	from, page, err := c.getPage(ctx, address)
	if err != nil {
		return "", err
	}
	return n.postedResponse(page, func(action string) string {
		to, err := from.Parse(action)
		if err != nil {
			return ""
		}
		return to.String()
	})
}

// postedResponse finds the SAML response in the form that the page posts to
// AWS: one form with one such field, or an error. A login page has none.
func (n Renewer) postedResponse(page []byte, resolve func(action string) string) (string, error) {
	document, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return "", errors.New("the page can't be read")
	}
	found := ""
	for form := range document.Descendants() {
		if form.Type != html.ElementNode || form.DataAtom != atom.Form || form.Namespace != "" {
			continue
		}
		values := inputValues(form, "SAMLResponse")
		switch {
		case len(values) == 0:
			continue
		case len(values) > 1 || found != "" || values[0] == "":
			return "", errors.New("the page holds more or less than one SAML response")
		case !strings.EqualFold(attributeOf(form, "method"), http.MethodPost):
			return "", errors.New("the page's form with the SAML response is not posted")
		case n.Consumer == nil || !n.Consumer(resolve(strings.TrimSpace(attributeOf(form, "action")))):
			return "", errors.New("the page posts its SAML response to another place than AWS")
		}
		found = values[0]
	}
	if found == "" {
		return "", errors.New("a page came, and no assertion")
	}
	return found, nil
}

// inputValues are the values of the form's inputs called name.
func inputValues(form *html.Node, name string) []string {
	var out []string
	for n := range form.Descendants() {
		if n.Type == html.ElementNode && n.DataAtom == atom.Input && attributeOf(n, "name") == name {
			out = append(out, attributeOf(n, "value"))
		}
	}
	return out
}

func attributeOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == name {
			return a.Val
		}
	}
	return ""
}

// SignOut ends the session at Okta that r's cookies are of. Nil when there is
// none any more.
func (n Renewer) SignOut(ctx context.Context, r session.Remembered) error {
	limited, cancel := context.WithTimeout(ctx, signOutWait)
	defer cancel()
	c, err := n.newClient(r)
	if err != nil {
		return fmt.Errorf("signing out of %s: %w", r.Org, err)
	}
	defer c.close()
	// The API says what became of it, but a session may be held by another
	// cookie than the one the API goes by: then the page that the person's own
	// link leads to.
	for _, way := range []struct{ method, path, accept string }{
		{http.MethodDelete, "/api/v1/sessions/me", "application/json"},
		{http.MethodGet, "/login/signout", "text/html"},
	} {
		var answer *http.Response
		if answer, err = c.send(limited, way.method, c.origin+way.path, way.accept); err != nil {
			break
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusNoContent || answer.StatusCode < http.StatusBadRequest && way.method == http.MethodGet {
			return nil
		}
		err = fmt.Errorf("the answer's status is %d", answer.StatusCode)
	}
	return fmt.Errorf("signing out of %s: %w", r.Org, err)
}
