package okta

import (
	"testing"
	"time"

	"stsx/session/page"
)

func TestTold(t *testing.T) {
	four, zero := 4, 0
	at := time.Date(2031, time.March, 7, 17, 30, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		body string
		want told
	}{
		"nothing":                   {``, told{}},
		"days":                      {`{"version":"1.0.0","currentAuthenticator":{"value":{"settings":{"daysToExpiry":4}}}}`, told{engine: true, days: &four}},
		"today":                     {`{"version":"1.0.0","currentAuthenticator":{"value":{"settings":{"daysToExpiry":0}}}}`, told{engine: true, days: &zero}},
		"classic: days":             {`{"status":"PASSWORD_WARN","_embedded":{"policy":{"expiration":{"passwordExpireDays":4}}}}`, told{days: &four}},
		"the earliest date":         {`{"authenticators":{"value":[{"gracePeriod":{"expiry":"2031-12-01T00:00:00.000Z"}},{"gracePeriod":{"expiry":"2031-03-07T17:30:00.000Z"}},{}]}}`, told{until: at}},
		"a date that is none":       {`{"authenticators":{"value":[{"gracePeriod":{"expiry":"soon"}},{"gracePeriod":{"expiry":"2031-03-07T17:30:00.000Z"}}]}}`, told{until: at}},
		"the fewest times":          {`{"authenticators":{"value":[{"gracePeriod":{"remainingSkips":9}},{"gracePeriod":{"remainingSkips":2}},{"gracePeriod":{"remainingSkips":0}}]}}`, told{times: 2}},
		"the device's date":         {`{"messages":{"value":[{"message":"x","i18n":{"key":"idx.device_assurance.grace_period.warning.title.due_by_date","params":["2031-03-07T17:30:00.000Z"]}},{"i18n":{"key":"y","params":[7]}}]}}`, told{until: at}},
		"classic: the last day":     {`{"_embedded":{"policy":{"gracePeriod":{"endDate":"2031-03-07T17:30:00.000Z"}}}}`, told{until: at}},
		"something of another type": {`{"version":7,"authenticators":"no","_embedded":{"policy":{"gracePeriod":{"endDate":"2031-03-07T17:30:00.000Z"}}}}`, told{until: at}},
	} {
		got := tell(page.Reply{Status: 200, Body: []byte(c.body)})
		if !got.came || got.engine != c.want.engine || !got.until.Equal(c.want.until) || got.times != c.want.times ||
			(got.days == nil) != (c.want.days == nil) || got.days != nil && *got.days != *c.want.days {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if tell(page.Reply{Navigated: true}).came {
		t.Error("a new document counts as an answer")
	}
}

func TestSameUser(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"jane@acme.example", "JANE@acme.example", true},
		{"jane", "jane@acme.example", true},
		{"jane@acme.example", "jane", true},
		{"john@acme.example", "jane@acme.example", false},
		{"jane@other.example", "jane@acme.example", false},
		{"john", "jane@acme.example", false},
	} {
		if sameUser(c.a, c.b) != c.want {
			t.Errorf("%q and %q: not %v", c.a, c.b, c.want)
		}
	}
}
