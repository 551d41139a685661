package okta

import "encoding/json"

// heard is what Okta's last answer said of the authenticator at hand, which no
// page says without words.
type heard struct {
	to      string   // where codes go, masked as Okta masks it: "+1 XXX-XXX-4586"
	methods []string // the channels of a phone, in the page's order: "sms", "voice"
}

// hear reads an answer of the Identity Engine or of the Authn API.
func hear(body []byte) heard {
	type profile struct{ PhoneNumber, Email string }
	type field struct {
		Name    string
		Options []struct{ Value string }
	}
	var said struct {
		CurrentAuthenticatorEnrollment struct {
			Value struct{ Profile profile }
		}
		Remediation struct {
			Value []struct {
				Name  string
				Value []struct {
					Name string
					Form struct{ Value []json.RawMessage }
				}
			}
		}
		Embedded struct {
			Factor struct{ Profile profile }
		} `json:"_embedded"`
	}
	_ = json.Unmarshal(body, &said) // of what doesn't fit, the rest counts
	var h heard
	for _, p := range []profile{said.CurrentAuthenticatorEnrollment.Value.Profile, said.Embedded.Factor.Profile} {
		if h.to = p.PhoneNumber + p.Email; h.to != "" {
			break
		}
	}
	for _, form := range said.Remediation.Value {
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
