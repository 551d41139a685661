package okta

import (
	"fmt"
	"slices"
	"strings"
)

// account is a user with what the org remembers of them.
type account struct {
	User
	id       string
	failures int // in a row; a right answer clears it
	spent    map[spentCode]bool
	sent     map[Factor]string   // the code under way
	shown    map[Factor][]string // what tokens have shown and nobody has used
	push     *push               // the last one sent to the phone
	proven   []Factor            // of a sign-in that wants EveryFactor
}

type spentCode struct {
	factor Factor
	step   int64
}

type accounts []*account

func newAccounts(users []User) accounts {
	var all accounts
	for _, u := range users {
		all = append(all, &account{User: clone(u), id: newID("00u"), spent: map[spentCode]bool{}, sent: map[Factor]string{},
			shown: map[Factor][]string{}})
	}
	return all
}

// clone keeps a caller's slices out of the org's reach, and the other way round.
func clone(u User) User {
	u.Others, u.Roles, u.Reauth = slices.Clone(u.Others), slices.Clone(u.Roles), slices.Clone(u.Reauth)
	for _, phone := range []**Phone{&u.Phone, &u.App} {
		if *phone != nil {
			one := **phone
			*phone = &one
		}
	}
	return u
}

func (all accounts) find(name string) *account {
	for _, a := range all {
		if strings.EqualFold(a.Name, strings.TrimSpace(name)) {
			return a
		}
	}
	return nil
}

// secret is the base32 seed of a factor, empty when it is not enrolled.
func (a *account) secret(f Factor) string {
	switch f {
	case GoogleTOTP:
		return a.User.GoogleTOTP
	case OktaVerifyTOTP:
		return a.User.OktaVerifyTOTP
	}
	return ""
}

// factors lists what the user may still verify with, in the order the page shows.
func (a *account) factors() []Factor {
	if a == nil {
		return nil
	}
	var all []Factor
	if a.Device != nil {
		all = append(all, FastPass)
	}
	if a.Phone != nil {
		all = append(all, OktaVerifyPush)
	}
	for _, f := range []Factor{OktaVerifyTOTP, GoogleTOTP} {
		if a.secret(f) != "" {
			all = append(all, f)
		}
	}
	if a.App != nil {
		all = append(all, CustomApp)
	}
	all = append(all, a.Others...)
	return slices.DeleteFunc(all, func(f Factor) bool { return slices.Contains(a.proven, f) })
}

// Update changes a user while the org runs: a password, a lock, the roles.
func (o *Org) Update(user string, change func(*User)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.accounts.find(user)
	if a == nil {
		return fmt.Errorf("no user %q", user)
	}
	u := clone(a.User)
	change(&u)
	if a.Locked && !u.Locked {
		a.failures = 0
	}
	a.User = clone(u)
	return nil
}

// tryPassword checks and counts; the caller holds o.mu. An unknown user fares
// like one with a wrong password.
func (o *Org) tryPassword(name, password string) codeResult {
	a := o.accounts.find(name)
	v := o.judge(a, func() codeResult {
		if a.Password == password {
			return right
		}
		return wrong
	})
	o.note(Event{Kind: PasswordTried, User: name, OK: v == right, Digest: o.journal.digest(password), Detail: detail(v)})
	o.lockIfNew(a, v)
	return v
}

// tryCode checks a one-time code and counts; the caller holds o.mu.
func (o *Org) tryCode(a *account, f Factor, code string) codeResult {
	v := o.judge(a, func() codeResult { return a.matchCode(f, code, o.cfg.Clock()) })
	o.note(Event{Kind: CodeTried, User: a.Name, Factor: f, OK: v == right, Digest: o.journal.digest(code), Detail: detail(v)})
	o.lockIfNew(a, v)
	return v
}

// judge applies what holds for every secret: a locked account gets nothing, a
// limited one neither, and MaxFailures misses in a row lock. The answer that
// locks says so at once.
func (o *Org) judge(a *account, check func() codeResult) codeResult {
	switch {
	case a == nil:
		return wrong
	case a.Locked:
		return locked
	case a.RateLimited:
		return rateLimited
	}
	v := check()
	if v == right {
		a.failures = 0
		return v
	}
	a.failures++
	if a.failures >= o.cfg.MaxFailures {
		return locked
	}
	return v
}

func (o *Org) lockIfNew(a *account, v codeResult) {
	if a != nil && v == locked && !a.Locked {
		a.Locked = true
		o.note(Event{Kind: Locked, User: a.Name})
	}
}

func detail(v codeResult) string {
	if v == right {
		return ""
	}
	return string(v)
}
