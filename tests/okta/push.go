package okta

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Factors on a phone that is asked to approve: Okta Verify, and an app of the
// company's own (Identity Engine only).
const (
	OktaVerifyPush Factor = "okta_verify-push"
	CustomApp      Factor = "custom_app"
)

// AppName is what the org calls its CustomApp.
const AppName = "Acme Guard"

func (f Factor) pushes() bool { return f == OktaVerifyPush || f == CustomApp }

// phone is what a factor that pushes is enrolled on, nil when it is not.
func (a *account) phone(f Factor) *Phone {
	if f == CustomApp {
		return a.App
	}
	return a.Phone
}

// Events of pushes.
const (
	PushSent     Kind = "push"          // a phone was asked: User, Detail "again" when the page asked for another
	PushAnswered Kind = "push answered" // the phone answered, or nobody did: User, OK, Detail "rejected", "wrong number", "expired"
)

// Phone is Okta Verify, or a CustomApp, on a user's phone.
type Phone struct {
	Name     string // as the page shows it; "" is "Test phone"
	Number   bool   // a push shows a number that has to be picked on the phone
	AutoPush bool   // the user once ticked "send push automatically"
}

func (p *Phone) name() string {
	if p.Name == "" {
		return "Test phone"
	}
	return p.Name
}

// push is one message to a phone.
type push struct {
	factor      Factor
	number      string // to be picked, as the page shows it; "" for none
	expires     time.Time
	result      string // "" while nobody has answered, "approved", "rejected", "expired"
	numberShown bool   // the page knows the result
}

// sendPush asks the phone that s has f on; the caller holds o.mu.
func (o *Org) sendPush(s *signIn, f Factor) {
	detail := ""
	if s.push != nil {
		detail = "again"
	}
	s.stage, s.factor = stageChallenge, f
	s.push = &push{factor: f, expires: o.cfg.Clock().Add(o.cfg.PushLifetime)}
	if s.user.phone(f).Number {
		s.push.number = number(s.user.push)
	}
	s.user.push = s.push
	o.note(Event{Kind: PushSent, User: s.user.Name, Factor: f, Detail: detail})
}

// number is one of two digits that the push before, nil for none, did not show:
// whoever waits for it can tell them apart.
func number(before *push) string {
	for {
		n, err := rand.Int(rand.Reader, big.NewInt(90))
		if err != nil {
			panic(err) // crypto/rand never fails
		}
		text := strconv.FormatInt(n.Int64()+10, 10)
		if before == nil || text != before.number {
			return text
		}
	}
}

// pushed is what has become of the push of s; the caller holds o.mu.
func (o *Org) pushed(s *signIn) string {
	p := s.push
	if p.result == "" && !o.cfg.Clock().Before(p.expires) {
		o.settle(s.user, p, "expired", "expired")
	}
	return p.result
}

func (o *Org) settle(a *account, p *push, result, detail string) {
	p.result = result
	o.note(Event{Kind: PushAnswered, User: a.Name, Factor: p.factor, OK: result == "approved", Detail: detail})
}

// AwaitPush waits for the nth push to the user since Start and returns the
// number that the page has to show for it, "" for none.
func (o *Org) AwaitPush(ctx context.Context, user string, n int) (number string, err error) {
	for {
		o.mu.Lock()
		a, sent, grown := o.accounts.find(user), 0, o.journal.grown
		for _, e := range o.journal.events {
			if e.Kind == PushSent && a != nil && e.User == a.Name {
				sent++
			}
		}
		if sent >= n && a.push != nil {
			number = a.push.number
		}
		o.mu.Unlock()
		if sent >= n {
			return number, nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return "", fmt.Errorf("%d of %d pushes to %s: %w", sent, n, user, ctx.Err())
		}
	}
}

// Approve answers the latest push as its owner does: with the number that they
// read on the screen, "" when none is asked for. A wrong one counts as a no.
func (o *Org) Approve(user, number string) error {
	return o.answerPush(user, func(a *account, p *push) {
		if p.number != number {
			o.settle(a, p, "rejected", "wrong number")
			return
		}
		o.settle(a, p, "approved", "")
	})
}

