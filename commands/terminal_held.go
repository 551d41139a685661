package commands

import (
	"cmp"
	"errors"

	"stsx/session"
)

// terminalHeldError is an InputError where there is a terminal, but another
// program has it.
type terminalHeldError struct {
	input *session.InputError
	why   string
	login string // what opens the session beforehand, "" where nothing does
}

func (e *terminalHeldError) Error() string {
	text := e.input.What + " is required, but " + e.why
	if e.login != "" {
		text += ". First run, at a shell prompt: " + e.login
	}
	return text
}

// Hint is empty where the error has the cure.
func (e *terminalHeldError) Hint() string {
	if e.login != "" {
		return ""
	}
	return e.input.Give
}

func (e *terminalHeldError) Unwrap() error { return e.input }

// explainHeld is err, of opening the sessions of profiles or of something else
// (none), with the reason why nobody was asked where that is another program.
func (r *commandRun) explainHeld(err error, profiles ...string) error {
	var input *session.InputError
	var explained *terminalHeldError
	if !errors.As(err, &input) || errors.As(err, &explained) {
		return err
	}
	why := cmp.Or(input.Why, r.drivers.Ask.HeldBecause())
	if why == "" {
		return err
	}
	e := &terminalHeldError{input: input, why: why}
	if len(profiles) > 0 && !input.EachUse {
		e.login = r.loginLine(profiles...)
	}
	return e
}
