package okta

import "errors"

// spend uses a code up, as another sign-in would.
func (o *Org) spend(user string, f Factor, code string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if v := o.accounts.find(user).matchCode(f, code, o.cfg.Clock()); v != right {
		return errors.New("the code is " + string(v))
	}
	return nil
}
