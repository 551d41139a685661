package okta

import (
	"strings"
	"testing"

	"stsx/session/page"
)

func TestVerdict(t *testing.T) {
	ion := func(key, text string) string {
		return `{"version":"1.0.0","messages":{"type":"array","value":[{"message":"` + text + `","i18n":{"key":"` + key + `"},"class":"ERROR"}]}}`
	}
	for name, c := range map[string]struct {
		reply page.Reply
		want  outcome
		said  string
	}{
		"a new document":            {page.Reply{Navigated: true}, accepted, ""},
		"accepted":                  {page.Reply{Status: 200, Body: []byte(`{"stateHandle":"x"}`)}, accepted, ""},
		"not JSON":                  {page.Reply{Status: 200, Body: []byte("<html>")}, accepted, ""},
		"wrong password":            {page.Reply{Status: 401, Body: []byte(ion("errors.E0000004", "Authentication failed"))}, refused, "Authentication failed"},
		"wrong code in a form":      {page.Reply{Status: 401, Body: []byte(`{"remediation":{"value":[{"value":[{"form":{"value":[{"messages":{"value":[{"message":"Your code doesn't match","i18n":{"key":"api.authn.error.PASSCODE_INVALID"}}]}}]}}]}]}}`)}, refused, "Your code doesn't match"},
		"expired":                   {page.Reply{Status: 401, Body: []byte(ion("idx.session.expired", "You have been logged out"))}, expired, ""},
		"locked":                    {page.Reply{Status: 403, Body: []byte(ion("errors.E0000119", "locked"))}, locked, ""},
		"locked, by another key":    {page.Reply{Status: 401, Body: []byte(ion("idx.error.account.locked", "x"))}, locked, ""},
		"not assigned":              {page.Reply{Status: 403, Body: []byte(ion("access_denied.not.assigned", "x"))}, notAssigned, ""},
		"rate limited":              {page.Reply{Status: 429, Body: []byte(`{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit"}`)}, tooMany, "API call exceeded rate limit"},
		"rate limited, by a proxy":  {page.Reply{Status: 429}, tooMany, ""},
		"denied":                    {page.Reply{Status: 403, Body: []byte(ion("security.access_denied", "You do not have permission"))}, forbidden, "You do not have permission"},
		"denied, in own words":      {page.Reply{Status: 403, Body: []byte(ion("security.access_denied_custom_message", "Call the service desk"))}, forbidden, "Call the service desk"},
		"denied, with status 200":   {page.Reply{Status: 200, Body: []byte(ion("security.access_denied", "x"))}, forbidden, ""},
		"nothing would do":          {page.Reply{Status: 400, Body: []byte(ion("oie.assurance.unsatisfiable", "x"))}, forbidden, ""},
		"the device is refused":     {page.Reply{Status: 403, Body: []byte(ion("idx.error.code.access_denied.device_assurance.remediation.title", "x"))}, unfit, ""},
		"the device is let in":      {page.Reply{Status: 200, Body: []byte(`{"version":"1.0.0","remediation":{"value":[{"name":"device-assurance-grace-period"}]},"messages":{"value":[{"message":"x","i18n":{"key":"idx.error.code.access_denied.device_assurance.remediation.title"}}]}}`)}, accepted, ""},
		"maintenance":               {page.Reply{Status: 503}, maintained, ""},
		"read only":                 {page.Reply{Status: 400, Body: []byte(ion("E0000010", "x"))}, maintained, ""},
		"a last word":               {page.Reply{Status: 200, Body: []byte(ion("idx.return.stale", "x"))}, refused, ""},
		"a word on the way out":     {page.Reply{Status: 200, Body: []byte(`{"version":"1.0.0","success":{},"messages":{"value":[]}}`)}, accepted, ""},
		"Okta's trouble":            {page.Reply{Status: 502, Body: []byte("<html>")}, broken, ""},
		"classic: wrong":            {page.Reply{Status: 401, Body: []byte(`{"errorCode":"E0000004","errorSummary":"Authentication failed"}`)}, refused, "Authentication failed"},
		"classic: locked out":       {page.Reply{Status: 200, Body: []byte(`{"status":"LOCKED_OUT"}`)}, locked, ""},
		"classic: password expired": {page.Reply{Status: 200, Body: []byte(`{"status":"PASSWORD_EXPIRED"}`)}, passwordExpired, ""},
		"classic: locked by code":   {page.Reply{Status: 403, Body: []byte(`{"errorCode":"E0000069","errorSummary":"User Locked"}`)}, locked, ""},
		"classic: denied":           {page.Reply{Status: 403, Body: []byte(`{"errorCode":"E0000006","errorSummary":"You do not have permission"}`)}, forbidden, ""},
		"classic: state gone":       {page.Reply{Status: 401, Body: []byte(`{"errorCode":"E0000011","errorSummary":"Invalid token provided"}`)}, expired, ""},
		// Words mean nothing: they come in any language, and from anybody.
		"words alone": {page.Reply{Status: 200, Body: []byte(`{"message":"LOCKED_OUT E0000119 session.expired"}`)}, accepted, ""},
	} {
		if got := read(c.reply); got.outcome != c.want || !strings.Contains(got.said, c.said) {
			t.Errorf("%s: %d, %q", name, got.outcome, got.said)
		}
	}
}

// TestAtField: whether Okta complains of a field or of the whole form.
func TestAtField(t *testing.T) {
	const message = `{"value":[{"message":"wrong","i18n":{"key":"k"}}]}`
	for body, want := range map[string]bool{
		`{"remediation":{"value":[{"value":[{"messages":` + message + `}]}]}}`:                                true,
		`{"remediation":{"value":[{"name":"identify"}]},"messages":` + message + `}`:                          false,
		`{"remediation":{"value":[{"name":"identify"}]}}`:                                                     false,
		`{"errorCode":"E0000068","errorSummary":"Invalid Passcode","errorCauses":[{"errorSummary":"wrong"}]}`: false,
	} {
		if got := read(page.Reply{Status: 401, Body: []byte(body)}).atField; got != want {
			t.Errorf("%s: %t", body, got)
		}
	}
}

// FuzzVerdict: any body is read without a panic, and none makes a failure of
// the server's into a success.
func FuzzVerdict(f *testing.F) {
	f.Add(401, []byte(`{"a":[{"i18n":{"key":"x"},"message":"y"}]}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if v := read(page.Reply{Status: status, Body: body}); status >= 400 && v.outcome == accepted {
			t.Errorf("%d %q is accepted", status, body)
		}
	})
}
