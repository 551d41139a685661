package okta

import "net/http"

func (o *Org) idxRoutes(mux *http.ServeMux) {
	post := func(path string, f func(*signIn, message) answer) {
		mux.HandleFunc("POST /idp/idx/"+path, o.api(ionType, func(r *http.Request, in message) answer {
			s := o.answered(in.StateHandle).comesFrom(o.device(r))
			if s == nil {
				return sessionExpired()
			}
			return f(s, in)
		}))
	}
	mux.HandleFunc("POST /idp/idx/introspect", o.api(ionType, o.introspect))
	mux.HandleFunc("POST /idp/idx/cancel", o.api(ionType, o.cancel))
	post("identify", o.identify)
	post("challenge", o.choose)
	post("challenge/answer", o.answer)
	post("challenge/resend", o.resend)
	post("authenticators/poll", o.poll)
	post("challenge/poll", o.poll)
	post("authenticators/poll/cancel", o.giveUp)
	post("authenticators/okta-verify/launch", o.launch)
	post("skip", o.skip)
	post("keep-me-signed-in", o.keepSignedIn)
	o.interstitialRoutes(post)
}

// ok shows where the sign-in stands now.
func (o *Org) ok(s *signIn) answer {
	status := http.StatusOK
	if o.denies(s) {
		status = http.StatusForbidden
	}
	return answer{status, o.body(s, nil)}
}

// sessionExpired is the terminal answer to a form of a sign-in that is gone.
func sessionExpired() answer {
	return answer{http.StatusUnauthorized, object{
		"version": "1.0.0",
		"messages": list(
			messageObject("idx.session.expired", "You have been logged out due to inactivity. Refresh or return to the sign in screen."),
		),
	}}
}

// introspect is the widget's first request; it carries the page's state token,
// or after a reload the handle the widget kept.
func (o *Org) introspect(_ *http.Request, in message) answer {
	key := in.StateToken
	if key == "" {
		key = in.StateHandle
	}
	s := o.current(key)
	if s == nil {
		o.note(Event{Kind: StateExpired})
		return sessionExpired()
	}
	return o.ok(s)
}

// cancel gives a sign-in up and starts the next one from the top.
func (o *Org) cancel(_ *http.Request, in message) answer {
	from := homePath
	if s := o.current(in.StateHandle); s != nil {
		o.note(Event{Kind: Cancelled, User: s.name})
		from = s.from
		o.end(s)
	}
	return o.ok(o.begin(from))
}

func (o *Org) identify(s *signIn, in message) answer {
	if !o.human(in) {
		return answer{http.StatusBadRequest, o.body(s, messageObject("captcha.failed", "Try again."))}
	}
	if !o.worked(s, in) {
		return o.workMissing(s)
	}
	s.name, s.user = in.Identifier, o.accounts.find(in.Identifier)
	s.stage = stageIdentify
	o.note(Event{Kind: Identified, User: in.Identifier, OK: s.user != nil})
	o.asked(s, in.RememberMe, "box")
	if o.cfg.Routed && s.user != nil {
		s.stage, s.factor = stageOtherServer, OtherIdP
		return o.ok(s)
	}
	if o.cfg.PasswordLast && s.user != nil {
		o.wantFactor(s)
		return o.ok(s)
	}
	if o.cfg.IdentifierFirst || o.cfg.PasswordLast {
		// An unknown user gets the password page too: Okta does not tell who exists.
		s.stage = stagePassword
		return o.ok(s)
	}
	return o.first(s, in.Credentials.Passcode)
}

// first checks the password and then whether the app is the user's.
func (o *Org) first(s *signIn, password string) answer {
	if v := o.tryPassword(s.name, password); v != right {
		complaint := messageObject("errors.E0000004", "Authentication failed")
		if s.stage == stagePassword {
			complaint = messageObject("incorrectPassword", "Password is incorrect")
		}
		return o.refuse(s, v, complaint)
	}
	if s.user.Unassigned {
		o.note(Event{Kind: Refused, User: s.user.Name})
		s.stage = stageIdentify
		return answer{
			http.StatusBadRequest,
			o.body(s, messageObject("idx.error.user.not.assigned.to.app", "User is not assigned to this application.")),
		}
	}
	o.passwordRight(s)
	return o.ok(s)
}

