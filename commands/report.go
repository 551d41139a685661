package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"stsx/commands/process"
	"stsx/session"
)

// Exit statuses of stsx itself.
const (
	statusOK            = 0
	statusFailure       = 1
	statusUsage         = 2
	statusInput         = 3
	statusRefused       = 4
	statusRole          = 5
	statusExec          = 125
	statusNotExecutable = 126
	statusNotFound      = 127
	statusInterrupted   = 130
)

// usageError is a command line that can't be understood.
type usageError struct {
	text string
	verb string // whose help shows the cure
}

func (e *usageError) Error() string { return e.text }

// commandError is a command that could not be started.
type commandError struct {
	status int
	err    error
}

func (e *commandError) Error() string { return e.err.Error() }
func (e *commandError) Unwrap() error { return e.err }

// hintError is an error that knows its own cure.
type hintError interface{ Hint() string }

// errorStatus is the one place where an error becomes an exit status and a hint.
func errorStatus(err error) (code int, hint string) {
	var (
		usage    *usageError
		command  *commandError
		done     process.Ended
		input    *session.InputError
		refused  *session.RefusedError
		role     *session.RoleError
		guard    *session.GuardError
		aws      *session.AWSError
		signal   process.Signalled
		origin   *session.OriginError
		away     *session.UnavailableError
		page     *session.PageError
		withHint hintError
		forgot   *forgottenError
		many     *profileFailures
		each     *eachError
	)
	if errors.As(err, &withHint) {
		hint = withHint.Hint()
	}
	switch {
	case err == nil:
		return statusOK, ""
	case errors.As(err, &done):
		return done.Status, ""
	case errors.As(err, &each):
		return each.code, each.hint
	case errors.As(err, &many):
		return many.worstStatus()
	case errors.As(err, &signal):
		return 128 + signal.Number, ""
	case errors.Is(err, session.ErrInterrupted), errors.Is(err, context.Canceled):
		return statusInterrupted, ""
	case errors.As(err, &usage):
		return statusUsage, strings.TrimSpace("run stsx help " + usage.verb)
	case errors.As(err, &forgot):
		return statusUsage, hint
	case errors.As(err, &command):
		return command.status, hint
	case errors.As(err, &input):
		return statusInput, input.Give
	case errors.As(err, &refused):
		return statusRefused, refusedHint(refused)
	case errors.As(err, &role):
		return statusRole, "stsx roles lists the roles that are granted to you"
	case errors.As(err, &guard):
		return statusRole, "the guard is there on purpose: use a profile of that account, or ask whoever wrote the configuration"
	case errors.As(err, &aws) && aws.Code == "" && !errors.Is(err, session.ErrNotThatRole):
		return statusFailure, awsHint(aws) // AWS was not reached, and so has refused nothing
	case errors.As(err, &aws):
		return statusRole, awsHint(aws)
	case errors.As(err, &origin):
		return statusFailure, fmt.Sprintf("if %s is a sign-in page of your company's, add its host to allowed_hosts in the configuration", origin.Got)
	case errors.As(err, &away):
		return statusFailure, "try again " + waitText(away.Wait) + "; Okta's status page says more"
	case errors.Is(err, session.ErrWindowClosed):
		return statusFailure, "run this again and finish the sign-in in the window: stsx closes it"
	case errors.As(err, &page) && page.Cure != "":
		return statusFailure, page.Cure
	case errors.As(err, &page):
		switch {
		case hint != "":
			return statusFailure, hint
		case page.Screenshot == "":
			return statusFailure, "open the app in a browser to see what it wants; --verbose keeps a picture of the page, and --debug-bundle FILE all that a report of this needs"
		}
		return statusFailure, "open the app in a browser to see what it wants; --debug-bundle FILE keeps all that a report of this needs"
	case errors.Is(err, context.DeadlineExceeded) && hint == "":
		return statusFailure, "check the network, or raise timeout in the configuration"
	}
	return statusFailure, hint
}

// waitText is when to try again.
func waitText(wait time.Duration) string {
	if wait <= 0 {
		return "in a few minutes"
	}
	return "in " + wait.Round(time.Second).String()
}

