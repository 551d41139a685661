package okta

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"stsx/session"
	"stsx/session/page"
)

// outcome is what Okta made of what a page sent.
type outcome int

const (
	accepted    outcome = iota
	rejected            // wrong, and may be tried again
	outOfDate           // the sign-in was left too long: it starts over
	workRefused         // what the page worked out is not taken
	lockedOut           // the account is
	newPasswordDue
	notAssigned
	policyDenied
	deviceDenied
	rateLimited
	underMaintenance
	serverTrouble
)

// passes reports that what is sent again later may be answered.
func (o outcome) passes() bool {
	return o == rateLimited || o == underMaintenance || o == serverTrouble
}

// response is an answer of Okta's, decoded once: of the Identity Engine (ION) or
// of Classic (Authn API). What it means is read from its status, keys and codes,
// never from its words: those come in the person's language.
type response struct {
	came           bool // an answer, not a new document
	identityEngine bool
	proofOfWork    bool // the page has to work before it sends what it asks for
	status         int  // of HTTP
	outcome        outcome
	said           string   // Okta's words; the page's are preferred when quoting
	aboutField     bool     // they are about a field: over the form the page only says that there is an error
	keys           []string // Okta's names of what it says
	next           []string // what Okta wants next, by its own names
	wait           time.Duration

	daysToExpiry *int      // of the password; nil: not said
	dueBy        time.Time // when what can be put off no longer can; zero: not said
	skipsLeft    int       // how often it can be put off; 0: not said

	authenticator authenticator
}

// authenticator is what an answer says of the one at hand, which no page says
// without words.
type authenticator struct {
	sentTo   string   // where codes go, masked as Okta masks it: "+1 XXX-XXX-4586"
	channels []string // of a phone, in the page's order: "sms", "voice"

	// Of a push:
	result string // "WAITING", "REJECTED", "TIMEOUT"
	number string // what is to be picked on the phone; "" for nothing
	device string // the phone's name
	app    string // the app's
}

func (a authenticator) isEmpty() bool {
	return a.sentTo == "" && len(a.channels) == 0 && a.result == "" && a.device == ""
}

// decodeResponse reads an answer. One that is not JSON, or not of these two
// kinds, is judged by its status alone.
func decodeResponse(reply page.Reply) response {
	if reply.Navigated {
		return response{outcome: accepted, status: reply.Status}
	}
	body := decodeJSON(reply.Body)
	keys, said := body.messages()
	r := response{
		came: reply.Status != 0, status: reply.Status, wait: reply.Wait,
		identityEngine: body.child("version").isText(), keys: keys, next: body.nextSteps(),
		said: strings.TrimSpace(strings.Join(said, " ")),
	}
	r.aboutField = len(keys) > 0 && body.has("remediation") && !body.has("messages")
	r.outcome = body.outcome(reply.Status, keys)
	r.proofOfWork = body.child("captcha", "value", "type").text() == "ALTCHA"
	r.readDeadlines(body)
	r.authenticator = body.authenticator()
	return r
}

func (n jsonNode) outcome(status int, keys []string) outcome {
	state := n.child("status").text()
	switch {
	case state == "LOCKED_OUT" || anyContains(keys, "E0000069", "E0000119", "locked", "suspended_factor"):
		return lockedOut
	case state == "PASSWORD_EXPIRED":
		return newPasswordDue
	case status < http.StatusBadRequest && !n.isDeadEnd():
		return accepted
	case anyContains(keys, "session.expired", "E0000011", "transaction_resource_not_found"):
		return outOfDate
	case anyContains(keys, "captcha"):
		return workRefused
	case anyContains(keys, "not.assigned", "not_assigned"):
		return notAssigned
	case status == http.StatusTooManyRequests || anyContains(keys, "E0000047"):
		return rateLimited
	case anyContains(keys, "access_denied.device_assurance"):
		return deviceDenied
	case anyContains(keys, "security.access_denied", "assurance.unsatisfiable", "E0000006", "E0000057", "E0000085"):
		return policyDenied
	case status == http.StatusServiceUnavailable || anyContains(keys, "E0000010"):
		return underMaintenance
	case status >= http.StatusInternalServerError:
		return serverTrouble
	}
	return rejected
}

// isDeadEnd reports an answer of the Identity Engine that leaves nothing to do
// but to read it, whatever its status.
func (n jsonNode) isDeadEnd() bool {
	return n.child("version").isText() && n.has("messages") && !n.has("remediation") && !n.has("success")
}