// Reject answers the latest push with no.
func (o *Org) Reject(user string) error {
	return o.answerPush(user, func(a *account, p *push) { o.settle(a, p, "rejected", "rejected") })
}

// ExpirePush lets the latest push time out, whatever its age.
func (o *Org) ExpirePush(user string) error {
	return o.answerPush(user, func(a *account, p *push) { o.settle(a, p, "expired", "expired") })
}

// TroublePolls answers the next n times that a page asks what became of a push
// with an HTTP status, or with 0 not at all.
func (o *Org) TroublePolls(n, status int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.trouble.polls, o.trouble.status = n, status
}

// TroubleLeft is how many polls TroublePolls has still to answer.
func (o *Org) TroubleLeft() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.trouble.polls
}

// troubled is what TroublePolls has left; the caller holds o.mu.
func (o *Org) troubled(s *signIn) (answer, bool) {
	if o.trouble.polls == 0 {
		return answer{}, false
	}
	o.trouble.polls--
	switch {
	case o.trouble.status == 0:
		panic(http.ErrAbortHandler)
	case o.engine() == Classic && o.trouble.status == http.StatusTooManyRequests:
		return apiError(o.trouble.status, "E0000047", "API call exceeded rate limit due to too many requests."), true
	case o.engine() == Classic:
		return apiError(o.trouble.status, "E0000009", "Internal Server Error"), true
	case o.trouble.status == http.StatusTooManyRequests:
		return o.refuse(s, rateLimited, nil), true
	}
	return answer{o.trouble.status, object{"errorCode": "E0000009", "errorSummary": "Internal Server Error"}}, true
}

func (o *Org) answerPush(user string, answer func(*account, *push)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.accounts.find(user)
	if a == nil || a.push == nil || a.push.result != "" {
		return errors.New("no push waits for " + user)
	}
	answer(a, a.push)
	return nil
}

// The Identity Engine.

// pushForm asks for the push to be sent, waits for it, or offers another one
// after a no. The answer to a no and to a time-out is not in Okta's examples
// beyond its body; its status is 400 here, or as Config says 200.
func (o *Org) pushForm(out object, s *signIn) {
	a, phone := authenticatorOf(s.factor), s.user.phone(s.factor)
	current := s.factor.ion(a.id)
	name := "authenticator-verification-data"
	method := object{"name": "methodType", "required": true, "value": "push", "mutable": false}
	auto := object{"name": "autoChallenge", "type": "boolean", "required": "false", "value": phone.AutoPush,
		"label": "Send push automatically", "visible": true, "mutable": true}
	authenticator := object{"name": "authenticator", "label": a.name, "form": object{"value": []any{
		object{"name": "id", "required": true, "value": a.id, "mutable": false},
		object{"name": "methodType", "required": true, "options": []any{object{"label": "Get a push notification", "value": "push"}}}, auto,
	}}}
	path := "/idp/idx/challenge"
	if s.push != nil {
		switch s.push.result {
		case "", "approved": // the next poll tells
			name, path = "challenge-poll", map[Factor]string{OktaVerifyPush: "/idp/idx/authenticators/poll",
				CustomApp: "/idp/idx/challenge/poll"}[s.factor]
			current["resend"] = o.form(s, "resend", "/idp/idx/challenge", object{
				"name": "authenticator", "required": true, "value": object{"methodType": "push", "id": a.id}, "visible": false,
				"mutable": false,
			})
			if s.push.number != "" {
				current["contextualData"] = object{"correctAnswer": s.push.number}
			}
		default:
			name = "resend"
			authenticator = object{"name": "authenticator", "type": "object", "label": a.name,
				"value": object{"form": object{"value": []any{
					object{"name": "id", "required": true, "value": a.id, "mutable": false}, method,
				}}}}
		}
	}
	field := authenticator
	if name == "challenge-poll" {
		field = auto
	}
	form := o.form(s, name, path, field)
	if name == "challenge-poll" {
		form["refresh"] = o.cfg.PollInterval.Milliseconds()
	}
	form["relatesTo"] = []any{"$.currentAuthenticator"}
	out["currentAuthenticator"] = only(current)
	forms := []any{form}
	if list := o.enrolled(out, s); len(s.user.merged()) > 1 {
		forms = append(forms, list)
	}
	out["remediation"] = list(forms...)
}

