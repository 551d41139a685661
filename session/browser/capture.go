package browser

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session"
	"stsx/session/page"
)

// signinHosts are AWS's sign-in hosts, one row per partition; every subdomain (a region) is one too.
// Source: AWS Sign-In endpoints and quotas; the endpoint rules of the AWS SDKs' signin service (for eusc, fips and iso).
var signinHosts = [...]string{
	"signin.aws.amazon.com",
	"sso.signin.aws", // IAM Identity Center's
	"signin.amazonaws-us-gov.com", "signin-fips.amazonaws-us-gov.com",
	"signin.amazonaws.cn",
	"signin.amazonaws-eusc.eu",
	"signin.c2shome.ic.gov", "signin.sc2shome.sgov.gov", "signin.csphome.hci.ic.gov", "signin.csphome.adc-e.uk",
}

// chromiumHosts are where Chromium looks for updates, downloads and the time on its own account, flags or no flags. No page
// needs them.
var chromiumHosts = [...]string{"update.googleapis.com", "clients2.google.com", "redirector.gvt1.com"}

// capturedPost is the form that the identity provider's page sent to AWS.
type capturedPost struct {
	consumer string         // address of the assertion consumer service, such as https://eu-west-1.signin.aws.amazon.com/saml
	response session.Secret // SAMLResponse: base64, as posted
	err      error          // why it is of no use
}

// isSigninHost says whether a host is AWS's sign-in, by whole labels: evil-signin.aws.amazon.com is not.
func isSigninHost(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for _, signin := range signinHosts {
		if host == signin || strings.HasSuffix(host, "."+signin) {
			return true
		}
	}
	return false
}

// IsConsumer says whether an address takes assertions for AWS.
func IsConsumer(address string) bool {
	u, err := url.Parse(address)
	return err == nil && isConsumerURL(u)
}

// isConsumerURL says whether a URL takes assertions: /saml, or /saml/acs/ID where SAML encryption is required.
func isConsumerURL(u *url.URL) bool {
	return u.Scheme == "https" && isSigninHost(u.Hostname()) && (u.Path == "/saml" || strings.HasPrefix(u.Path, "/saml/acs/"))
}

// armCapture makes the whole browser, whatever tab, popup, frame or worker asks, stop every request that names a sign-in host.
// The patterns are looser than isSignin, which decides: a page that only carries such a URL in its query goes on.
func (b *Browser) armCapture(s devtoolsSession) error {
	return enableFetch(len(b.login) > 0).Call(s)
}

func enableFetch(askPassword bool) proto.FetchEnable {
	enable := proto.FetchEnable{HandleAuthRequests: askPassword}
	for _, host := range signinHosts {
		enable.Patterns = append(enable.Patterns, &proto.FetchRequestPattern{URLPattern: "*://*" + host + "*"})
	}
	if enable.HandleAuthRequests {
		// Chromium asks us for a password only for requests it has stopped for us before.
		enable.Patterns = []*proto.FetchRequestPattern{{URLPattern: "*"}}
	}
	return enable
}

// resolverRules make the sign-in hosts resolve to nothing: should a request ever pass by the capture (a preconnect, a kind
// of request that DevTools doesn't see), it finds no address.
func resolverRules() string {
	var rules []string
	for _, host := range signinHosts {
		for _, name := range []string{host, "*." + host, host + ".", "*." + host + "."} {
			rules = append(rules, "MAP "+name+" ~NOTFOUND")
		}
	}
	for _, host := range chromiumHosts {
		rules = append(rules, "MAP "+host+" ~NOTFOUND")
	}
	return strings.Join(rules, ",")
}

// judgeRequest decides about one stopped request: to AWS's sign-in nothing goes, whatever its kind; the first assertion among
// it that counts is taken. Aborted and not failed otherwise: the page stays as it is and no error page takes its place.
func (b *Browser) judgeRequest(id string, e proto.FetchRequestPaused) {
	s := b.sessionFor(b.alive, proto.TargetSessionID(id))
	u, err := url.Parse(e.Request.URL)
	if err == nil && !isSigninHost(u.Hostname()) {
		_ = proto.FetchContinueRequest{RequestID: e.RequestID}.Call(s) // fails only for a request that is gone
		return
	}
	if err == nil && e.Request.Method == "POST" {
		b.weighPost(u, e)
	}
	_ = proto.FetchFailRequest{RequestID: e.RequestID, ErrorReason: proto.NetworkErrorReasonAborted}.Call(s)
}

