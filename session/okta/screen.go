package okta

import (
	"context"
	"slices"
)

// screenKind is who answers a page.
type screenKind int

const (
	passingScreen            screenKind = iota // stsx, without anything of the person's
	loginScreen                                // stsx, with the username and the password
	factorScreen                               // stsx, with what an authenticator gives
	otherAuthenticatorScreen                   // the page of one that is not wanted
	personScreen                               // the person
	messageScreen                              // nobody: it says something
)

// screen is one page that can be answered.
type screen struct {
	name   string // for messages
	mark   string // what on a page says that it is this one
	answer func(ctx context.Context) error
	kind   screenKind
}

// tables are what a sign-in can answer.
type tables struct {
	screens                 []screen
	factors                 []factor
	switchExit, classicExit exit
}

// marksOf are the marks of those rows of the table that are wanted.
func (s *signIn) marksOf(wanted func(screen) bool) []string {
	var marks []string
	for _, c := range s.screens {
		if wanted(c) {
			marks = append(marks, c.mark)
		}
	}
	return marks
}

// screenNamed is the row of the table with that name.
func (s *signIn) screenNamed(name string) (screen, bool) {
	i := slices.IndexFunc(s.screens, func(c screen) bool { return name != "" && c.name == name })
	if i < 0 {
		return screen{}, false
	}
	return s.screens[i], true
}
