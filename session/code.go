package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
}

// Next returns a code not used yet. Errors: *InputError when there is none and
// nobody can be asked, ErrInterrupted, what the command said.
func (s *CodeSource) Next(ctx context.Context, o Org, prompt string) (Secret, error) {
	return s.Find(ctx, o, CodeQuestion{Prompt: prompt})
}

// Find is Next for any kind of code. With a Hint there is one more error:
// ErrNothingTyped.
func (s *CodeSource) Find(ctx context.Context, o Org, c CodeQuestion) (Secret, error) {
	if s.isUnused(s.Given) {
		return s.markUsed(s.Given), nil
	}
	if len(o.MFACommand) > 0 && !c.Sent && !c.Words {
		return s.fromCommand(ctx, o)
	}
	for range maxAsks {
		code, err := s.askCode(ctx, c)
		if err != nil {
			return Secret{}, err
		}
		switch {
		case s.isUnused(code):
			return s.markUsed(code), nil
		case code.IsZero() && c.Hint != "":
			return Secret{}, ErrNothingTyped
		case code.IsZero():
		case c.Sent || c.Words:
			s.Ask.Say("that was refused already; it isn't sent again")
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
	if !c.Words {
		text = strings.ReplaceAll(text, " ", "")
	}
	return NewSecret(text), err
}

// fromCommand runs the command until it prints a code that was not used: a
// time-based code changes every 30 seconds.
func (s *CodeSource) fromCommand(ctx context.Context, o Org) (Secret, error) {
	for {
		code, err := s.Run(ctx, o.MFACommand)
		if err != nil {
			return Secret{}, fmt.Errorf("getting a code from mfa_command: %w", err)
		}
		if code.IsZero() {
			return Secret{}, fmt.Errorf("getting a code from mfa_command: %s printed nothing", o.MFACommand[0])
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
