package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"stsx/session"
)

// profileFailures are what went wrong for some of many profiles.
type profileFailures struct {
	act  string // "were not opened"
	of   int    // profiles in all
	each []profileFailure
}

// profileFailure is an error and the profiles that have it.
type profileFailure struct {
	profiles []string
	err      error
}

// add puts profiles with one error together.
func (f *profileFailures) add(profile string, err error) {
	for i, one := range f.each {
		if one.err.Error() == err.Error() {
			f.each[i].profiles = append(one.profiles, profile)
			return
		}
	}
	f.each = append(f.each, profileFailure{[]string{profile}, err})
}

// asError is f as an error of act, nil when nothing failed.
func (f profileFailures) asError(act string, of int) error {
	if len(f.each) == 0 {
		return nil
	}
	f.act, f.of = act, of
	return &f
}

func (f *profileFailures) Error() string { return strings.Join(f.Lines(), "\n") }

// Lines are how many failed and, on a line each, why.
func (f *profileFailures) Lines() []string {
	n := 0
	lines := []string{""}
	for _, one := range f.each {
		n += len(one.profiles)
		lines = append(lines, fmt.Sprintf("  %s: %v", nameList(one.profiles), one.err))
	}
	lines[0] = fmt.Sprintf("%d of %s %s:", n, session.Plural(f.of, "profile"), f.act)
	return lines
}

// worstStatus is the highest exit status among f, with the hint of the error that
// has it.
func (f *profileFailures) worstStatus() (code int, hint string) {
	for _, one := range f.each {
		if c, h := errorStatus(one.err); c > code {
			code, hint = c, h
		}
	}
	return code, hint
}

// wasStopped reports whether err, which may be nil, is the person's or a signal's
// wish to end.
func wasStopped(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil || errors.Is(err, session.ErrInterrupted)
}
