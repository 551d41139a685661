package okta

import (
	"net/http"
	"strings"
)

const jsonType = "application/json"

func (o *Org) classicRoutes(mux *http.ServeMux) {
	post := func(path string, f func(*http.Request, *signIn, message) answer) {
		mux.HandleFunc("POST /api/v1/authn/"+path, o.api(jsonType, func(r *http.Request, in message) answer {
			s := o.answered(in.StateToken).comesFrom(o.device(r))
			if s == nil {
				return invalidToken()
			}
			o.boxes(r, s)
			return f(r, s, in)
		}))
	}
	mux.HandleFunc("GET /.well-known/webfinger", o.api("application/jrd+json", o.webfinger))
	mux.HandleFunc("POST /api/v1/authn", o.api(jsonType, o.authn))
	mux.HandleFunc("POST /api/v1/authn/introspect", o.api(jsonType, o.authnState))
	post("factors/{id}/verify", o.verify)
	post("factors/{id}/verify/resend", o.verify)
	post("previous", func(_ *http.Request, s *signIn, _ message) answer { o.wantFactor(s); return o.status(s) })
	post("skip", o.authnSkip)
	post("credentials/change_password", o.authnChange)
	o.classicInterstitials(mux, post)
	post("cancel", func(_ *http.Request, s *signIn, _ message) answer {
		o.note(Event{Kind: Cancelled, User: s.name})
		o.end(s)
		return answer{http.StatusOK, object{"relayState": s.from}}
	})
}

// webfinger tells an identifier-first page that the password is Okta's.
func (o *Org) webfinger(r *http.Request, _ message) answer {
	name := strings.TrimPrefix(r.URL.Query().Get("resource"), "okta:acct:")
	o.note(Event{Kind: Identified, User: name, OK: o.accounts.find(name) != nil})
	if a := o.accounts.find(name); o.cfg.Routed && a != nil {
		s := o.begin(embedPath)
		s.name, s.user, s.stage, s.factor = name, a, stageOtherServer, OtherIdP
		return answer{http.StatusOK, routed(r, o.redirectForm(object{}, s)["href"])}
	}
	return answer{http.StatusOK, object{
		"subject": r.URL.Query().Get("resource"),
		"links": []any{object{
			"rel": "http://openid.net/specs/connect/1.0/issuer", "href": o.url + "/sso/idps/OKTA",
			"titles": object{"und": "stsx-test"}, "properties": object{"okta:idp:metadata": "", "okta:idp:type": "OKTA",
				"okta:idp:id": "OKTA"},
		}},
	}}
}

// authn starts a sign-in with a username and password, or with a state token
// alone tells where one stands.
func (o *Org) authn(r *http.Request, in message) answer {
	if in.Username == "" && in.StateToken != "" {
		return o.authnState(r, in)
	}
	o.note(Event{Kind: Identified, User: in.Username, OK: o.accounts.find(in.Username) != nil})
	if o.expireNext {
		o.expireNext = false
		o.goToApp()
		o.note(Event{Kind: StateExpired})
		return invalidToken()
	}
	if user := o.accounts.find(in.Username); o.cfg.PasswordLast && user != nil && in.Password == "" {
		s := o.begin(homePath).comesFrom(o.device(r))
		s.name, s.user = in.Username, user
		o.wantFactor(s)
		return o.status(s)
	}
	switch o.tryPassword(in.Username, in.Password) {
	case right:
		s := o.begin(homePath).comesFrom(o.device(r))
		s.name, s.user = in.Username, o.accounts.find(in.Username)
		o.passwordRight(s)
		return o.status(s)
	case locked:
		return answer{http.StatusOK, object{"status": "LOCKED_OUT",
			"_links": object{"unlock": link("unlock", o.url+"/api/v1/authn/recovery/unlock")}}}
	case rateLimited:
		return apiError(http.StatusTooManyRequests, "E0000047", "API call exceeded rate limit due to too many requests.")
	}
	return apiError(http.StatusUnauthorized, "E0000004", "Authentication failed")
}

