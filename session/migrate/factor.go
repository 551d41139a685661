package migrate

import "strings"

// factorWord is stsx's word for a factor as Okta's API names it (factorType and
// provider), and as the tools write it; "" for what stsx has no word for.
func factorWord(kind, provider string) string {
	kind, provider = strings.ToLower(kind), strings.ToLower(provider)
	if provider == "duo" {
		return "duo"
	}
	switch kind {
	case "push", "sms", "call", "email", "question", "webauthn":
		return kind
	case "token:software:totp", "totp", "code":
		return map[string]string{"": "totp", "google": "google_otp", "okta": "okta_verify", "symantec": "symantec"}[provider]
	case "u2f", "fido":
		return "webauthn"
	case "token:hardware", "yubikey":
		return map[string]string{"": "yubikey", "yubico": "yubikey"}[provider]
	case "token":
		return map[string]string{"symantec": "symantec", "rsa": "rsa"}[provider]
	case "web", "passcode", "claims_provider", "duo":
		return "duo"
	case "":
		return map[string]string{"google": "google_otp", "yubico": "yubikey", "symantec": "symantec", "rsa": "rsa",
			"fido": "webauthn"}[provider]
	}
	return ""
}
