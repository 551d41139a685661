package vault

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"stsx/session"
	"stsx/session/files"
)

const declinedFolder = "declined"

// passwordLimit is what every keyring takes: Windows 2,560 bytes in all,
// macOS's command line 4,096 after encoding.
const passwordLimit = 2000

// Passwords implements session.PasswordKeeper with the OS keyring, and with files that
// hold no secret.
type Passwords struct{ store *Store }

// Password implements session.Passwords. Errors: session.ErrNoPassword,
// session.ErrNoKeyring (wrapped), the context's.
func (p *Passwords) Password(ctx context.Context, o session.Org) (session.Secret, error) {
	if o.Username == "" {
		return session.Secret{}, session.ErrNoPassword
	}
	user, err := passwordUser(o)
	if err != nil {
		return session.Secret{}, err
	}
	text, err := p.store.keyring.get(ctx, user)
	if errors.Is(err, ErrNotFound) || err == nil && text == "" {
		return session.Secret{}, session.ErrNoPassword
	}
	if err != nil {
		return session.Secret{}, p.notUsable(ctx, "reading the password", err)
	}
	return session.NewSecret(text), nil
}

// Remember implements session.Passwords. Errors as Password, or that the
// password is longer than 2,000 bytes.
func (p *Passwords) Remember(ctx context.Context, o session.Org, password session.Secret) error {
	user, err := passwordUser(o)
	if err != nil {
		return err
	}
	if n := len(password.Reveal()); n > passwordLimit {
		return fmt.Errorf("saving the password: it is %d bytes long, and the keyring takes %d; use password_command", n, passwordLimit)
	}
	if err := p.store.keyring.set(ctx, user, password.Reveal()); err != nil {
		return p.notUsable(ctx, "saving the password", err)
	}
	if err := files.Remove(p.store.home.path(declinedFolder, o.ID())); err != nil {
		return fmt.Errorf("saving the password: %w", err)
	}
	return nil
}

// Forget implements session.Passwords.
func (p *Passwords) Forget(ctx context.Context, o session.Org) (bool, error) {
	if o.Username == "" {
		return false, nil
	}
	user, err := passwordUser(o)
	if err != nil {
		return false, err
	}
	err = p.store.keyring.delete(ctx, user)
	var none noServiceError
	switch {
	case errors.As(err, &none), errors.Is(err, ErrNotFound): // without a keyring nothing is saved either
		return false, nil
	case err != nil:
		return false, p.notUsable(ctx, "removing the password", err)
	}
	return true, nil
}

// Declined reports whether the person said no to remembering o's password, so
// that it is asked once. Remember undoes it.
func (p *Passwords) Declined(_ context.Context, o session.Org) bool {
	_, err := os.Stat(p.store.home.path(declinedFolder, o.ID()))
	return err == nil
}

// Decline remembers that no. The file it leaves is empty and its name says
// nothing.
func (p *Passwords) Decline(_ context.Context, o session.Org) error {
	dir, err := p.store.home.folder(declinedFolder)
	if err == nil {
		err = files.Replace(filepath.Join(dir, o.ID()), nil)
	}
	if err != nil {
		return fmt.Errorf("noting not to ask: %w", err)
	}
	return nil
}

func (p *Passwords) notUsable(ctx context.Context, act string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s: %w: %w", act, session.ErrNoKeyring, err)
}

// passwordUser is the item's user name, to be recognised in a keyring's window.
// Two apps of one org share it: it is the same account.
func passwordUser(o session.Org) (string, error) {
	address, err := url.Parse(o.URL)
	if err != nil || address.Host == "" {
		return "", fmt.Errorf("the org's url %q has no host", o.URL)
	}
	if o.Username == "" {
		return "", errors.New("whose password it is must be known: set username")
	}
	// macOS's security takes its commands line by line.
	if !session.IsVisible(o.Username) {
		return "", fmt.Errorf("the username %q holds a character that can't be seen", o.Username)
	}
	return "password:" + strings.ToLower(address.Host) + ":" + itemName(o.Username), nil
}

// itemName is a username without what macOS's security reads otherwise than go-keyring
// writes it: a quotation mark ends its words, a backslash is dropped.
func itemName(username string) string {
	return strings.NewReplacer("%", "%25", "'", "%27", `\`, "%5C").Replace(username)
}
