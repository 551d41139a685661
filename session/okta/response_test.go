package okta

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/page"
)

func TestOutcome(t *testing.T) {
	ion := func(key, text string) string {
		return `{"version":"1.0.0","messages":{"type":"array","value":[{"message":"` + text + `","i18n":{"key":"` + key + `"},` +
			`"class":"ERROR"}]}}`
	}
	answer := func(status int, body string) page.Reply { return page.Reply{Status: status, Body: []byte(body)} }
	for name, c := range map[string]struct {
		reply page.Reply
		want  outcome
		said  string
	}{
		"a new document": {page.Reply{Navigated: true}, accepted, ""},
		"accepted":       {answer(200, `{"stateHandle":"x"}`), accepted, ""},
		"not JSON":       {answer(200, "<html>"), accepted, ""},
		"wrong password": {answer(401, ion("errors.E0000004", "Authentication failed")), rejected, "Authentication failed"},
		"wrong code in a form": {answer(401,
			`{"remediation":{"value":[{"value":[{"form":{"value":[{"messages":{"value":[{"message":"Your code doesn't match",`+
				`"i18n":{"key":"api.authn.error.PASSCODE_INVALID"}}]}}]}}]}]}}`), rejected, "Your code doesn't match"},
		"expired":                {answer(401, ion("idx.session.expired", "You have been logged out")), outOfDate, ""},
		"locked":                 {answer(403, ion("errors.E0000119", "locked")), lockedOut, ""},
		"locked, by another key": {answer(401, ion("idx.error.account.locked", "x")), lockedOut, ""},
		"not assigned":           {answer(403, ion("access_denied.not.assigned", "x")), notAssigned, ""},
		"rate limited": {answer(429, `{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit"}`),
			rateLimited, "API call exceeded rate limit"},
		"rate limited, by a proxy": {answer(429, ""), rateLimited, ""},
		"denied": {answer(403, ion("security.access_denied", "You do not have permission")), policyDenied,
			"You do not have permission"},
		"denied, in own words": {answer(403, ion("security.access_denied_custom_message", "Call the service desk")),
			policyDenied, "Call the service desk"},
		"denied, with status 200": {answer(200, ion("security.access_denied", "x")), policyDenied, ""},
		"nothing would do":        {answer(400, ion("oie.assurance.unsatisfiable", "x")), policyDenied, ""},
		"the device is refused": {answer(403, ion("idx.error.code.access_denied.device_assurance.remediation.title", "x")),
			deviceDenied, ""},
		"the device is let in": {answer(200, `{"version":"1.0.0",`+
			`"remediation":{"value":[{"name":"device-assurance-grace-period"}]},"messages":{"value":[{"message":"x",`+
			`"i18n":{"key":"idx.error.code.access_denied.device_assurance.remediation.title"}}]}}`), accepted, ""},
		"the page's work is not taken": {answer(400, `{"version":"1.0.0","captcha":{"value":{"type":"ALTCHA"}},`+
			`"remediation":{"value":[{"name":"identify"}]},"messages":{"value":[{"message":"x","i18n":{"key":"captcha.failed"}}]}}`), workRefused, ""},
		"maintenance":           {answer(503, ""), underMaintenance, ""},
		"read only":             {answer(400, ion("E0000010", "x")), underMaintenance, ""},
		"a last word":           {answer(200, ion("idx.return.stale", "x")), rejected, ""},
		"a word on the way out": {answer(200, `{"version":"1.0.0","success":{},"messages":{"value":[]}}`), accepted, ""},
		"Okta's trouble":        {answer(502, "<html>"), serverTrouble, ""},
		"classic: wrong": {answer(401, `{"errorCode":"E0000004","errorSummary":"Authentication failed"}`), rejected,
			"Authentication failed"},
		"classic: locked out":       {answer(200, `{"status":"LOCKED_OUT"}`), lockedOut, ""},
		"classic: password expired": {answer(200, `{"status":"PASSWORD_EXPIRED"}`), newPasswordDue, ""},
		"classic: locked by code":   {answer(403, `{"errorCode":"E0000069","errorSummary":"User Locked"}`), lockedOut, ""},
		"classic: denied": {answer(403, `{"errorCode":"E0000006","errorSummary":"You do not have permission"}`),
			policyDenied, ""},
		"classic: state gone": {answer(401, `{"errorCode":"E0000011","errorSummary":"Invalid token provided"}`), outOfDate, ""},
		// Words mean nothing: they come in any language, and from anybody.
		"words alone": {answer(200, `{"message":"LOCKED_OUT E0000119 session.expired"}`), accepted, ""},
	} {
		if got := decodeResponse(c.reply); got.outcome != c.want || !strings.Contains(got.said, c.said) {
			t.Errorf("%s: %d, %q", name, got.outcome, got.said)
		}
	}
}

// TestAboutField: whether Okta complains of a field or of the whole form.
func TestAboutField(t *testing.T) {
	const message = `{"value":[{"message":"wrong","i18n":{"key":"k"}}]}`
	for body, want := range map[string]bool{
		`{"remediation":{"value":[{"value":[{"messages":` + message + `}]}]}}`:                                true,
		`{"remediation":{"value":[{"name":"identify"}]},"messages":` + message + `}`:                          false,
		`{"remediation":{"value":[{"name":"identify"}]}}`:                                                     false,
		`{"errorCode":"E0000068","errorSummary":"Invalid Passcode","errorCauses":[{"errorSummary":"wrong"}]}`: false,
	} {
		if got := decodeResponse(page.Reply{Status: 401, Body: []byte(body)}).aboutField; got != want {
			t.Errorf("%s: %t", body, got)
		}
	}
}

