package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxAsks is how often a person is asked for the same thing in one sign-in:
// fewer than the tries after which Okta locks an account.
const maxAsks = 3

// PasswordKeeper is the OS keyring with what is remembered about it.
type PasswordKeeper interface {
	Passwords
	// Declined reports that the person said no to keeping o's password.
	Declined(ctx context.Context, o Org) bool
	// Decline remembers that no.
	Decline(ctx context.Context, o Org) error
	// WasRefused reports that the provider refused this very password a short
	// while ago, to this process or to another.
	WasRefused(ctx context.Context, o Org, password Secret) bool
	// MarkRefused remembers that for a short while.
	MarkRefused(ctx context.Context, o Org, password Secret)
	// ClearRefused forgets it, after a sign-in that went well.
	ClearRefused(o Org)
}

// PasswordSource finds the password for a sign-in: given for this run, printed
// by the org's password command, kept in the keyring, or typed.
type PasswordSource struct {
	Given  Secret // from --password-stdin or STSX_PASSWORD
	Keeper PasswordKeeper
	Run    func(ctx context.Context, argv []string) (Secret, error) // first line that a command prints
	Ask    Prompter
}

// Password is a password and where it came from.
type Password struct {
	Secret
	typed bool
	kept  bool // in the keyring
}

// First returns the password to try. A password that was refused a short while
// ago is not returned again: another try could lock the account. Errors:
// *InputError, *RefusedError, ErrInterrupted, what the command said.
func (s PasswordSource) First(ctx context.Context, o Org) (Password, error) {
	p, err := s.storedPassword(ctx, o)
	if err != nil {
		return Password{}, err
	}
	if p.IsZero() {
		return s.askPassword(ctx, o)
	}
	if !s.Keeper.WasRefused(ctx, o, p.Secret) {
		return p, nil
	}
	if s.Ask.Interactive() {
		s.Ask.Say("this password was rejected a short while ago; it isn't sent again")
		return s.Again(ctx, o, p.Secret)
	}
	return Password{}, &RefusedError{What: "the password", Kind: RefusedPassword,
		Said: "(a short while ago) the password is wrong; it isn't sent again, so as not to lock the account"}
}

// Refused forgets p where it is kept.
func (s PasswordSource) Refused(ctx context.Context, o Org, p Password) {
	s.Keeper.MarkRefused(ctx, o, p.Secret)
	if !p.kept {
		return
	}
	if _, err := s.Keeper.Forget(ctx, o); err != nil {
		s.Ask.Say("could not remove the rejected password from the keyring: " + err.Error())
		return
	}
	s.Ask.Say("the saved password is wrong; it was removed from the keyring")
}

// Again asks the person for another password than those refused. Errors:
// *InputError when nobody can be asked.
func (s PasswordSource) Again(ctx context.Context, o Org, refused ...Secret) (Password, error) {
	for range maxAsks {
		p, err := s.askPassword(ctx, o)
		if err != nil || !slices.ContainsFunc(refused, p.Equal) {
			return p, err
		}
		s.Ask.Say("that password was already rejected; it isn't sent again")
	}
	return Password{}, &RefusedError{What: "the password", Kind: RefusedPassword}
}

// Accepted is told that p was right: it offers, once, to keep a typed one. Errors:
// ErrInterrupted.
func (s PasswordSource) Accepted(ctx context.Context, o Org, p Password) error {
	s.Keeper.ClearRefused(o)
	if !p.typed || len(o.PasswordCommand) > 0 || !s.Ask.Interactive() || s.Keeper.Declined(ctx, o) {
		return nil
	}
	if _, err := s.Keeper.Password(ctx, o); errors.Is(err, ErrNoKeyring) {
		return nil
	}
	yes, err := s.Ask.Confirm(ctx, "Save the password for "+o.Username+" in the OS keyring?", true)
	switch {
	case errors.Is(err, ErrInterrupted):
		return err
	case err != nil:
		return nil
	case yes:
		err = s.Keeper.Remember(ctx, o, p.Secret)
	default:
		err = s.Keeper.Decline(ctx, o)
	}
	if err != nil {
		s.Ask.Say("could not save that: " + err.Error())
	}
	return nil
}

// Changed is told that the person has set another password than p, which stsx
// did not see.
func (s PasswordSource) Changed(ctx context.Context, o Org, p Password) {
	if !p.IsZero() {
		s.Keeper.MarkRefused(ctx, o, p.Secret) // and so it is not sent again
	}
	if len(o.PasswordCommand) > 0 {
		s.Ask.Say("your password changed: update what password_command prints")
		return
	}
	kept, err := s.Keeper.Password(ctx, o)
	if err != nil || !kept.Equal(p.Secret) {
		return
	}
	if _, err := s.Keeper.Forget(ctx, o); err != nil {
		s.Ask.Say("could not remove the old password from the keyring: " + err.Error())
		return
	}
	s.Ask.Say("the old password was removed; stsx password set saves the new one")
}

func (s PasswordSource) storedPassword(ctx context.Context, o Org) (Password, error) {
	if given := withoutLineEnd(s.Given); !given.IsZero() {
		return Password{Secret: given}, nil
	}
	if len(o.PasswordCommand) > 0 {
		text, err := s.Run(ctx, o.PasswordCommand)
		if err != nil {
			return Password{}, fmt.Errorf("getting the password from password_command: %w", err)
		}
		text = withoutLineEnd(text)
		if text.IsZero() {
			return Password{}, fmt.Errorf("getting the password from password_command: %s printed nothing", o.PasswordCommand[0])
		}
		return Password{Secret: text}, nil
	}
	text, err := s.Keeper.Password(ctx, o)
	if err != nil {
		// No password or no keyring: the person is asked.
		return Password{}, nil
	}
	return Password{Secret: text, kept: true}, nil
}

func (s PasswordSource) askPassword(ctx context.Context, o Org) (Password, error) {
	who := o.Username
	if who == "" {
		who = o.Name
	}
	text, err := s.Ask.Ask(ctx, Question{
		Prompt: "Okta password for " + who,
		Secret: true,
		What:   "the password for " + who,
		Give:   "run stsx password set once, set password_command, or give it in STSX_PASSWORD or with --password-stdin",
	})
	if err != nil {
		return Password{}, err
	}
	return Password{Secret: NewSecret(text), typed: true}, nil
}

// Username is o's, asked for when the configuration has none. Errors as
// Prompter.Ask.
func Username(ctx context.Context, o Org, ask Prompter) (string, error) {
	if o.Username != "" {
		return o.Username, nil
	}
	return ask.Ask(ctx, Question{
		Prompt: "Okta username for " + o.Name,
		What:   "the username for " + o.Name,
		Give:   "set username in the configuration, or give it in STSX_USERNAME or with --username",
	})
}

// withoutLineEnd takes off the line ends that a variable, a file or a command
// leaves on a password: no password has one.
func withoutLineEnd(text Secret) Secret { return NewSecret(strings.TrimRight(text.Reveal(), "\r\n")) }