func refusedHint(e *session.RefusedError) string {
	switch e.Kind {
	case session.RefusedPassword:
		return "check the password by signing in to Okta in a browser; a kept one is forgotten, and stsx password set keeps another"
	case session.RefusedCode:
		return "wait for the next code, and check that this machine's and the phone's clocks are right"
	case session.RefusedLocked:
		return "the account has to be unlocked in Okta (the sign-in page's help, or your administrator); stsx did not try again"
	case session.RefusedExpired:
		return "change the password by signing in to Okta in a browser, then run stsx password set"
	case session.RefusedNotAssigned:
		return "ask your Okta administrator for the AWS app (is it assigned to you, does a policy keep you out?), or correct url in the configuration"
	case session.RefusedTooMany:
		if e.Wait > 0 {
			return "wait " + e.Wait.Round(time.Second).String() + " before the next try"
		}
		return "wait a minute before the next try"
	case session.RefusedPush:
		return "run this again and approve the sign-in on the phone, or name another factor with --mfa; if a phone is asked when you did not sign in, tell your administrator"
	case session.RefusedUnanswered:
		return "run this again with the phone at hand, or name another factor with --mfa"
	case session.RefusedPolicy:
		return "a policy of your Okta org keeps you out (the network that you are in, your groups, this device): its administrator finds the reason in the System Log"
	case session.RefusedDevice:
		return "change that on this device, or sign in on one that meets your company's requirements"
	}
	return "sign in to the app in a browser to see what it wants; --debug-bundle FILE keeps all that a report of this needs"
}

func awsHint(e *session.AWSError) string {
	switch {
	case e.Code == "ValidationError" && strings.Contains(e.Message, "'sAMLAssertion'") && strings.Contains(e.Message, "less than or equal to"):
		return "the assertion is larger than AWS takes: ask the Okta administrator to give this app's users fewer roles, or several apps"
	case errors.Is(e, session.ErrNotThatRole):
		return "what answered is not AWS, or not as it should be: nothing of the answer is used; check AWS_ENDPOINT_URL and the proxy"
	}
	switch e.Code {
	case "":
		return "check the network, HTTPS_PROXY, AWS_CA_BUNDLE and AWS_ENDPOINT_URL"
	case "ExpiredTokenException":
		return "the assertion came too late: check this machine's clock"
	case "ExpiredToken":
		return "the session that the role is assumed from has ended: run stsx login --force with its profile"
	case "InvalidIdentityToken":
		return "the SAML provider in AWS does not trust what the sign-in sent: ask the administrator to compare its metadata with the identity provider's"
	case "AccessDenied":
		return "the role's trust policy does not let you in: ask the administrator of that account"
	case "ValidationError":
		return "check role, duration and region in the profile"
	case "RegionDisabledException":
		return "STS is not active in that region for the account: name another with region in the profile or --region"
	case "Throttling", "ThrottlingException":
		return "AWS is limiting requests: try again in a minute"
	case "ServiceUnavailable", "InternalFailure":
		return "AWS has trouble of its own: try again in a minute"
	}
	return "give that code and message to the administrator of the account"
}

// reportError says what went wrong, on w, and returns the exit status. Verbs that
// end in a command keep the statuses of commands apart from their own: any
// failure that has no status of its own is 125.
func reportError(w io.Writer, err error, command bool) int {
	code, hint := errorStatus(err)
	var done process.Ended
	if err == nil || errors.As(err, &done) {
		return code
	}
	var each *eachError // has the statuses of commands
	if command && !errors.As(err, &each) && (code == statusFailure || code == statusUsage) {
		code = statusExec
	}
	var signal process.Signalled
	if errors.Is(err, session.ErrInterrupted) || errors.Is(err, context.Canceled) || errors.As(err, &signal) {
		fmt.Fprintln(w, "stsx: interrupted")
		return code
	}
	// Go's words for a deadline add nothing to "did not end within 2m".
	text := strings.TrimSuffix(err.Error(), ": "+context.DeadlineExceeded.Error())
	fmt.Fprintln(w, "stsx: error: "+plainText(text))
	if hint != "" {
		fmt.Fprintln(w, "stsx: hint: "+plainText(hint))
	}
	return code
}

// plainText makes text from outside (pages, configuration, AWS) harmless on a
// terminal. Line breaks of our own lists stay.
func plainText(text string) string { return session.VisibleText(text) }

// notStarted gives an error of looking for or starting a command its status.
func notStarted(name string, err error) error {
	var done process.Ended
	switch {
	case err == nil, errors.As(err, &done):
		return err
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return &commandError{statusNotFound, errors.New("command not found: " + quotedName(name))}
	}
	// Without the words of the packages between.
	var number syscall.Errno
	var file *fs.PathError
	if errors.As(err, &file) {
		err = file.Err
	}
	if errors.As(err, &number) {
		err = number
	}
	return &commandError{statusNotExecutable, errors.New("can't execute " + quotedName(name) + ": " + err.Error())}
}
