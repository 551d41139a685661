package okta

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"stsx/session/page"
)

// outcome is what Okta made of an answer.
type outcome int

const (
	accepted outcome = iota
	refused          // wrong, and may be tried again
	expired          // the sign-in was left too long: it starts over
	locked
	passwordExpired
	notAssigned
	forbidden  // by a policy
	unfit      // the device is, by a policy
	tooMany    // rate limited
	maintained // Okta is being maintained
	broken     // Okta's own trouble
)

// passes: what is sent again may be answered.
func (o outcome) passes() bool { return o == tooMany || o == maintained || o == broken }

// verdict is a response read.
type verdict struct {
	outcome outcome
	said    string // Okta's words in the response; the page's are preferred when quoting
	atField bool   // they are about a field: over the form the page only says that there is an error
	keys    []string
	next    []string // what Okta wants next, by its own names
	status  int
	wait    time.Duration
}

// account is a reply in a line, by Okta's own names for things.
func (v verdict) account(r page.Reply) string {
	if r.Navigated {
		return "pressed: a new document"
	}
	return fmt.Sprintf("pressed: HTTP %d, next %s, messages %s", r.Status, list(v.next), list(v.keys))
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, " ")
}

// remediations are the names of what a response offers to do next: of the
// Identity Engine, or Classic's status.
func remediations(body map[string]any) []string {
	var names []string
	if status, ok := body["status"].(string); ok {
		names = append(names, status)
	}
	remediation, _ := body["remediation"].(map[string]any)
	forms, _ := remediation["value"].([]any)
	for _, form := range forms {
		if form, ok := form.(map[string]any); ok {
			if name, ok := form["name"].(string); ok {
				names = append(names, name)
			}
		}
	}
	return names
}

// read tells the outcome of a response of the Identity Engine (ION) or of the
// Authn API (Classic), from its status and its keys and codes, never from its
// words: those come in the person's language.
func read(r page.Reply) verdict {
	if r.Navigated {
		return verdict{outcome: accepted}
	}
	var body map[string]any
	_ = json.Unmarshal(r.Body, &body) // not JSON: judged by status alone
	keys, said := messages(body)
	v := verdict{said: strings.Join(said, " "), keys: keys, next: remediations(body), status: r.Status, wait: r.Wait}
	v.atField = len(keys) > 0 && body["remediation"] != nil && body["messages"] == nil
	status, _ := body["status"].(string)
	switch {
	case status == "LOCKED_OUT" || has(keys, "E0000069", "E0000119", "locked", "suspended_factor"):
		v.outcome = locked
	case status == "PASSWORD_EXPIRED":
		v.outcome = passwordExpired
	case r.Status < http.StatusBadRequest && !dead(body):
		v.outcome = accepted
	case has(keys, "session.expired", "E0000011", "transaction_resource_not_found"):
		v.outcome = expired
	case has(keys, "not.assigned", "not_assigned"):
		v.outcome = notAssigned
	case r.Status == http.StatusTooManyRequests || has(keys, "E0000047"):
		v.outcome = tooMany
	case has(keys, "access_denied.device_assurance"):
		v.outcome = unfit
	case has(keys, "security.access_denied", "assurance.unsatisfiable", "E0000006", "E0000057", "E0000085"):
		v.outcome = forbidden
	case r.Status == http.StatusServiceUnavailable || has(keys, "E0000010"):
		v.outcome = maintained
	case r.Status >= http.StatusInternalServerError:
		v.outcome = broken
	default:
		v.outcome = refused
	}
	return v
}

// dead tells whether an answer of the Identity Engine leaves nothing to do but
// to read it, whatever its status.
func dead(body map[string]any) bool {
	_, engine := body["version"].(string)
	return engine && body["messages"] != nil && body["remediation"] == nil && body["success"] == nil
}

// messages collects what a body says: the keys by which Okta names its
// messages, and the messages themselves, wherever they stand.
func messages(node any) (keys, said []string) {
	switch node := node.(type) {
	case map[string]any:
		if i18n, ok := node["i18n"].(map[string]any); ok {
			if key, ok := i18n["key"].(string); ok {
				if text, ok := node["message"].(string); ok {
					keys = append(keys, key)
					said = append(said, text)
				}
			}
		}
		for _, name := range []string{"errorCode", "errorSummary"} {
			text, ok := node[name].(string)
			switch {
			case ok && name == "errorCode":
				keys = append(keys, text)
			case ok:
				said = append(said, text)
			}
		}
		for _, child := range node {
			k, s := messages(child)
			keys, said = append(keys, k...), append(said, s...)
		}
	case []any:
		for _, child := range node {
			k, s := messages(child)
			keys, said = append(keys, k...), append(said, s...)
		}
	}
	return keys, said
}

func has(keys []string, parts ...string) bool {
	for _, key := range keys {
		for _, part := range parts {
			if strings.Contains(key, part) {
				return true
			}
		}
	}
	return false
}
