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

// OktaVerifyPush is Okta Verify on a phone that is asked to approve.
const OktaVerifyPush Factor = "okta_verify-push"

// Events of pushes.
const (
	PushSent     Kind = "push"          // a phone was asked: User, Detail "again" when the page asked for another
	PushAnswered Kind = "push answered" // the phone answered, or nobody did: User, OK, Detail "rejected", "wrong number", "expired"
)

// Phone is Okta Verify on a user's phone.
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
	number  string // to be picked, as the page shows it; "" for none
	expires time.Time
	result  string // "" while nobody has answered, "approved", "rejected", "expired"
	told    bool   // the page knows the result
}

// sendPush asks the phone of s; the caller holds o.mu.
func (o *Org) sendPush(s *signIn) {
	detail := ""
	if s.push != nil {
		detail = "again"
	}
	s.stage, s.factor = stageChallenge, OktaVerifyPush
	s.push = &push{expires: o.cfg.Clock().Add(o.cfg.PushLifetime)}
	if s.user.Phone.Number {
		n, err := rand.Int(rand.Reader, big.NewInt(90))
		if err != nil {
			panic(err) // crypto/rand never fails
		}
		s.push.number = strconv.FormatInt(n.Int64()+10, 10)
	}
	s.user.push = s.push
	o.note(Event{Kind: PushSent, User: s.user.Name, Factor: OktaVerifyPush, Detail: detail})
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
	o.note(Event{Kind: PushAnswered, User: a.Name, Factor: OktaVerifyPush, OK: result == "approved", Detail: detail})
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
// beyond its body; its status is 400 here.
func (o *Org) pushForm(out object, s *signIn) {
	a := authenticatorOf(OktaVerifyPush)
	current := object{"type": a.kind, "key": "okta_verify", "id": a.id, "displayName": a.name, "methods": []any{object{"type": "push"}}}
	name := "authenticator-verification-data"
	method := object{"name": "methodType", "required": true, "value": "push", "mutable": false}
	auto := object{"name": "autoChallenge", "type": "boolean", "required": "false", "value": s.user.Phone.AutoPush, "label": "Send push automatically", "visible": true, "mutable": true}
	authenticator := object{"name": "authenticator", "label": a.name, "form": object{"value": []any{
		object{"name": "id", "required": true, "value": a.id, "mutable": false},
		object{"name": "methodType", "required": true, "options": []any{object{"label": "Get a push notification", "value": "push"}}}, auto,
	}}}
	path := "/idp/idx/challenge"
	if s.push != nil {
		switch s.push.result {
		case "":
			name, path = "challenge-poll", "/idp/idx/authenticators/poll"
			current["resend"] = o.form(s, "resend", "/idp/idx/challenge", object{
				"name": "authenticator", "required": true, "value": object{"methodType": "push", "id": a.id}, "visible": false, "mutable": false,
			})
			if s.push.number != "" {
				current["contextualData"] = object{"correctAnswer": s.push.number}
			}
		default:
			name = "resend"
			authenticator = object{"name": "authenticator", "type": "object", "label": a.name, "value": object{"form": object{"value": []any{
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
	out["remediation"] = list(form, o.enrolled(out, s))
}

// pollPush is the page asking whether the phone has answered.
func (o *Org) pollPush(s *signIn, in message) answer {
	if in.AutoChallenge != nil {
		s.user.Phone.AutoPush = *in.AutoChallenge
	}
	switch o.pushed(s) {
	case "approved":
		o.proven(s)
		return o.ok(s)
	case "rejected":
		return answer{http.StatusBadRequest, o.body(s, say("api.authn.poll.error.push_rejected", "You have chosen to reject this login."))}
	case "expired":
		return answer{http.StatusBadRequest, o.body(s, say("api.authn.poll.error.push_expired", "Your push notification has expired."))}
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
	if s.push == nil || s.stage != stageChallenge || again || s.push.told {
		o.sendPush(s)
		return o.status(s)
	}
	if o.pushed(s) == "approved" {
		o.proven(s)
	}
	return o.status(s)
}

// challenged is the transaction while a push is out.
func (o *Org) challenged(s *signIn, out, embedded, links object) {
	out["status"], out["factorResult"] = "MFA_CHALLENGE", map[string]string{"": "WAITING", "rejected": "REJECTED", "expired": "TIMEOUT"}[s.push.result]
	s.push.told = s.push.result != ""
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
	return object{"allowRememberDevice": true, "rememberDeviceLifetimeInMinutes": 15, "rememberDeviceByDefault": false, "factorsPolicyInfo": info}
}
