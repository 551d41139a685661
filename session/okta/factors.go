package okta

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// factor is one way to prove who one is besides the password: a row of the
// table of authenticators.
type factor struct {
	names  []string // as in the configuration: mfa = "totp"
	title  string   // as the person knows it
	listed string   // mark in a list of authenticators
	page   string   // mark of the page that asks for it: of its field, where it has one

	// answer answers that page.
	answer func(ctx context.Context, f factor) error

	needsWindow  bool   // only a person at a window can answer it
	alwaysWanted bool   // answered whatever was chosen
	field        string // of the code, where page is more than that
	submit       string // what sends the code off; "": submitButton
	send         string // what makes Okta send the code, or the push
	sendAgain    string // what makes Okta send another
	digits       bool   // its codes are made of digits alone
	question     string // mark of the question that is to be answered in words
	waiting      string // mark of the page that waits for a phone
	app          string // where the phone asks; "": Okta says its name
	needs        string // of the person at the window, for messages
}

// listedFactor is one line of the page's list.
type listedFactor struct {
	index   int      // its place in the list
	name    string   // as Okta shows it: "Phone (+1 XXX-XXX-4586)"
	factors []factor // that it may be; Classic shows two of Okta Verify's as one
}

func (l listedFactor) is(title string) bool {
	return slices.ContainsFunc(l.factors, func(f factor) bool { return f.title == title })
}

// answerFactor answers f's page if f is what the person wants.
func (s *signIn) answerFactor(ctx context.Context, f factor) error {
	if !f.alwaysWanted {
		leave, err := s.leaveUnwanted(ctx, f)
		if leave != nil || err != nil {
			return leaveUnlessFailed(ctx, leave, err)
		}
		s.selection.settleOn(f)
		if err := s.checkUnattended(f); err != nil {
			return err
		}
		if s.asksInWindow && !s.hasAnswer(f) {
			return s.handOver(ctx, "Okta asks for "+f.title)
		}
	}
	return f.answer(ctx, f)
}

// hasAnswer reports whether stsx answers f's page without a person: with a code
// that it was given or that a command prints, or as FastPass.
func (s *signIn) hasAnswer(f factor) bool {
	return f.needsNobody() && (f.field == "" || len(s.org.MFACommand) > 0 || !s.code.source.Given.IsZero())
}

func (s *signIn) wants(f factor) bool { return s.selection.wants(f, s.org.MFA) }

// notOffered says what Okta offers when nothing in it will do.
func (s *signIn) notOffered(names []string) error {
	want := "a factor that stsx can answer"
	if s.org.MFA != "" {
		want = s.org.MFA
	}
	text := want + " is not available"
	if len(names) > 0 {
		text += "; Okta offers you " + strings.Join(names, ", ")
	}
	return fmt.Errorf("signing in to %s: %s", s.org.Name, text)
}

// leaveUnwanted is how f's page is left when it is not what is wanted, nil when
// it is.
func (s *signIn) leaveUnwanted(ctx context.Context, f factor) (leaveFunc, error) {
	if s.wants(f) {
		if s.selection.factor != nil || s.selection.anyFactor || s.org.MFA != "" {
			return nil, nil
		}
		// Classic shows one of several without being asked to.
		return s.firstExit(ctx, s.classicExit)
	}
	leave, err := s.findExit(ctx)
	if err == nil && leave == nil && s.selection.factor == nil {
		err = s.notOffered([]string{f.title})
	}
	// Without a way to leave, what was chosen is proven, and this is what Okta
	// wants on top.
	return leave, err
}
