package okta

import (
	"encoding/json"
	"strings"
	"time"

	"stsx/session/page"
)

// told is what Okta's last answer said of the page that it led to, which the
// page itself says in words alone.
type told struct {
	came    bool // there was an answer
	engine  bool // of the Identity Engine
	verdict verdict

	days  *int      // until the password expires; nil: not said
	until time.Time // when what can be put off no longer can; zero: not said
	times int       // for which it can be put off; 0: not said
}

// tell reads an answer of the Identity Engine or of the Authn API.
func tell(r page.Reply) told {
	type grace struct {
		Expiry, EndDate string
		RemainingSkips  int
	}
	var said struct {
		Version              string
		CurrentAuthenticator struct {
			Value struct{ Settings struct{ DaysToExpiry *int } }
		}
		Authenticators struct {
			Value []struct{ GracePeriod grace }
		}
		Messages struct {
			Value []struct {
				I18n struct {
					Key    string
					Params []any
				}
			}
		}
		Embedded struct {
			Policy struct {
				Expiration  struct{ PasswordExpireDays *int }
				GracePeriod grace
			}
		} `json:"_embedded"`
	}
	_ = json.Unmarshal(r.Body, &said) // of what doesn't fit, the rest counts
	v := read(r)
	t := told{came: !r.Navigated && r.Status != 0, engine: said.Version != "", verdict: v}
	if t.days = said.CurrentAuthenticator.Value.Settings.DaysToExpiry; t.days == nil {
		t.days = said.Embedded.Policy.Expiration.PasswordExpireDays
	}
	t.due(said.Embedded.Policy.GracePeriod.EndDate)
	for _, a := range said.Authenticators.Value {
		t.due(a.GracePeriod.Expiry)
		if n := a.GracePeriod.RemainingSkips; n > 0 && (t.times == 0 || n < t.times) {
			t.times = n
		}
	}
	for _, m := range said.Messages.Value {
		if !strings.HasSuffix(m.I18n.Key, ".due_by_date") || len(m.I18n.Params) == 0 {
			continue
		}
		if text, ok := m.I18n.Params[0].(string); ok {
			t.due(text)
		}
	}
	return t
}

// due keeps the earliest of the moments told.
func (t *told) due(text string) {
	if at, err := time.Parse(time.RFC3339, text); err == nil && (t.until.IsZero() || at.Before(t.until)) {
		t.until = at
	}
}