func (o *Org) authnState(_ *http.Request, in message) answer {
	s := o.current(in.StateToken)
	if s == nil {
		o.note(Event{Kind: StateExpired})
		return invalidToken()
	}
	return o.status(s)
}

// verify takes a one-time code. Without one the widget only announces which
// factor it is about, and is told to ask.
func (o *Org) verify(r *http.Request, s *signIn, in message) answer {
	f, enrolled := s.user.enrolledAs(r.PathValue("id"))
	if f == Duo && s.stage == stageDone {
		return o.status(s) // the page polls, and Duo's word is there
	}
	if !enrolled || (s.stage != stageSelect && s.stage != stageChallenge && s.stage != stagePassword) {
		return apiError(http.StatusForbidden, "E0000079", "This operation is not allowed in the user's current status.")
	}
	if f == OktaVerifyPush {
		return o.verifyPush(r, s, strings.HasSuffix(r.URL.Path, "/resend"))
	}
	if f == WebAuthn || f == Duo {
		return o.verifySigned(s, f, in)
	}
	code := in.PassCode
	if f == SecurityQuestion {
		code = in.Answer
	}
	if f.sends() && code == "" {
		s.stage, s.factor = stageChallenge, f
		o.send(s, f)
		return o.status(s)
	}
	var v codeResult
	if f == Password {
		v = o.tryPassword(s.name, in.Password)
		s.knows = v == right
	} else {
		v = o.tryCode(s.user, f, code)
	}
	switch v {
	case right:
		o.proven(s)
		return o.status(s)
	case used:
		return apiError(http.StatusForbidden, "E0000082", "Each code can only be used once. Please wait for a new code and try again.")
	case locked:
		return apiError(http.StatusForbidden, "E0000069", "User Locked")
	case rateLimited:
		return apiError(http.StatusTooManyRequests, "E0000047", "API call exceeded rate limit due to too many requests.")
	}
	return apiError(http.StatusForbidden, "E0000068", "Invalid Passcode/Answer",
		"Your passcode doesn't match our records. Please try again.")
}

func (o *Org) authnChange(_ *http.Request, s *signIn, in message) answer {
	if s.stage != stageExpired && s.stage != stageWarn {
		return apiError(http.StatusForbidden, "E0000079", "This operation is not allowed in the user's current status.")
	}
	if in.OldPassword != s.user.Password {
		return apiError(http.StatusForbidden, "E0000014", "Update of credentials failed", "Old Password is not correct")
	}
	o.changePassword(s, in.NewPassword)
	return o.status(s)
}

