package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// CodeSource finds the code of a second factor: given for this run, printed by
// the org's mfa command, or typed. It never returns the same code twice. It is
// for one sign-in.
type CodeSource struct {
	Given Secret // from --mfa-code or STSX_MFA_CODE
	Run   func(ctx context.Context, argv []string) (Secret, error)
	Ask   Prompter
	Tick  func(ctx context.Context) error // waits a moment before a command is asked again

	used []Secret
}

// CodeQuestion is a code that is wanted.
type CodeQuestion struct {
	Prompt string // "Code from Google Authenticator"
	Hint   string // what Enter alone does, "" when it is no answer
	Sent   bool   // the provider sends it, so no command prints it
	Words  bool   // an answer in words rather than a code: not shown while typed, blanks count
	Digits bool   // the code is made of digits: anything else is not sent
}

// Next returns a code not used yet. Errors: *InputError when there is none and
// nobody can be asked, ErrInterrupted, what the command said.
func (s *CodeSource) Next(ctx context.Context, o Org, prompt string) (Secret, error) {
	return s.Find(ctx, o, CodeQuestion{Prompt: prompt})
}

// Find is Next for any kind of code. With a Hint there is one more error:
// ErrNothingTyped.
func (s *CodeSource) Find(ctx context.Context, o Org, c CodeQuestion) (Secret, error) {
	if given := c.clean(s.Given); s.isUnused(given) {
		if c.couldAccept(given) {
			return s.markUsed(given), nil
		}
		if !s.Ask.Interactive() {
			return Secret{}, &InputError{What: "a code of digits", Give: "what STSX_MFA_CODE or --mfa-code gives is none, and is not sent"}
		}
		s.markUsed(given)
		s.Ask.Say("the code given is not made of digits; it isn't sent")
	}
	if len(o.MFACommand) > 0 && !c.Sent && !c.Words {
		return s.fromCommand(ctx, o, c)
	}
	for range maxAsks {
		code, err := s.askCode(ctx, c)
		if err != nil {
			return Secret{}, err
		}
		switch {
		case !code.IsZero() && !c.couldAccept(code):
			s.Ask.Say("a code is made of digits; that isn't sent")
		case s.isUnused(code):
			return s.markUsed(code), nil
		case code.IsZero() && c.Hint != "":
			return Secret{}, ErrNothingTyped
		case code.IsZero():
		case c.Sent || c.Words:
			s.Ask.Say("that was already rejected; it isn't sent again")
		default:
			s.Ask.Say("that code was used already: wait for the next one")
		}
	}
	return Secret{}, &RefusedError{What: "the code", Kind: RefusedCode}
}

func (s *CodeSource) askCode(ctx context.Context, c CodeQuestion) (Secret, error) {
	q := Question{Prompt: c.Prompt, Secret: c.Words, Empty: c.Hint != "",
		What: "a code from " + strings.TrimPrefix(c.Prompt, "Code from "),
		Give: "give one in STSX_MFA_CODE or with --mfa-code, or set mfa_command",
	}
	switch {
	case c.Words:
		q.What, q.Give = "the answer to “"+c.Prompt+"”", "give it in STSX_MFA_CODE or with --mfa-code"
	case c.Sent:
		q.Give = "run this where it can ask for the code, or name another factor with --mfa"
	}
	if c.Hint != "" {
		q.Prompt += " (" + c.Hint + ")"
	}
	text, err := s.Ask.Ask(ctx, q)
	return c.clean(NewSecret(text)), err
}

// clean takes line ends off, and out of a code all blanks and what can't be
// seen; out of one of digits also the hyphens between groups.
func (c CodeQuestion) clean(code Secret) Secret {
	text := strings.TrimRight(code.Reveal(), "\r\n")
	if !c.Words {
		text = strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || IsHidden(r) || c.Digits && (r == '-' || unicode.Is(unicode.Pd, r)) {
				return -1
			}
			return r
		}, text)
	}
	return NewSecret(text)
}

// couldAccept reports whether the provider could take code: the codes that it asks for
// in digits have four to ten of them.
func (c CodeQuestion) couldAccept(code Secret) bool {
	text := code.Reveal()
	return !c.Digits || len(text) >= 4 && len(text) <= 10 && strings.Trim(text, "0123456789") == ""
}

// fromCommand runs the command until it prints a code that was not used: a
// time-based code changes every 30 seconds.
func (s *CodeSource) fromCommand(ctx context.Context, o Org, c CodeQuestion) (Secret, error) {
	for {
		code, err := s.Run(ctx, o.MFACommand)
		if err != nil {
			return Secret{}, fmt.Errorf("getting a code from mfa_command: %w", err)
		}
		code = c.clean(code)
		if code.IsZero() {
			return Secret{}, fmt.Errorf("getting a code from mfa_command: %s printed nothing", o.MFACommand[0])
		}
		if !c.couldAccept(code) {
			return Secret{}, fmt.Errorf("getting a code from mfa_command: what %s printed is not a code of digits; it isn't sent",
				o.MFACommand[0])
		}
		if s.isUnused(code) {
			return s.markUsed(code), nil
		}
		s.Ask.Progress("waiting for the next code of " + o.MFACommand[0])
		if err := s.Tick(ctx); err != nil {
			return Secret{}, fmt.Errorf("waiting for the next code of mfa_command: %w", err)
		}
	}
}

// MayHaveAnother reports whether Find may return another code: one was given and is
// unused, o has a command that prints them, or somebody can be asked.
func (s *CodeSource) MayHaveAnother(o Org) bool {
	if len(o.MFACommand) > 0 || s.Ask.Interactive() {
		return true
	}
	for _, c := range []CodeQuestion{{}, {Digits: true}, {Words: true}} {
		if !s.isUnused(c.clean(s.Given)) {
			return false
		}
	}
	return true
}

func (s *CodeSource) isUnused(code Secret) bool {
	if code.IsZero() {
		return false
	}
	for _, used := range s.used {
		if used.Equal(code) {
			return false
		}
	}
	return true
}

// NotTaken makes code one that was not used yet: the provider did not look at it.
func (s *CodeSource) NotTaken(code Secret) { s.used = slices.DeleteFunc(s.used, code.Equal) }

func (s *CodeSource) markUsed(code Secret) Secret {
	s.used = append(s.used, code)
	return code
}
