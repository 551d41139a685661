package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"stsx/commands/process"
	"stsx/session"
	"stsx/shellinit"
)

// refreshVariables is variables for a session whose end moves: in place of its
// credentials stands where to get them.
func refreshVariables(s session.Session, url string, token session.Secret) []shellinit.Var {
	var vars []shellinit.Var
	for _, v := range sessionVariables(s) {
		switch v.Name {
		case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "STSX_EXPIRES":
		default:
			vars = append(vars, v)
		}
	}
	return append(vars,
		shellinit.Var{Name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", Value: url},
		shellinit.Var{Name: "AWS_CONTAINER_AUTHORIZATION_TOKEN", Value: token.Reveal()})
}

// shadowedError: the AWS SDKs would never ask the endpoint.
type shadowedError struct{ what, cure string }

func (e *shadowedError) Error() string {
	return "an AWS SDK takes " + e.what + " before it asks for credentials that are renewed: the command would run with those"
}

func (e *shadowedError) Hint() string {
	return e.cure + ", or leave --refresh away"
}

// checkShadowing refuses where something in other tools' own files comes before
// the endpoint: the command would silently run as somebody else.
func (r *commandRun) checkShadowing() error {
	what, cure, err := r.drivers.AWSFiles.Earlier()
	if err == nil && what != "" {
		err = &shadowedError{what, cure}
	}
	return err
}

// runRefresh runs argv beside stsx, which renews s for it. The terminal is the
// command's: stsx asks nothing there, and says what a person has to do in a
// message, on their desktop, and to the SDK that wants credentials.
func (r *commandRun) runRefresh(ctx context.Context, p session.Profile, s session.Session, path string, argv []string) error {
	if org := p.Root().Org; !org.Remember && len(org.MFACommand) == 0 && r.settings.Password.IsZero() {
		r.drivers.Ask.Say(
			fmt.Sprintf(
				"%s can't be renewed without you, since remember is not set for %s: its credentials end at %s unless you run %s in "+
					"another terminal",
				quotedName(p.Name),
				quotedName(org.Name),
				clockTime(s.Credentials.Expires, r.Now()),
				r.loginLine("--force", p.Name),
			),
		)
	}
	logged, title := r.logChild(ctx, p, s, argv[0]), r.titleText(p, s)
	if err := r.drivers.Yield(); err != nil {
		return err
	}
	if err := r.writeBundle(""); err != nil {
		return err
	}
	r.drivers.Bundle = nil // it is written
	endpoint, err := r.drivers.Endpoints.Start(context.WithoutCancel(ctx), session.Renewal{
		Session: s,
		Kept: func(ctx context.Context, held session.Session) (session.Session, bool) {
			return r.drivers.Broker.ExtendFromStore(ctx, p, held)
		},
		Renew: func(ctx context.Context, held session.Session) (session.Session, error) {
			return r.drivers.Broker.Extend(ctx, p, held)
		},
		Failed:  r.notifyRenewalFailed,
		Explain: r.renewalFailureText,
		Now:     r.Now,
	})
	if err != nil {
		return err
	}
	variables := append(refreshVariables(s, endpoint.URL(""), endpoint.Token()), logged...)
	if path, err := r.drivers.AWSFiles.Credentials(); err == nil {
		// The first Java SDK knows no other variable: it would read the file in its
		// own idea of the home, which was not looked at.
		variables = append(variables, shellinit.Var{Name: "AWS_CREDENTIAL_PROFILES_FILE", Value: path})
	}
	if title != "" {
		r.writeTitle(saveTitle + title)
		defer r.writeTitle(restoreTitle)
	}
	err = r.RunBeside(ctx, path, argv, overlayEnviron(r.Environ, variables, r.GOOS))
	failed := endpoint.Close()
	var done process.Ended
	switch {
	case errors.As(err, &done):
		return err // how the command ended counts, whatever else there is
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return errors.Join(notStarted(argv[0], err), failed)
}

// longestNotice is how much is said of a renewal that failed, in characters: on
// the terminal, on the desktop and to an SDK.
const longestNotice = 1000

// notifyRenewalFailed tells the person that they are needed.
func (r *commandRun) notifyRenewalFailed(held session.Session, err error) {
	end := clockTime(held.Credentials.Expires, r.Now())
	text := session.OneLine(fmt.Sprintf(
		"%s can't be renewed without you: its credentials end at %s unless you run %s in another terminal (%s)",
		quotedName(held.Profile), end, r.loginLine("--force", held.Profile), renewalReason(err)), longestNotice)
	r.drivers.Ask.Say(text)
	if r.settings.Quiet {
		return
	}
	// Where there is no desktop, nobody sees it.
	_ = r.ShowMessage("stsx: "+session.OneLine(held.Profile, session.QuoteLength), text)
}

// renewalFailureText is what an SDK shows in place of credentials.
func (r *commandRun) renewalFailureText(held session.Session, err error) string {
	end := clockTime(held.Credentials.Expires, r.Now())
	return session.OneLine(fmt.Sprintf("the credentials of %s ended at %s and stsx could not renew them: %s. "+
		"Run %s in another terminal: what it gets is used here at once",
		quotedName(held.Profile), end, renewalReason(err), r.loginLine("--force", held.Profile)), longestNotice)
}

// renewalReason is why there was no renewal. That nobody can be asked goes without
// saying while a command has the terminal.
func renewalReason(err error) string {
	var input *session.InputError
	if errors.As(err, &input) {
		return input.What + " needs you"
	}
	return err.Error()
}

// loginLine is how the person gets the session that this run would: with the
// flags that change which one it is.
func (r *commandRun) loginLine(arguments ...string) string {
	words := []string{"stsx", "login"}
	for _, argument := range arguments {
		words = append(words, quotedName(argument))
	}
	for _, flag := range []struct{ name, value string }{
		{"config", r.settings.Config}, {"username", r.settings.Username}, {"role", r.settings.Role},
	} {
		if flag.value != "" {
			words = append(words, "--"+flag.name, quotedName(flag.value))
		}
	}
	if r.settings.Duration > 0 {
		words = append(words, "--duration", r.settings.Duration.String())
	}
	return strings.Join(append(words, r.policies.words...), " ")
}
