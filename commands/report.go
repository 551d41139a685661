package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"slices"
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

// misplacedProfileError is a profile where a command of stsx belongs.
type misplacedProfileError struct{ name string }

func (e *misplacedProfileError) Error() string {
	return quotedName(e.name) + " is a profile, not a command"
}

func (e *misplacedProfileError) Hint() string {
	return "run stsx exec " + quotedName(e.name) + " -- COMMAND, or stsx login " + quotedName(e.name)
}

// commandError is a command that could not be started.
type commandError struct {
	status int
	err    error
}

func (e *commandError) Error() string { return e.err.Error() }
func (e *commandError) Unwrap() error { return e.err }

// hintError is an error that knows its own cure.
type hintError interface{ Hint() string }

// reportRow is a kind of error: its exit status and what to do about it.
// Whether err is of that kind is the last value.
type reportRow func(err error) (code int, hint string, ok bool)

// whenType is the row of errors of type E.
func whenType[E error](describe func(e E) (code int, hint string)) reportRow {
	return func(err error) (int, string, bool) {
		var e E
		if !errors.As(err, &e) {
			return 0, "", false
		}
		code, hint := describe(e)
		return code, hint, true
	}
}

// whenIs is the row of errors that wrap one of targets.
func whenIs(code int, hint string, targets ...error) reportRow {
	return func(err error) (int, string, bool) {
		return code, hint, slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
	}
}

// policyHint shows the smallest policy there is.
const policyHint = `a policy is JSON such as {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}; ` +
	"see docs/exec.md, Less than the role"

// reportRows is the one table of errors, exit statuses and hints. The first row
// that fits counts; what is in none is a failure with the error's own hint.
func reportRows() []reportRow {
	return []reportRow{
		whenType(func(e process.Ended) (int, string) { return e.Status, "" }),
		whenType(func(e *eachError) (int, string) { return e.code, e.hint }),
		whenType(func(e *profileFailures) (int, string) { return e.worstStatus() }),
		whenType(func(e process.Signalled) (int, string) { return 128 + e.Number, "" }),
		whenIs(statusInterrupted, "", session.ErrInterrupted, context.Canceled),
		whenType(func(e *policyError) (int, string) { return statusUsage, policyHint }),
		whenType(func(e *usageError) (int, string) { return statusUsage, strings.TrimSpace("run stsx help " + e.verb) }),
		whenType(func(e *misplacedProfileError) (int, string) { return statusUsage, e.Hint() }),
		whenType(func(e *terminalOutputError) (int, string) { return statusUsage, e.Hint() }),
		whenType(func(e *commandError) (int, string) { return e.status, ownHint(e) }),
		whenType(func(e *terminalHeldError) (int, string) { return statusInput, e.Hint() }),
		whenType(func(e *session.InputError) (int, string) { return statusInput, e.Give }),
		whenType(func(e *session.ServedError) (int, string) { return servedStatus(e), "" }),
		whenType(func(e *session.RefusedError) (int, string) { return statusRefused, refusedHint(e) }),
		whenType(func(e *session.RoleError) (int, string) {
			if e.Asked == "" {
				return statusRole, "ask your Okta administrator to give you a role in this app"
			}
			return statusRole, "stsx roles lists the roles that are granted to you"
		}),
		whenType(func(e *session.EncryptedError) (int, string) { return statusRole, e.Hint() }),
		whenType(func(*session.GuardError) (int, string) {
			return statusRole,
				"allowed_accounts in your configuration blocks this: use a profile of that account, or ask whoever wrote the configuration"
		}),
		whenType(awsStatus),
		whenType(func(e *session.OriginError) (int, string) {
			return statusFailure, "if " + e.Got + " is a sign-in page of your company's, add its host to allowed_hosts in the configuration"
		}),
		whenType(func(e *session.UnavailableError) (int, string) {
			return statusFailure, "try again " + waitText(e.Wait) + "; Okta's status page says more"
		}),
		whenIs(statusRefused, "run this again and finish the sign-in in the window: stsx closes it", session.ErrWindowClosed),
		whenType(func(e *session.PageError) (int, string) { return statusFailure, pageHint(e) }),
	}
}

// errorStatus is the exit status and the hint of an error.
func errorStatus(err error) (code int, hint string) {
	if err == nil {
		return statusOK, ""
	}
	for _, row := range reportRows() {
		if code, hint, ok := row(err); ok {
			return code, hint
		}
	}
	hint = ownHint(err)
	if hint == "" && errors.Is(err, context.DeadlineExceeded) {
		hint = "run stsx doctor (its lines okta and proxy say what does not answer), or raise timeout in the configuration"
	}
	return statusFailure, hint
}

// ownHint is the cure that an error knows itself; "" when it knows none.
func ownHint(err error) string {
	var knows hintError
	if errors.As(err, &knows) {
		return knows.Hint()
	}
	return ""
}

