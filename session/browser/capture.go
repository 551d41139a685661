package browser

import (
	"net/url"
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
// it is delivered. Aborted and not failed otherwise: the page stays as it is and no error page takes its place.
func (b *Browser) judgeRequest(id string, e proto.FetchRequestPaused) {
	s := b.sessionFor(b.alive, proto.TargetSessionID(id))
	u, err := url.Parse(e.Request.URL)
	if err == nil && !isSigninHost(u.Hostname()) {
		_ = proto.FetchContinueRequest{RequestID: e.RequestID}.Call(s) // fails only for a request that is gone
		return
	}
	if err == nil && e.Request.Method == "POST" && isConsumerURL(u) {
		b.deliverPost(u, requestBody(e.Request))
	}
	_ = proto.FetchFailRequest{RequestID: e.RequestID, ErrorReason: proto.NetworkErrorReasonAborted}.Call(s)
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

func (b *Browser) deliverPost(u *url.URL, body string) {
	form, err := url.ParseQuery(body)
	if err != nil || form.Get("SAMLResponse") == "" {
		b.say("a post to " + u.Host + " held no SAMLResponse: dropped")
		return
	}
	b.mu.Lock()
	tab := b.newest
	b.mu.Unlock()
	if tab != nil {
		tab.takePost(capturedPost{u.Scheme + "://" + u.Host + u.Path, session.NewSecret(form.Get("SAMLResponse"))})
	}
}

// captured is what a tab's page posted to AWS.
type captured struct {
	mu   sync.Mutex
	post *capturedPost // the first
}

// takePost keeps the first post and ends what waits.
func (t *Tab) takePost(p capturedPost) {
	t.captured.mu.Lock()
	defer t.captured.mu.Unlock()
	if t.captured.post == nil {
		t.captured.post = &p
		t.finish(page.ErrPosted)
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