// weighPost takes the assertion that the sign-in's own page, or a window that it opened, posts to AWS from a trusted origin.
// From anybody else it is ignored and noted; but where the tab itself has come to a foreign page, which can't go on from
// there, that ends the wait.
func (b *Browser) weighPost(u *url.URL, e proto.FetchRequestPaused) {
	from := b.windows.senderOf(e, b.newestTarget())
	tab, own := b.tabOf(from.tab)
	if tab == nil {
		return
	}
	p := capturedPost{consumer: u.Scheme + "://" + u.Host + u.Path}
	p.response, p.err = readPost(u, requestBody(e.Request))
	foreign := tab.captured.foreignOrigin(from.origins)
	switch {
	case from.why != "":
		b.noteIgnored(from.why)
	case foreign == "":
		tab.takePost(p)
	case own && !from.opened && p.err == nil:
		tab.holdPost(p, foreign)
	default:
		b.noteIgnored("a page of " + session.OneLine(foreign, session.QuoteLength) + " posted it")
	}
}

// noteIgnored says once why a SAML response did not count.
func (b *Browser) noteIgnored(why string) {
	text := "a SAML response is ignored: " + why
	b.mu.Lock()
	known := b.noted[text] || len(b.noted) == maxNotes
	if !known {
		b.noted[text] = true
	}
	b.mu.Unlock()
	if known {
		return
	}
	b.say(text)
	if b.record != nil {
		b.record.Step("step      " + text)
	}
}

// maxNotes bounds what a page can make stsx say.
const maxNotes = 8

// readPost is the one SAMLResponse that a form holds.
func readPost(u *url.URL, body string) (session.Secret, error) {
	address := u.Scheme + "://" + u.Host + u.Path
	switch {
	case strings.Contains(u.Path, "/platform/saml/"):
		return session.Secret{}, &page.PostError{
			Address: address, Why: "which is IAM Identity Center's and signs in to no role", Cure: "use aws sso login, or the app in Okta that is named AWS Account Federation",
		}
	case !isConsumerURL(u):
		return session.Secret{}, &page.PostError{Address: address, Why: "which takes no sign-ins to roles", Cure: "check the app's settings at your identity provider"}
	}
	form, err := url.ParseQuery(body)
	responses := form["SAMLResponse"]
	switch {
	case err == nil && len(responses) == 1 && responses[0] != "":
		return session.NewSecret(responses[0]), nil
	case len(responses) > 1:
		return session.Secret{}, &page.PostError{Address: address, Why: fmt.Sprintf("with %d SAML responses instead of one", len(responses))}
	}
	return session.Secret{}, &page.PostError{Address: address, Why: "without a SAML response"}
}

// requestBody is a request's whole body. Chromium leaves postData out when it is long, the entries it doesn't.
func requestBody(r *proto.NetworkRequest) string {
	var body strings.Builder
	for _, entry := range r.PostDataEntries {
		body.Write(entry.Bytes)
	}
	if body.Len() > 0 {
		return body.String()
	}
	return r.PostData
}

// captured is what a tab's page posted to AWS, and who may.
type captured struct {
	mu      sync.Mutex
	trusted []string      // origins of pages whose post counts
	post    *capturedPost // the first that counts
	held    *capturedPost // of an origin that is not trusted yet
	origin  string        // that one
}

// foreignOrigin is the first of origins that is not trusted, "" when all are.
func (c *captured) foreignOrigin(origins []string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, origin := range origins {
		if !slices.Contains(c.trusted, origin) {
			return origin
		}
	}
	return ""
}

// takePost keeps the first post that counts and ends what waits.
func (t *Tab) takePost(p capturedPost) {
	t.captured.mu.Lock()
	defer t.captured.mu.Unlock()
	switch {
	case t.captured.post != nil:
	case p.err != nil:
		t.finish(p.err)
	default:
		t.captured.post = &p
		t.finish(page.ErrPosted)
	}
}

// holdPost keeps a post of an origin that is not trusted, for TrustOrigin, and ends what waits.
func (t *Tab) holdPost(p capturedPost, origin string) {
	t.captured.mu.Lock()
	defer t.captured.mu.Unlock()
	if t.captured.post == nil && t.captured.held == nil {
		t.captured.held, t.captured.origin = &p, origin
		want := ""
		if len(t.captured.trusted) > 0 {
			want = t.captured.trusted[0]
		}
		t.finish(&page.ForeignPostError{Got: origin, Want: want})
	}
}

// TrustOrigin makes the SAML response that a page of origin posts count; also one that was held back for its origin.
func (t *Tab) TrustOrigin(origin string) {
	t.captured.mu.Lock()
	defer t.captured.mu.Unlock()
	origin = session.Origin(origin)
	if origin == "" {
		return
	}
	t.captured.trusted = append(t.captured.trusted, origin)
	if t.captured.held != nil && t.captured.origin == origin {
		t.captured.post = t.captured.held
	}
}

// SAMLResponse is what was posted to AWS, where it never arrived; zero before that.
func (t *Tab) SAMLResponse() session.Secret {
	t.captured.mu.Lock()
	defer t.captured.mu.Unlock()
	if t.captured.post == nil {
		return session.Secret{}
	}
	return t.captured.post.response
}