// servedStatus is the status of what stsx serve answers in place of credentials: its
// sentence has the cure.
func servedStatus(e *session.ServedError) int {
	if e.Code == session.ServedNeedsInput {
		return statusInput
	}
	return statusFailure
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
		return "check your password by signing in to Okta in a browser; a saved copy was removed, and stsx password set saves a new one"
	case session.RefusedCode:
		return "wait for a new code; if that is rejected too, a clock is wrong: the phone's, or this machine's " +
			"(stsx doctor, its line clock)"
	case session.RefusedLocked:
		return "ask your Okta administrator to unlock the account, or use the sign-in page's help; stsx did not try again"
	case session.RefusedExpired:
		return "change the password by signing in to Okta in a browser, then run stsx password set"
	case session.RefusedNotAssigned:
		return "ask your Okta administrator for the AWS app (is it assigned to you, does a policy keep you out?), or correct url " +
			"in the configuration"
	case session.RefusedTooMany:
		if e.Wait > 0 {
			return "wait " + e.Wait.Round(time.Second).String() + " before the next try"
		}
		return "wait a minute before the next try"
	case session.RefusedPush:
		return "run this again and approve the sign-in on the phone, or name another factor with --mfa; if a phone is asked when " +
			"you did not sign in, tell your administrator"
	case session.RefusedUnanswered:
		return "run this again with the phone at hand, or name another factor with --mfa"
	case session.RefusedPolicy:
		return "a policy of your Okta org keeps you out (the network that you are in, your groups, this device): its administrator " +
			"finds the reason in the System Log"
	case session.RefusedDevice:
		return "change that on this device, or sign in on one that meets your company's requirements"
	}
	return "sign in to the app in a browser to see what it wants; --debug-bundle FILE saves what a report of this needs"
}

func pageHint(e *session.PageError) string {
	const report = "open the app in a browser to see what it wants; --debug-bundle FILE saves what a report of this needs"
	if e.Screenshot == "" {
		return cmp.Or(e.Cure, ownHint(e), strings.Replace(report, "; ", "; --verbose saves a picture of the page, and ", 1))
	}
	return cmp.Or(e.Cure, ownHint(e), report)
}

// awsStatus tells AWS's refusals from an AWS that was not reached, and so has
// refused nothing.
func awsStatus(e *session.AWSError) (code int, hint string) {
	if e.Code == "" && !errors.Is(e, session.ErrNotThatRole) {
		return statusFailure, awsHint(e)
	}
	return statusRole, awsHint(e)
}

func awsHint(e *session.AWSError) string {
	switch {
	case e.Code == "ValidationError" && strings.Contains(e.Message, "'sAMLAssertion'") && strings.Contains(e.Message,
		"less than or equal to"):
		return "the assertion is larger than AWS takes: ask the Okta administrator to give this app's users fewer roles, or several apps"
	case errors.Is(e, session.ErrNotThatRole):
		return "the answer is not from AWS, or is damaged, and is not used; " +
			"run stsx doctor, whose lines sts, tls and proxy say what answers"
	}
	switch e.Code {
	case "":
		return "run stsx doctor: its lines sts, proxy and tls say what is in the way"
	case "ExpiredTokenException":
		return "the assertion came too late: run stsx doctor, whose line clock says by how much this machine's clock is wrong"
	case "ExpiredToken":
		return "the session that the role is assumed from has ended: run stsx login --force with its profile"
	case "InvalidIdentityToken":
		if e.Unread {
			return "the SAML provider in AWS does not trust what the sign-in sent, or has no private key for it: ask the administrator of " +
				"that account to compare its metadata and its key with the identity provider's"
		}
		return "the SAML provider in AWS does not trust what the sign-in sent: ask the administrator to compare its metadata with " +
			"the identity provider's"
	case "AccessDenied":
		if e.Unread {
			return "correct role and provider in the profile; if they are right, the assertion does not grant you that role, or the role's " +
				"trust policy does not let you in: ask the administrators of Okta and of that account"
		}
		return "the role's trust policy does not let you in: ask the administrator of that account"
	case "ValidationError":
		return "correct role, duration or region in the profile; the line configuration of stsx doctor names roles that were not granted"
	case "RegionDisabledException":
		return "STS is not active in that region for the account: name another with region in the profile or --region"
	case "PackedPolicyTooLarge":
		return "AWS packs policy, policy_arns and tags of a session together, and they are too large: " +
			"shorten the policy (wildcards in Action and Resource), or make it a managed policy and name that with --policy-arn"
	case "MalformedPolicyDocument":
		return "correct the policy: IAM's policy editor in the AWS console says where it is wrong"
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
	lines := errorLines(err)
	fmt.Fprintln(w, "stsx: error: "+reportText(lines...))
	if hint != "" {
		fmt.Fprintln(w, "stsx: hint: "+reportText(hint))
	}
	return code
}

// linesError is an error of several lines: a list, or with an example. Any other
// is one line, whatever names and words of others are in it.
type linesError interface{ Lines() []string }

// errorLines is err as lines to be shown.
func errorLines(err error) []string {
	// Go's words for a deadline add nothing to "did not end within 2m".
	text := strings.TrimSuffix(err.Error(), ": "+context.DeadlineExceeded.Error())
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		var texts []string
		for _, part := range joined.Unwrap() {
			lines = append(lines, errorLines(part)...)
			texts = append(texts, part.Error())
		}
		if strings.Join(texts, "\n") == err.Error() { // by errors.Join, not by fmt.Errorf
			return lines
		}
	}
	var list linesError
	if errors.As(err, &list) {
		lines := list.Lines()
		if before, ok := strings.CutSuffix(text, strings.Join(lines, "\n")); ok {
			return append([]string{before + lines[0]}, lines[1:]...)
		}
	}
	return []string{text}
}

// longestReport is how much of an error is shown, in bytes.
const longestReport = 8 << 10

// reportText is lines as they are shown behind "stsx: error: ". None of the further
// ones looks like another report of stsx's.
func reportText(lines ...string) string {
	for i, line := range lines {
		lines[i] = session.VisibleLine(line)
		if i > 0 && strings.HasPrefix(lines[i], "stsx:") {
			lines[i] = "  " + lines[i]
		}
	}
	text := strings.Join(lines, "\n")
	if len(text) > longestReport {
		text = strings.ToValidUTF8(text[:longestReport], "") + "…"
	}
	return text
}

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
