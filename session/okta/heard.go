package okta

import (
	"cmp"
	"encoding/json"
	"strings"
)

// heard is what Okta's last answer said of the authenticator at hand, which no
// page says without words.
type heard struct {
	to      string   // where codes go, masked as Okta masks it: "+1 XXX-XXX-4586"
	methods []string // the channels of a phone, in the page's order: "sms", "voice"

	// Of a push:
	result string // "WAITING", "REJECTED", "TIMEOUT"
	number string // what is to be picked on the phone; "" for nothing
	device string // the phone's name
	app    string // the app's
}

func (h heard) empty() bool {
	return h.to == "" && len(h.methods) == 0 && h.result == "" && h.device == ""
}

// hear reads an answer of the Identity Engine or of the Authn API.
func hear(body []byte) heard {
	type profile struct{ PhoneNumber, Email, DeviceName, Name string }
	type authenticator struct {
		Key, DisplayName string
		Profile          profile
		ContextualData   struct{ CorrectAnswer json.RawMessage }
	}
	type field struct {
		Name    string
		Options []struct{ Value string }
	}
	var said struct {
		CurrentAuthenticator, CurrentAuthenticatorEnrollment struct{ Value authenticator }
		AuthenticatorEnrollments                             struct{ Value []authenticator }
		Remediation                                          struct {
			Value []struct {
				Name  string
				Value []struct {
					Name string
					Form struct{ Value []json.RawMessage }
				}
			}
		}
		FactorResult string
		Embedded     struct {
			Factor struct {
				FactorType string
				Profile    profile
				Embedded   struct {
					Challenge struct{ CorrectAnswer json.RawMessage }
				} `json:"_embedded"`
			}
		} `json:"_embedded"`
	}
	_ = json.Unmarshal(body, &said) // of what doesn't fit, the rest counts
	var h heard
	for _, p := range []profile{said.CurrentAuthenticatorEnrollment.Value.Profile, said.Embedded.Factor.Profile} {
		if h.to = p.PhoneNumber + p.Email; h.to != "" {
			break
		}
	}
	if said.Embedded.Factor.FactorType == "push" {
		h.result, h.device = said.FactorResult, said.Embedded.Factor.Profile.Name
	}
	current := []authenticator{said.CurrentAuthenticator.Value, said.CurrentAuthenticatorEnrollment.Value}
	for _, a := range append(current, said.AuthenticatorEnrollments.Value...) {
		if key := current[0].Key + current[1].Key; a.Key != key || key == "" {
			continue
		}
		h.app, h.device = cmp.Or(h.app, a.DisplayName), cmp.Or(h.device, a.Profile.DeviceName)
	}
	for _, answer := range []json.RawMessage{
		current[0].ContextualData.CorrectAnswer, current[1].ContextualData.CorrectAnswer, said.Embedded.Factor.Embedded.Challenge.CorrectAnswer,
	} {
		h.number = cmp.Or(h.number, strings.Trim(string(answer), `"`)) // one engine has it as a number, the other as a text
	}
	for _, form := range said.Remediation.Value {
		if form.Name == "challenge-poll" {
			h.result = "WAITING"
		}
		if form.Name != "authenticator-verification-data" {
			continue
		}
		for _, outer := range form.Value {
			for _, raw := range outer.Form.Value {
				var f field
				if json.Unmarshal(raw, &f) != nil || f.Name != "methodType" {
					continue
				}
				for _, option := range f.Options {
					h.methods = append(h.methods, option.Value)
				}
			}
		}
	}
	return h
}
