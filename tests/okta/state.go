package okta

import (
	"crypto/rand"
	"encoding/base64"
	"time"
)

// stage is where a sign-in stands: which form comes next.
type stage int

const (
	stageIdentify    stage = iota // username, with the password unless the org is identifier-first
	stagePassword                 // the password alone
	stageSelect                   // a list of factors
	stageChallenge                // one factor
	stageExpired                  // a new password must be set
	stageWarn                     // a new password may be set
	stageDevice                   // the page looks for Okta Verify on its computer
	stageOtherServer              // the page leads to another identity provider
	stageDetour                   // what Config.Detour says
	stageStay                     // whether to keep the person signed in
	stageDone                     // may be turned into a session, once
)

// signIn is one sign-in under way, found again by its state token (which the
// page carries) or, in the Identity Engine, by its state handle (which the
// answers carry).
type signIn struct {
	token  string
	handle string
	stage  stage
	name   string   // as typed
	user   *account // nil while unknown
	factor Factor
	sent   bool   // Okta sent a code, or an email with a link
	knows  bool   // the password was right
	push   *push  // the last one sent
	nonce  string // of the challenge under way, for a key, a device or Duo
	warned bool

	detours   int  // that it is past
	enrolling bool // what is to be set up was picked
	rememberedSignIn
	reauth  bool     // of a person who has a session
	again   []Factor // what is still to be proven then
	from    string   // path to return to
	expires time.Time
}

// begin opens a sign-in; the caller holds o.mu.
func (o *Org) begin(from string) *signIn {
	s := &signIn{token: newID("02.id."), from: from, expires: o.cfg.Clock().Add(o.cfg.StateLifetime)}
	if o.engine() == Classic {
		s.token = newID("00")
	}
	s.handle = s.token + "~c." + newID("")
	if o.cfg.Reach.Silent {
		s.stage = stageDevice
	}
	o.signIns[s.token], o.signIns[s.handle] = s, s
	o.tokens = append(o.tokens, s.token, s.handle)
	return s
}

// current finds a live sign-in by token or handle, or nil; the caller holds o.mu.
func (o *Org) current(key string) *signIn {
	s := o.signIns[key]
	if s == nil || !o.cfg.Clock().Before(s.expires) {
		return nil
	}
	return s
}

// answered finds the sign-in whose form was posted. It is where ExpireOnce bites.
func (o *Org) answered(key string) *signIn {
	s := o.current(key)
	if s != nil && o.expireNext {
		o.expireNext = false
		o.goToApp()
		o.end(s)
		s = nil
	}
	if s == nil {
		o.note(Event{Kind: StateExpired})
	}
	return s
}

func (o *Org) end(s *signIn) {
	delete(o.signIns, s.token)
	delete(o.signIns, s.handle)
}

// passwordRight moves on after the first factor.
func (o *Org) passwordRight(s *signIn) {
	s.knows = true
	switch {
	case s.reauth:
		o.reprove(s)
	case o.cfg.PasswordLast:
		o.factorsDone(s)
	case s.user.PasswordExpired || s.user.PasswordReset:
		s.stage = stageExpired
	case s.user.PasswordWarn && !s.warned:
		s.stage = stageWarn
	default:
		o.wantFactor(s)
	}
}

// wantFactor asks for the second factor: straight away when there is one only.
func (o *Org) wantFactor(s *signIn) {
	s.push = nil
	if o.knowsDevice(s) {
		o.factorsDone(s)
		return
	}
	all := s.user.factors()
	if o.engine() != Classic {
		all = s.user.merged()
	}
	switch len(all) {
	case 0:
		o.factorsDone(s)
	case 1:
		o.challenge(s, all[0])
		if all[0].pushes() && s.user.phone(all[0]).AutoPush && o.engine() != Classic {
			o.sendPush(s, all[0])
		}
	default:
		s.stage, s.factor = stageSelect, ""
	}
}

// proven moves on after a factor.
func (o *Org) proven(s *signIn) {
	if s.reauth {
		o.reprove(s)
		return
	}
	if o.cfg.PasswordLast && !s.knows {
		s.stage, s.factor = stagePassword, Password
		return
	}
	if o.cfg.EveryFactor {
		s.user.proven = append(s.user.proven, s.factor)
		o.wantFactor(s)
		return
	}
	o.factorsDone(s)
}

func (o *Org) factorsDone(s *signIn) {
	if o.detoured(s) || o.asksToStay(s) {
		return
	}
	s.stage = stageDone
}

// changePassword takes the new password as Okta does, and goes on.
func (o *Org) changePassword(s *signIn, password string) {
	s.user.Password, s.user.PasswordExpired, s.user.PasswordReset, s.user.PasswordWarn = password, false, false, false
	o.note(Event{Kind: PasswordChanged, User: s.user.Name, Digest: o.journal.digest(password)})
	o.wantFactor(s)
}

// newID makes an identifier of Okta's look: a prefix and random letters.
func newID(prefix string) string {
	var raw [15]byte
	_, _ = rand.Read(raw[:]) // crypto/rand.Read never fails
	return prefix + base64.RawURLEncoding.EncodeToString(raw[:])
}