// pollPush is the page asking whether the phone has answered.
func (o *Org) pollPush(s *signIn, in message) answer {
	if a, ok := o.troubled(s); ok {
		return a
	}
	if in.AutoChallenge != nil {
		s.user.phone(s.factor).AutoPush = *in.AutoChallenge
	}
	status := http.StatusBadRequest
	if o.cfg.PushPages {
		status = http.StatusOK
	}
	switch o.pushed(s) {
	case "approved":
		o.proven(s)
		return o.ok(s)
	case "rejected":
		return answer{status, o.body(s, messageObject("api.authn.poll.error.push_rejected", "You have chosen to reject this login."))}
	case "expired":
		return answer{status, o.body(s, messageObject("api.authn.poll.error.push_expired", "Your push notification has expired."))}
	}
	return o.ok(s)
}

// verifyMethods are the ways of Okta Verify that a user has, as the list of
// factors has them.
func (a *account) verifyMethods() []any {
	var options []any
	if a.Device != nil {
		options = append(options, object{"label": "Use Okta FastPass", "value": "signed_nonce"})
	}
	if a.Phone != nil {
		options = append(options, object{"label": "Get a push notification", "value": "push"})
	}
	if a.User.OktaVerifyTOTP != "" {
		options = append(options, object{"label": "Enter a code", "value": "totp"})
	}
	return options
}

// Classic.

// verifyPush sends the push, tells what became of it, or sends another one.
func (o *Org) verifyPush(r *http.Request, s *signIn, again bool) answer {
	if auto := r.URL.Query().Get("autoPush"); auto != "" {
		s.user.Phone.AutoPush = auto == "true"
	}
	if s.push == nil || s.stage != stageChallenge || again || s.push.numberShown {
		o.sendPush(s, OktaVerifyPush)
		return o.status(s)
	}
	if a, ok := o.troubled(s); ok {
		return a
	}
	if o.pushed(s) == "approved" {
		o.proven(s)
	}
	return o.status(s)
}

// challenged is the transaction while a push is out.
func (o *Org) challenged(s *signIn, out, embedded, links object) {
	out["status"], out["factorResult"] = "MFA_CHALLENGE", map[string]string{"": "WAITING", "rejected": "REJECTED",
		"expired": "TIMEOUT"}[s.push.result]
	s.push.numberShown = s.push.result != ""
	factor := o.factor(s, OktaVerifyPush)
	if s.push.number != "" && s.push.result == "" {
		n, _ := strconv.Atoi(s.push.number) // we made it
		factor["_embedded"] = object{"challenge": object{"correctAnswer": n}}
	}
	embedded["factor"] = factor
	embedded["policy"] = o.factorsPolicy(s)
	next := "poll"
	if s.push.result != "" {
		next = "verify"
	}
	links["next"] = link(next, o.verifyURL(s, OktaVerifyPush))
	links["prev"] = link("", o.url+"/api/v1/authn/previous")
	links["resend"] = []any{link("push", o.verifyURL(s, OktaVerifyPush)+"/resend")}
}

// factorsPolicy says what holds for each factor of the user.
func (o *Org) factorsPolicy(s *signIn) object {
	info := object{}
	if slices.Contains(s.user.factors(), OktaVerifyPush) {
		info[factorID(s.user, OktaVerifyPush)] = object{"autoPushEnabled": s.user.Phone.AutoPush}
	}
	return object{"allowRememberDevice": true, "rememberDeviceLifetimeInMinutes": 15, "rememberDeviceByDefault": false,
		"factorsPolicyInfo": info}
}