// status is the transaction as the Authn API tells it.
func (o *Org) status(s *signIn) answer {
	user := object{"id": s.user.id, "passwordChanged": "2026-01-05T09:00:00.000Z", "profile": object{
		"login": s.user.Name, "firstName": "Jane", "lastName": "Roe", "locale": "en", "timeZone": "Europe/Berlin",
	}}
	embedded := object{"user": user}
	links := object{"cancel": link("cancel", o.url+"/api/v1/authn/cancel")}
	out := object{"stateToken": s.token, "expiresAt": stamp(s.expires), "_embedded": embedded, "_links": links}
	switch s.stage {
	case stageDone:
		if s.reauth {
			links["next"] = link("original", o.url+stepUpPath+"?stateToken="+s.token)
			return answer{http.StatusOK, object{"status": "SUCCESS", "type": "SESSION_STEP_UP", "expiresAt": stamp(s.expires),
				"_embedded": embedded, "_links": links}}
		}
		ticket := newID("20111")
		o.tickets[ticket] = s.user
		o.end(s)
		return answer{http.StatusOK, object{"status": "SUCCESS", "expiresAt": stamp(s.expires), "sessionToken": ticket,
			"_embedded": embedded, "_links": links}}
	case stageExpired, stageWarn:
		out["status"] = "PASSWORD_EXPIRED"
		policy := object{"complexity": object{"minLength": 8, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 0,
			"excludeUsername": true}}
		if s.stage == stageWarn {
			out["status"] = "PASSWORD_WARN"
			policy["expiration"] = object{"passwordExpireDays": WarnDays}
			links["skip"] = link("skip", o.url+"/api/v1/authn/skip")
		}
		embedded["policy"] = policy
		links["next"] = link("changePassword", o.url+"/api/v1/authn/credentials/change_password")
	case stageDetour:
		return o.classicDetour(s, out, embedded, links)
	case stageChallenge:
		if s.factor == OktaVerifyPush && s.push != nil {
			o.challenged(s, out, embedded, links)
			return answer{http.StatusOK, out}
		}
		if s.sent && (s.factor == WebAuthn || s.factor == Duo) {
			o.challengedSigned(s, out, embedded, links)
			return answer{http.StatusOK, out}
		}
		if s.sent {
			out["status"], out["factorResult"] = "MFA_CHALLENGE", "CHALLENGE"
			embedded["factor"] = o.factor(s, s.factor)
			links["next"] = link("verify", o.verifyURL(s, s.factor))
			kind, _, _, _ := classicOf(s.factor)
			links["resend"] = []any{link(kind, o.verifyURL(s, s.factor)+"/resend")}
			links["prev"] = link("previous", o.url+"/api/v1/authn/previous")
			return answer{http.StatusOK, out}
		}
		fallthrough
	default:
		out["status"] = "MFA_REQUIRED"
		var all []any
		for _, f := range s.user.factors() {
			all = append(all, o.factor(s, f))
		}
		if s.stage == stagePassword {
			all = []any{o.factor(s, Password)}
		}
		embedded["factors"] = all
		embedded["policy"] = o.factorsPolicy(s)
	}
	return answer{http.StatusOK, out}
}

// factor is an enrolment as the Authn API tells it.
func (o *Org) factor(s *signIn, f Factor) object {
	out := object{
		"id": factorID(s.user, f), "provider": "OKTA", "vendorName": "OKTA", "profile": object{"credentialId": s.user.Name},
		"_links": object{"verify": link("", o.verifyURL(s, f))},
	}
	switch f {
	case GoogleTOTP:
		out["factorType"], out["provider"], out["vendorName"] = "token:software:totp", "GOOGLE", "GOOGLE"
	case OktaVerifyTOTP:
		out["factorType"] = "token:software:totp"
	case OktaVerifyPush:
		out["factorType"] = "push"
		out["profile"] = object{"credentialId": s.user.Name, "deviceType": "SmartPhone_Android", "name": s.user.Phone.name(),
			"platform": "ANDROID", "version": "15"}
	default:
		var profile object
		out["factorType"], out["provider"], out["vendorName"], profile = classicOf(f)
		if f == WebAuthn {
			profile["credentialId"] = s.user.Key.credentialID()
		}
		out["profile"] = profile
	}
	return out
}

func (o *Org) verifyURL(s *signIn, f Factor) string {
	return o.url + "/api/v1/authn/factors/" + factorID(s.user, f) + "/verify"
}

// factorID is the enrolment's id: of the user and the factor.
func factorID(a *account, f Factor) string {
	return strings.ReplaceAll(string(f), "_", "") + strings.TrimPrefix(a.id, "00u")
}

// enrolledAs finds the factor of an enrolment's id.
func (a *account) enrolledAs(id string) (Factor, bool) {
	for _, f := range append(a.factors(), Password) {
		if factorID(a, f) == id {
			return f, true
		}
	}
	return "", false
}

func link(name, href string) object {
	l := object{"href": href, "hints": object{"allow": []any{"POST"}}}
	if name != "" {
		l["name"] = name
	}
	return l
}

func invalidToken() answer {
	return apiError(http.StatusUnauthorized, "E0000011", "Invalid token provided")
}

// apiError is the error body of Okta's public API.
func apiError(status int, code, summary string, causes ...string) answer {
	list := []any{}
	for _, c := range causes {
		list = append(list, object{"errorSummary": c})
	}
	return answer{status, object{"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": newID("oae"),
		"errorCauses": list}}
}
