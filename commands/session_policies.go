package commands

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

// onlyVariable says to those that a command starts what its session is limited to: a
// session.SessionPolicies.Name.
const onlyVariable = "STSX_ONLY"

// sessionFlags are a verb's own flags, and those that limit the session that it opens.
func sessionFlags(own ...cli.Flag) []cli.Flag {
	return append(own,
		&cli.BoolFlag{Name: "read-only", Usage: "only reading: the session may do what AWS's policy ReadOnlyAccess allows",
			DisableDefaultText: true},
		&cli.StringFlag{Name: "policy", Usage: "only what this IAM policy allows as well: a `FILE`, or the JSON itself"},
		&cli.StringSliceFlag{Name: "policy-arn", Usage: "only what the managed policy `ARN` allows as well; up to ten times"},
		helpFlag(),
	)
}

// givenPolicies are what those flags say.
type givenPolicies struct {
	readOnly bool
	session.SessionPolicies
	words []string // the flags again, for a command line
}

// readPolicies reads the policy flags, before the verb.
func (r *commandRun) readPolicies(c *cli.Context) error {
	g := givenPolicies{readOnly: c.Bool("read-only")}
	if g.readOnly {
		g.words = append(g.words, "--read-only")
	}
	if c.IsSet("policy") {
		given := c.String("policy")
		text, err := r.policyText(given)
		if err == nil {
			g.Inline, err = session.ParsePolicy(text)
		}
		if err != nil {
			return &policyError{err}
		}
		g.words = append(g.words, "--policy", policyWord(given, g.Inline))
	}
	for _, arn := range c.StringSlice("policy-arn") {
		if err := session.CheckPolicyARN(arn); err != nil {
			return &usageError{"--policy-arn: " + err.Error(), r.verb}
		}
		g.ARNs = append(g.ARNs, arn)
		g.words = append(g.words, "--policy-arn", quotedName(arn))
	}
	r.policies = g
	return nil
}

// policyError is a --policy that can't be used.
type policyError struct{ error }

func (e *policyError) Error() string { return "--policy " + e.error.Error() }
func (e *policyError) Unwrap() error { return e.error }

// policyText is the JSON that --policy gives.
func (r *commandRun) policyText(given string) (string, error) {
	switch {
	case given == "":
		return "", errors.New("is empty")
	case isPolicyText(given):
		return given, nil
	}
	text, err := r.ReadFile(given)
	if err != nil {
		return "", fmt.Errorf("can't be read (it is a file, or JSON that begins with a brace): %w", err)
	}
	return string(text), nil
}

// isPolicyText reports whether a value of --policy is the JSON itself.
func isPolicyText(given string) bool { return strings.HasPrefix(strings.TrimSpace(given), "{") }

// policyWord is a value of --policy for a command line that may be run in another folder: the
// file's whole path, or the JSON where that was given, or came out of a pipe. JSON stands
// between single quotes: between double ones a shell would put its own variables in the
// place of ${aws:username}.
func policyWord(given, policy string) string {
	path, err := filepath.Abs(given)
	if isPolicyText(given) || err != nil || isPipe(path) {
		return "'" + strings.ReplaceAll(policy, "'", `'\''`) + "'"
	}
	return quotedName(path)
}

// isPipe reports the place of a descriptor, which a shell gives for <(…).
func isPipe(path string) bool {
	return strings.HasPrefix(path, "/dev/fd/") || strings.HasPrefix(path, "/proc/")
}

// limitProfile is p with the policy flags.
func (r *commandRun) limitProfile(p session.Profile) (session.Profile, error) {
	more := r.policies.SessionPolicies
	if r.policies.readOnly {
		more.ReadOnly = p.ReadOnlyName()
	}
	var err error
	if !more.IsZero() {
		p.Policies, err = p.Policies.WithMore(more)
	}
	if err != nil {
		return p, &usageError{quotedName(p.Name) + ": " + err.Error(), r.verb}
	}
	return p, nil
}

// confirmMore asks before sessions are opened that may do more than the one whose command
// started this stsx, as STSX_ONLY says: once in a run. Errors: as Broker.Confirm.
func (r *commandRun) confirmMore(ctx context.Context, profiles ...session.Profile) error {
	var names []string
	for _, p := range profiles {
		if !p.Policies.StaysWithin(r.Getenv(onlyVariable)) {
			names = append(names, quotedName(p.Name))
		}
	}
	return r.confirmBeyond(ctx, names)
}

// confirmBeyond is confirmMore for the profiles of those names, whose sessions may do more.
func (r *commandRun) confirmBeyond(ctx context.Context, names []string) error {
	if len(names) == 0 || r.moreConfirmed {
		return nil
	}
	only := r.Getenv(onlyVariable)
	what := strings.Join(names, ", ")
	yes, err := r.drivers.Ask.Confirm(ctx, "This was started with a session that is "+onlyText(only)+
		". Give it "+what+" without that limit?", false)
	var input *session.InputError
	switch {
	case errors.As(err, &input):
		give := "run this in a terminal of your own"
		if only == "read-only" {
			give = "add --read-only, or " + give
		}
		return &session.InputError{What: "a yes to using " + what + " beyond STSX_ONLY (" + onlyText(only) + ")", Give: give}
	case err == nil && !yes:
		return session.ErrDeclined
	}
	r.moreConfirmed = err == nil
	return err
}

// onlyText is a session.SessionPolicies.Name for people.
func onlyText(only string) string {
	if session.OnlyMark(only) == "ro" {
		return "read-only"
	}
	return "limited by a policy"
}
