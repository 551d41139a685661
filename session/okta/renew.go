package okta

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
	// visitWait bounds a whole renewal: what takes longer is left to the
	// browser, which has the sign-in's own time.
	visitWait = 8 * time.Second
	// endWait bounds the end of a session at Okta.
	endWait = 5 * time.Second
)

// errStranger: the session that is remembered is another person's.
var errStranger = errors.New("the session that was remembered is another user's")

// renew asks for the assertion over plain HTTP, with the cookies of an earlier
// sign-in. It takes nothing but the page with which Okta posts to AWS; any
// other is an error, and for the browser to deal with. The assertion has to be
// about the one that signed in then. r has the cookies of the answer.
func (d *Driver) renew(ctx context.Context, o session.Org, r *session.Remembered) (session.Assertion, error) {
	limited, cancel := context.WithTimeout(ctx, visitWait)
	defer cancel()
	at := *r
	at.URL = o.URL // of the app: of the same origin, or the jar would not have found it
	v, err := d.visit(at)
	if err != nil {
		return session.Assertion{}, err
	}
	defer v.end()
	from, page, err := v.page(limited, o.URL)
	if err != nil {
		return session.Assertion{}, err
	}
	encoded, err := d.samlPost(page, func(action string) string {
		to, err := from.Parse(action)
		if err != nil {
			return ""
		}
		return to.String()
	})
	if err != nil {
		return session.Assertion{}, err
	}
	a, err := session.ParseAssertion(encoded)
	if err != nil {
		return session.Assertion{}, err
	}
	if a.Subject == "" || a.Subject != r.Subject {
		return session.Assertion{}, errStranger
	}
	r.Cookies = v.cookies
	return a, nil
}

// samlPost finds the SAML response in the form that the page posts to AWS: one
// form with one such field, or an error. A login page has none.
func (d *Driver) samlPost(page []byte, resolve func(action string) string) (string, error) {
	document, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return "", errors.New("the page can't be read")
	}
	found := ""
	for form := range document.Descendants() {
		if form.Type != html.ElementNode || form.DataAtom != atom.Form || form.Namespace != "" {
			continue
		}
		values := fields(form, "SAMLResponse")
		switch {
		case len(values) == 0:
			continue
		case len(values) > 1 || found != "" || values[0] == "":
			return "", errors.New("the page holds more or less than one SAML response")
		case !strings.EqualFold(attribute(form, "method"), http.MethodPost):
			return "", errors.New("the page's form with the SAML response is not posted")
		case d.Consumer == nil || !d.Consumer(resolve(strings.TrimSpace(attribute(form, "action")))):
			return "", errors.New("the page posts its SAML response to another place than AWS")
		}
		found = values[0]
	}
	if found == "" {
		return "", errors.New("a page came, and no assertion")
	}
	return found, nil
}

// fields are the values of the inputs called name.
func fields(form *html.Node, name string) []string {
	var out []string
	for n := range form.Descendants() {
		if n.Type == html.ElementNode && n.DataAtom == atom.Input && attribute(n, "name") == name {
			out = append(out, attribute(n, "value"))
		}
	}
	return out
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == name {
			return a.Val
		}
	}
	return ""
}

// End closes the session that r's cookies are of at Okta. Nil when there is
// none any more.
func (d *Driver) End(ctx context.Context, r session.Remembered) error {
	limited, cancel := context.WithTimeout(ctx, endWait)
	defer cancel()
	v, err := d.visit(r)
	if err != nil {
		return fmt.Errorf("signing out of %s: %w", r.Org, err)
	}
	defer v.end()
	// The API says what became of it, but a session may be held by another
	// cookie than the one the API goes by: then the page that the person's own
	// link leads to.
	for _, way := range []struct{ method, path, accept string }{
		{http.MethodDelete, "/api/v1/sessions/me", "application/json"},
		{http.MethodGet, "/login/signout", "text/html"},
	} {
		var answer *http.Response
		if answer, err = v.send(limited, way.method, v.origin+way.path, way.accept); err != nil {
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