// nextSteps are the names of what an answer offers to do next: of the Identity
// Engine, or Classic's status.
func (n jsonNode) nextSteps() []string {
	var names []string
	if state := n.child("status"); state.isText() {
		names = append(names, state.text())
	}
	for _, form := range n.child("remediation", "value").list() {
		if name := form.child("name"); name.isText() {
			names = append(names, name.text())
		}
	}
	return names
}

// readDeadlines finds until when, and how often, a page can be put off.
func (r *response) readDeadlines(body jsonNode) {
	for _, days := range []jsonNode{
		body.child("currentAuthenticator", "value", "settings", "daysToExpiry"),
		body.child("_embedded", "policy", "expiration", "passwordExpireDays"),
	} {
		if n, ok := days.number(); ok && r.daysToExpiry == nil {
			r.daysToExpiry = &n
		}
	}
	r.keepEarliest(body.child("_embedded", "policy", "gracePeriod", "endDate"))
	for _, a := range body.child("authenticators", "value").list() {
		r.keepEarliest(a.child("gracePeriod", "expiry"))
		if n, ok := a.child("gracePeriod", "remainingSkips").number(); ok && n > 0 && (r.skipsLeft == 0 || n < r.skipsLeft) {
			r.skipsLeft = n
		}
	}
	for _, m := range body.child("messages", "value").list() {
		if params := m.child("i18n", "params").list(); strings.HasSuffix(m.child("i18n", "key").text(), ".due_by_date") && len(params) > 0 {
			r.keepEarliest(params[0])
		}
	}
}

func (r *response) keepEarliest(moment jsonNode) {
	if at, err := time.Parse(time.RFC3339, moment.text()); err == nil && (r.dueBy.IsZero() || at.Before(r.dueBy)) {
		r.dueBy = at
	}
}

// authenticator reads what is said of the one at hand.
func (n jsonNode) authenticator() authenticator {
	var a authenticator
	enrolled, factor := n.child("currentAuthenticatorEnrollment", "value"), n.child("_embedded", "factor")
	for _, profile := range []jsonNode{enrolled.child("profile"), factor.child("profile")} {
		if a.sentTo == "" {
			a.sentTo = profile.child("phoneNumber").line() + profile.child("email").line()
		}
	}
	if factor.child("factorType").text() == "push" {
		a.result, a.device = n.child("factorResult").line(), factor.child("profile", "name").line()
	}
	current := []jsonNode{n.child("currentAuthenticator", "value"), enrolled}
	key := current[0].child("key").text() + current[1].child("key").text()
	for _, one := range slices.Concat(current, n.child("authenticatorEnrollments", "value").list()) {
		if key != "" && one.child("key").text() == key {
			a.app = cmp.Or(a.app, one.child("displayName").line())
			a.device = cmp.Or(a.device, one.child("profile", "deviceName").line())
		}
	}
	// One engine has the number as a number, the other as a text.
	a.number = cmp.Or(
		current[0].child("contextualData", "correctAnswer").line(), enrolled.child("contextualData", "correctAnswer").line(),
		factor.child("_embedded", "challenge", "correctAnswer").line(),
	)
	for _, form := range n.child("remediation", "value").list() {
		switch form.child("name").text() {
		case "challenge-poll":
			a.result = "WAITING"
		case "authenticator-verification-data":
			a.channels = append(a.channels, form.channels()...)
		}
	}
	return a
}

// channels are the ways that a remediation offers to reach a phone.
func (n jsonNode) channels() []string {
	var names []string
	for _, outer := range n.child("value").list() {
		for _, field := range outer.child("form", "value").list() {
			if field.child("name").text() != "methodType" {
				continue
			}
			for _, option := range field.child("options").list() {
				names = append(names, option.child("value").text())
			}
		}
	}
	return names
}

// unavailableError says that Okta could not deal with what was sent.
func (r response) unavailableError(what, said string) error {
	if r.outcome == rateLimited {
		return &session.RefusedError{What: what, Said: said, Kind: session.RefusedTooMany, Wait: r.wait}
	}
	return &session.UnavailableError{Said: said, Status: r.status, Wait: r.wait}
}

// summary is an answer in a line, by Okta's own names for things.
func (r response) summary() string {
	if !r.came {
		return "pressed: a new document"
	}
	return fmt.Sprintf("pressed: HTTP %d, next %s, messages %s", r.status, namesOrNone(r.next), namesOrNone(r.keys))
}

func namesOrNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, " ")
}

func anyContains(keys []string, parts ...string) bool {
	return slices.ContainsFunc(keys, func(key string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(key, part) })
	})
}
