package okta

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stsx/session"
	"stsx/session/page"
)

// Answers of the two APIs to a page that asks what became of a push.
const (
	pollingBody = `{"remediation":{"value":[{"name":"challenge-poll"},{"name":"select-authenticator-authenticate"}]},` +
		`"currentAuthenticator":{"value":{"key":"okta_verify","displayName":"Okta Verify","contextualData":{"correctAnswer":"%s"}}},` +
		`"authenticatorEnrollments":{"value":[{"key":"okta_email","profile":{"email":"j***e@example.com"}},{"key":"okta_verify",` +
		`"profile":{"deviceName":"Jane's phone"}}]}}`
	pushRejected = `{"remediation":{"value":[{"name":"resend"}]},"messages":{"value":[{"message":"no",` +
		`"i18n":{"key":"api.authn.poll.error.push_rejected"}}]}}`
	biometricsBody = `{"remediation":{"value":[{"name":"resend"}]},"messages":{"value":[{"message":"no",` +
		`"i18n":{"key":"oie.authenticator.app.method.push.verify.enable.biometrics"}}]}}`
	successBody = `{"success":{"href":"https://acme.okta.com/login/token/redirect"}}`
	notedBody   = `{"remediation":{"value":[{"name":"challenge-authenticator"}]},"messages":{"value":[{"message":"one more",` +
		`"i18n":{"key":"idx.more"},"class":"INFO"}]}}`
	classicResultBody = `{"status":"MFA_CHALLENGE","factorResult":"%s","_embedded":{"factor":{"factorType":"push",` +
		`"profile":{"name":"Jane's phone"},"_embedded":{"challenge":{"correctAnswer":92}}}}}`
)

