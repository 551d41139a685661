package browser

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session"
	"stsx/session/page"
)

// capturedPost is the form that the identity provider's page sent to AWS.
type capturedPost struct {
	consumer string         // address of the assertion consumer service, such as https://eu-west-1.signin.aws.amazon.com/saml
	response session.Secret // SAMLResponse: base64, as posted
	err      error          // why it is of no use
}

// readPost is the one SAMLResponse that a form holds.
func readPost(u *url.URL, body string) (session.Secret, error) {
	wrong := &page.PostError{Address: u.Scheme + "://" + u.Host + u.Path, Why: "without a SAML response"}
	if isIdentityCenterURL(u) {
		wrong.Why, wrong.Cure = identityCenterWhy, identityCenterCure
		return session.Secret{}, wrong
	}
	if !isConsumerURL(u) {
		wrong.Why, wrong.Cure = "which takes no sign-ins to roles", "correct the app's settings at your identity provider"
		return session.Secret{}, wrong
	}
	form, err := url.ParseQuery(body)
	responses := form["SAMLResponse"]
	if err == nil && len(responses) == 1 && responses[0] != "" {
		return session.NewSecret(responses[0]), nil
	}
	if len(responses) > 1 {
		wrong.Why = fmt.Sprintf("with %d SAML responses instead of one", len(responses))
	}
	return session.Secret{}, wrong
}

// What is wrong with an app whose response goes to IAM Identity Center, and what to do.
const (
	identityCenterWhy  = "which is IAM Identity Center's and signs in to no role"
	identityCenterCure = "use aws sso login, or the app in Okta that is named AWS Account Federation"
)

// noticeOtherPost ends the wait when a trusted page of the tab posts a SAML response to neither AWS nor a place of the
// sign-in's: the app is another than AWS's. A page that hides its origin is left to whoever waits for the next one.
func (t *Tab) noticeOtherPost(e proto.NetworkRequestWillBeSent) {
	u, err := url.Parse(e.Request.URL)
	if err != nil || e.Request.Method != http.MethodPost || e.FrameID != t.frame || e.Type != proto.NetworkResourceTypeDocument ||
		isSigninHost(u.Hostname()) {
		return
	}
	form, err := url.ParseQuery(requestBody(e.Request))
	from, to := originHeader(e.Request), session.Origin(e.Request.URL)
	if err != nil || !form.Has("SAMLResponse") || t.captured.foreignOrigin([]string{from}) != "" ||
		t.captured.foreignOrigin([]string{to}) == "" {
		return
	}
	wrong := &page.PostError{Address: u.Scheme + "://" + u.Host + u.Path, Why: identityCenterWhy, Cure: identityCenterCure}
	if !isIdentityCenterURL(u) {
		wrong.Why = "which is not AWS's sign-in to roles"
		wrong.Cure = fmt.Sprintf("correct url in the configuration: it has to be the AWS app's link; if %s is one more of your company's "+
			"sign-in pages, set allowed_hosts = [%q] in its [idp]", u.Host, u.Host)
	}
	t.finish(wrong)
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