// refuse is the answer to a secret that is not right: complaint when it is just
// wrong, else what stands above it. The lock's status is not in Okta's examples.
func (o *Org) refuse(s *signIn, v codeResult, complaint object) answer {
	switch v {
	case locked:
		s.stage = stageIdentify
		return answer{http.StatusForbidden, o.body(s, messageObject("errors.E0000119", "User is locked"))}
	case rateLimited:
		body := o.body(s, nil)
		delete(body, "remediation")
		body["messages"] = list(messageObject("tooManyRequests", "Too many requests"))
		return answer{http.StatusTooManyRequests, body}
	}
	return answer{http.StatusUnauthorized, o.body(s, complaint)}
}

// choose takes a factor from the list, also from the link under a challenge.
func (o *Org) choose(s *signIn, in message) answer {
	if o.channel(s, in) {
		return o.ok(s)
	}
	if s.stage != stageSelect && s.stage != stageChallenge {
		return answer{http.StatusBadRequest, o.body(s, nil)}
	}
	for _, f := range s.user.merged() {
		if a := authenticatorOf(f); a.id == in.Authenticator.ID && (f.key() != "okta_verify" || a.method == in.Authenticator.MethodType) {
			o.note(Event{Kind: FactorChosen, User: s.user.Name, Factor: f})
			o.challenge(s, f)
			if f.pushes() {
				if auto := in.Authenticator.AutoChallenge; auto != nil {
					s.user.phone(f).AutoPush = *auto
				}
				o.sendPush(s, f)
			}
			return o.ok(s)
		}
	}
	return answer{http.StatusBadRequest, o.body(s, messageObject("api.factors.error.not.found", "Unknown authenticator"))}
}

// answer takes whatever the form shown asked for.
func (o *Org) answer(s *signIn, in message) answer {
	if !o.worked(s, in) {
		return o.workMissing(s)
	}
	switch s.stage {
	case stagePassword:
		return o.first(s, in.Credentials.Passcode)
	case stageChallenge:
		return o.second(s, in)
	case stageExpired, stageWarn:
		o.changePassword(s, in.Credentials.Passcode)
		return o.ok(s)
	case stageDetour:
		return o.setUp(s, in)
	}
	return answer{http.StatusBadRequest, o.body(s, nil)}
}

func (o *Org) second(s *signIn, in message) answer {
	if s.factor == WebAuthn || s.factor == Duo {
		v := o.trySigned(s, in.Credentials.assertion)
		if v != right {
			return o.refuse(s, v, messageObject("authfactor.webauthn.error", "Your authenticator could not be verified. Try again."))
		}
		o.proven(s)
		return o.ok(s)
	}
	code := in.Credentials.Passcode
	if s.factor == OktaVerifyTOTP {
		code = in.Credentials.TOTP
	}
	if s.factor == SecurityQuestion {
		code = in.Credentials.Answer
	}
	switch v := o.tryCode(s.user, s.factor, code); v {
	case right:
		o.proven(s)
		return o.ok(s)
	case used:
		return o.refuse(
			s,
			v,
			messageObject(
				"authfactor.challenge.soft_token.used_passcode",
				"API error: Each code can only be used once. Please wait for a new code and try again.",
			),
		)
	default:
		return o.refuse(s, v, wrongCode(s.factor))
	}
}

// wrongCode is how each authenticator words it.
func wrongCode(f Factor) object {
	if f == GoogleTOTP || f == Symantec {
		return messageObject(
			"authfactor.challenge.soft_token.invalid_passcode",
			"API error: Your code doesn't match our records. Please try again.",
		)
	}
	return messageObject("api.authn.error.PASSCODE_INVALID", "Invalid code. Try again.")
}