func TestDeadlines(t *testing.T) {
	four, zero := 4, 0
	at := time.Date(2031, time.March, 7, 17, 30, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		body string
		want response
	}{
		"nothing": {``, response{}},
		"days": {`{"version":"1.0.0","currentAuthenticator":{"value":{"settings":{"daysToExpiry":4}}}}`,
			response{identityEngine: true, daysToExpiry: &four}},
		"today": {`{"version":"1.0.0","currentAuthenticator":{"value":{"settings":{"daysToExpiry":0}}}}`,
			response{identityEngine: true, daysToExpiry: &zero}},
		"classic: days": {`{"status":"PASSWORD_WARN","_embedded":{"policy":{"expiration":{"passwordExpireDays":4}}}}`,
			response{daysToExpiry: &four}},
		"the earliest date": {`{"authenticators":{"value":[{"gracePeriod":{"expiry":"2031-12-01T00:00:00.000Z"}},` +
			`{"gracePeriod":{"expiry":"2031-03-07T17:30:00.000Z"}},{}]}}`, response{dueBy: at}},
		"a date that is none": {`{"authenticators":{"value":[{"gracePeriod":{"expiry":"soon"}},` +
			`{"gracePeriod":{"expiry":"2031-03-07T17:30:00.000Z"}}]}}`, response{dueBy: at}},
		"the fewest times": {`{"authenticators":{"value":[{"gracePeriod":{"remainingSkips":9}},` +
			`{"gracePeriod":{"remainingSkips":2}},{"gracePeriod":{"remainingSkips":0}}]}}`, response{skipsLeft: 2}},
		"the device's date": {`{"messages":{"value":[{"message":"x",` +
			`"i18n":{"key":"idx.device_assurance.grace_period.warning.title.due_by_date","params":["2031-03-07T17:30:00.000Z"]}},` +
			`{"i18n":{"key":"y","params":[7]}}]}}`, response{dueBy: at}},
		"classic: the last day": {`{"_embedded":{"policy":{"gracePeriod":{"endDate":"2031-03-07T17:30:00.000Z"}}}}`,
			response{dueBy: at}},
		"something of another type": {`{"version":7,"authenticators":"no",` +
			`"_embedded":{"policy":{"gracePeriod":{"endDate":"2031-03-07T17:30:00.000Z"}}}}`, response{dueBy: at}},
	} {
		got := decodeResponse(page.Reply{Status: 200, Body: []byte(c.body)})
		if !got.came || got.identityEngine != c.want.identityEngine || !got.dueBy.Equal(c.want.dueBy) ||
			got.skipsLeft != c.want.skipsLeft ||
			(got.daysToExpiry == nil) != (c.want.daysToExpiry == nil) ||
			got.daysToExpiry != nil && *got.daysToExpiry != *c.want.daysToExpiry {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if decodeResponse(page.Reply{Navigated: true}).came {
		t.Error("a new document counts as an answer")
	}
}

// FuzzResponse: any body is read without a panic; none makes a failure of the
// server's into a success, or a push into an approved one; and what is shown of
// it is one line that a terminal takes for text.
func FuzzResponse(f *testing.F) {
	for _, body := range []string{
		"", "<html>", "null", "[]", `"x"`, "7", "{", `{"a":`, "\xff", `{"a":[{"i18n":{"key":"x"},"message":"y"}]}`,
		fmt.Sprintf(pollingBody, "46"), pushRejected, biometricsBody, successBody, notedBody, fmt.Sprintf(classicResultBody, "WAITING"),
		`{"version":1,"status":[],"messages":{"value":{"i18n":7}},"remediation":{"value":[{"name":{}}]},"_embedded":[{"factor":null}]}`,
		`{"currentAuthenticator":{"value":{"key":"a","contextualData":{"correctAnswer":{"x":"y"}}}},"remediation":{"value":[null,` +
			`{"name":"challenge-poll"}]}}`,
		`{"currentAuthenticatorEnrollment":{"value":{"profile":{"phoneNumber":"\u001b[2J\n","deviceName":"\u202e"}}}}`,
		`{"errorCode":"E0000047","errorSummary":"stop\nstsx: hint: run x"}`, `{"status":"LOCKED_OUT"}`, `{"status":"PASSWORD_EXPIRED"}`,
		`{"remediation":{"value":[{"name":"authenticator-verification-data","value":[{"form":{"value":[{"name":"methodType",` +
			`"options":[{"value":"sms"},{"value":7},{}]}]}}]}]}}`,
		`{"currentAuthenticator":{"value":{"settings":{"daysToExpiry":9e999}}},` +
			`"authenticators":{"value":[{"gracePeriod":{"remainingSkips":-1}}]}}`,
		strings.Repeat(`{"a":`, 20_000) + strings.Repeat("}", 20_000),
	} {
		for _, status := range []int{0, 200, 400, 401, 403, 429, 500, 503} {
			f.Add(status, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		r := decodeResponse(page.Reply{Status: status, Body: body})
		if status >= 400 && r.outcome == accepted {
			t.Errorf("%d %q is accepted", status, body)
		}
		result := r.pushResult(time.Now().Add(pushLifetime))
		if status >= 500 && result == pushOver && r.outcome.passes() {
			t.Errorf("%d %q ends a push", status, body)
		}
		a := r.authenticator
		for _, shown := range []string{a.sentTo, a.device, a.app, a.number, a.result, (&signIn{}).shownText(r.said)} {
			if session.OneLine(shown, messageLength+1) != shown {
				t.Errorf("%q shows %q", body, shown)
			}
		}
		_, _, _ = r.summary(), r.unknownStep(), r.screenName() // none of them panics
	})
}