func TestPushAnswers(t *testing.T) {
	soon, later := time.Now().Add(time.Second), time.Now().Add(pushLifetime)
	for _, c := range []struct {
		status int
		body   string
		until  time.Time
		want   pushResult
	}{
		{200, fmt.Sprintf(pollingBody, ""), later, pushWaiting},
		{200, fmt.Sprintf(pollingBody, "46"), soon, pushWaiting},
		{200, successBody, later, pushOver},
		{200, notedBody, later, pushOver},
		{400, pushRejected, later, pushDenied},
		{200, pushRejected, soon, pushDenied},
		{200, biometricsBody, later, pushDenied},
		{400, strings.Replace(pushRejected, "push_rejected", "push_expired", 1), later, pushUnanswered},
		{400, strings.Replace(pushRejected, "push_rejected", "whatever", 1), soon, pushUnanswered},
		{429, `{}`, later, pushWaiting},
		{502, `<html>`, later, pushWaiting},
		{401, `{"messages":{"value":[{"message":"gone","i18n":{"key":"idx.session.expired"}}]}}`, later, pushOver},
		{403, `{"errorCode":"E0000069","errorSummary":"User Locked"}`, later, pushOver},
		{200, fmt.Sprintf(classicResultBody, "WAITING"), later, pushWaiting},
		{200, fmt.Sprintf(classicResultBody, "REJECTED"), later, pushDenied},
		{200, fmt.Sprintf(classicResultBody, "TIMEOUT"), later, pushUnanswered},
		{200, `{"status":"SUCCESS"}`, later, pushOver},
		{200, `{"status":"LOCKED_OUT"}`, later, pushOver},
	} {
		reply := page.Reply{Status: c.status, Body: []byte(c.body)}
		if got := decodeResponse(reply).pushResult(c.until); got != c.want {
			t.Errorf("%d %s: %d, want %d", c.status, c.body, got, c.want)
		}
	}
	for body, want := range map[string]authenticator{
		fmt.Sprintf(pollingBody, "46"):             {result: "WAITING", number: "46", device: "Jane's phone", app: "Okta Verify"},
		fmt.Sprintf(pollingBody, ""):               {result: "WAITING", device: "Jane's phone", app: "Okta Verify"},
		fmt.Sprintf(classicResultBody, "WAITING"):  {result: "WAITING", number: "92", device: "Jane's phone"},
		fmt.Sprintf(classicResultBody, "REJECTED"): {result: "REJECTED", number: "92", device: "Jane's phone"},
	} {
		if got := decodeResponse(page.Reply{Status: 200, Body: []byte(body)}).authenticator; got.result != want.result ||
			got.number != want.number || got.device != want.device || got.app != want.app {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

// caller is somebody with a phone: what they pick at the terminal instead of
// waiting, in turn; "" is to wait on.
type caller struct {
	typist
	picks []string
	shown []session.Errand
}

func (c *caller) Wait(ctx context.Context, e session.Errand) (int, error) {
	c.shown = append(c.shown, e)
	if len(c.picks) > 0 {
		pick := c.picks[0]
		c.picks = c.picks[1:]
		if i := slices.Index(e.Options, pick); i >= 0 {
			return i, nil
		}
	}
	<-ctx.Done()
	return -1, ctx.Err()
}

// latePage hears of its push only when it is asked again.
type latePage struct {
	*play
	times int
}

func (d *latePage) NextReply(ctx context.Context, replies ...string) (page.Reply, error) {
	if d.times > 0 {
		d.times--
		<-ctx.Done()
		return page.Reply{}, ctx.Err()
	}
	return d.play.NextReply(ctx, replies...)
}

func TestPush(t *testing.T) {
	f := factorTitled("Okta Verify push")
	ok := func(body string) page.Reply { return page.Reply{Status: 200, Body: []byte(body)} }
	wait := func(number string) page.Reply { return ok(fmt.Sprintf(pollingBody, number)) }
	unsent := scene{marks: []string{f.send, f.page}, replies: []page.Reply{wait("46")}}
	out := func(heard ...page.Reply) scene {
		return scene{marks: []string{f.waiting, f.page, switchLink}, heard: heard}
	}
	gone := scene{marks: []string{pushPageGone}, posted: true}
	refused := scene{marks: []string{f.send, f.page, pushErrorText, pageErrorText}, text: "You said no", replies: []page.Reply{wait("")}}
	run := func(p page.Page, who *caller) (*signIn, error) {
		d := &Driver{Passwords: session.PasswordSource{Keeper: &ring{}, Ask: who}, Ask: who}
		s := d.newSignIn(p, org(), session.Password{}, &session.CodeSource{Ask: who})
		_, err := s.run(t.Context())
		return s, err
	}
	numbers := func(c *caller) (all []string) {
		for _, e := range c.shown {
			all = append(all, e.Number)
		}
		return all
	}
	t.Run("approved, with the number of each answer", func(t *testing.T) {
		who := &caller{}
		if _, err := run(&play{scenes: []scene{unsent, out(wait("46"), wait("47"), ok(successBody)), gone}}, who); err != nil ||
			!slices.Equal(numbers(who), []string{"46", "47"}) {
			t.Errorf("%v, %+v", err, who.shown)
		}
		if e := who.shown[0]; e.Prompt != "Tap this number in Okta Verify on Jane's phone" || time.Until(e.Until) > pushLifetime ||
			!slices.Equal(e.Options, []string{optionSendAgain, optionOtherWay}) {
			t.Errorf("%+v", e)
		}
	})
	t.Run("approved at the moment at which another was asked for", func(t *testing.T) {
		who := &caller{picks: []string{optionSendAgain}}
		page := &latePage{&play{scenes: []scene{unsent, out(ok(successBody)), gone}}, 1}
		if s, err := run(page, who); err != nil || s.pushesSent != 1 {
			t.Errorf("%v, %d pushes", err, s.pushesSent)
		}
	})
	t.Run("refused, nobody there", func(t *testing.T) {
		var no *session.RefusedError
		if _, err := run(&play{scenes: []scene{unsent, out(ok(pushRejected)), refused}}, &caller{}); !errors.As(err, &no) ||
			no.Kind != session.RefusedPush || no.Said != "You said no" {
			t.Errorf("%v", err)
		}
	})
	t.Run("three at most", func(t *testing.T) {
		var no *session.RefusedError
		who := &caller{typist: typist{answers: []string{optionSendAgain, optionSendAgain, optionSendAgain}}}
		page := &play{scenes: []scene{unsent, out(ok(pushRejected)), refused, out(ok(pushRejected)), refused, out(ok(pushRejected)),
			refused}}
		if _, err := run(page, who); !errors.As(err, &no) || len(who.shown) != maxPushes || len(who.answers) != 1 {
			t.Errorf("%v, %d shown, left %q", err, len(who.shown), who.answers)
		}
	})
	t.Run("given up", func(t *testing.T) {
		var no *session.RefusedError
		who := &caller{typist: typist{answers: []string{optionGiveUp}}}
		if _, err := run(&play{scenes: []scene{unsent, out(ok(pushRejected)), refused}}, who); !errors.As(err, &no) {
			t.Errorf("%v", err)
		}
	})
	t.Run("the account was locked meanwhile", func(t *testing.T) {
		var no *session.RefusedError
		locked := page.Reply{Status: 403, Body: []byte(`{"errorCode":"E0000069","errorSummary":"User Locked"}`)}
		if _, err := run(&play{scenes: []scene{unsent, out(locked), refused}}, &caller{}); !errors.As(err, &no) ||
			no.Kind != session.RefusedLocked {
			t.Errorf("%v", err)
		}
	})
	t.Run("polls that Okta limits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			for wait, ok := range map[time.Duration]bool{20 * time.Second: true, 10 * time.Minute: false} {
				ctx, cancel := session.StartDeadline(t.Context(), time.Minute)
				who, begun := &caller{}, time.Now()
				d := &Driver{Passwords: session.PasswordSource{Keeper: &ring{}, Ask: who}, Ask: who}
				p := &play{scenes: []scene{unsent, out(page.Reply{Status: 429, Wait: wait}), gone}}
				_, err := d.newSignIn(p, org(), session.Password{}, &session.CodeSource{Ask: who}).run(ctx)
				cancel()
				var no *session.RefusedError
				if took := time.Since(begun); ok && (err != nil || took < wait || took > wait+time.Second || p.opened != 1) ||
					!ok && (!errors.As(err, &no) || no.Kind != session.RefusedTooMany || took > 10*time.Second) {
					t.Errorf("%v: %v after %v, opened %d times", wait, err, took, p.opened)
				}
			}
		})
	})
	t.Run("left too long, once", func(t *testing.T) {
		over := page.Reply{Status: 401, Body: []byte(`{"errorCode":"E0000011"}`)}
		page := &play{scenes: []scene{unsent, out(over), unsent, out(ok(successBody)), gone}}
		if _, err := run(page, &caller{}); err != nil || page.opened != 1 {
			t.Errorf("%v, opened %d times", err, page.opened)
		}
	})
}
