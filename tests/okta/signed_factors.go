package okta

import "net/http"

// Factors whose page posts something signed by itself, and those that lead
// elsewhere.

// signedForm is the Identity Engine's page for one of them, nil for others.
func (o *Org) signedForm(out object, s *signIn) object {
	switch s.factor {
	case WebAuthn:
		return o.webauthnForm(out, s)
	case Duo:
		return o.duoForm(out, s)
	case OtherIdP, SmartCard:
		return o.redirectForm(out, s)
	}
	return nil
}

// trySigned checks what the page posted.
func (o *Org) trySigned(s *signIn, in assertion) codeResult {
	if s.factor == Duo {
		return o.tryDuo(s, in.SignatureData)
	}
	return o.tryAssertion(s, in)
}

// verifySigned is Classic's: without an assertion the page asks for the challenge.
func (o *Org) verifySigned(s *signIn, f Factor, in message) answer {
	if in.ClientData == "" {
		s.stage, s.factor, s.sent = stageChallenge, f, true
		return o.status(s)
	}
	s.factor = f
	if o.trySigned(s, in.assertion) != right {
		return apiError(http.StatusForbidden, "E0000068", "Invalid Passcode/Answer", "Your authenticator could not be verified. Try again.")
	}
	o.proven(s)
	return o.status(s)
}

// challengedSigned is Classic's transaction with the challenge in it.
func (o *Org) challengedSigned(s *signIn, out, embedded, links object) {
	out["status"], out["factorResult"] = "MFA_CHALLENGE", "CHALLENGE"
	factor := o.factor(s, s.factor)
	next := link("verify", o.verifyURL(s, s.factor))
	if s.factor == Duo {
		next = link("poll", o.verifyURL(s, s.factor))
		out["factorResult"] = "WAITING"
		factor["_embedded"] = object{"verification": object{
			"host": o.cfg.OtherServers.host, "signature": s.duoRequest(), "factorResult": "WAITING",
			"_links": object{"complete": link("", o.url+duoPath), "script": link("", o.url+"/js/sections/duo/Duo-Web-v2.6.js")},
		}}
	} else {
		factor["_embedded"] = object{"challenge": s.challengeData()}
	}
	embedded["factor"], embedded["policy"] = factor, o.factorsPolicy(s)
	links["next"], links["prev"] = next, link("previous", o.url+"/api/v1/authn/previous")
}

// duoBack takes what Duo's script has made, as a form; the page polls then.
func (o *Org) duoBack(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.current(r.PostFormValue("stateToken"))
	if s == nil || s.factor != Duo || o.tryDuo(s, r.PostFormValue("sig_response")) != right {
		http.Error(w, "not Duo's word", http.StatusForbidden)
		return
	}
	o.proven(s)
}

// routed is the webfinger answer for a username of another identity provider.
func routed(r *http.Request, href any) object {
	return object{
		"subject": r.URL.Query().Get("resource"),
		"links": []any{object{
			"rel": "http://openid.net/specs/connect/1.0/issuer", "href": href, "titles": object{"und": "Acme SSO"},
			"properties": object{"okta:idp:metadata": "", "okta:idp:type": "SAML2", "okta:idp:id": otherIdPID},
		}},
	}
}
