package awsfile

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"stsx/session"
)

const (
	keyProcess  = "credential_process"
	processVerb = " process " // what a command of stsx's has in it
)

// TakenError: profiles of that name get their credentials elsewhere.
type TakenError struct {
	Path string
	Why  []string // "prod has role_arn"
}

func (e *TakenError) Error() string {
	return "in " + e.Path + ", " + strings.Join(e.Why, ", ") + ": nothing was changed"
}

// Hint says what to do about it.
func (e *TakenError) Hint() string {
	return "give other names with --prefix, or take those profiles out of the file"
}

// Configure writes entries into the shared configuration, all or none, and
// returns its path and the difference; with dry it only returns them. Errors:
// *TakenError, what EditFile says.
func (f Files) Configure(ctx context.Context, entries []session.AWSProfile, dry bool) (path, difference string, err error) {
	path, err = f.Config()
	if err != nil {
		return "", "", err
	}
	change := func(d *Document) error {
		before := d.String()
		if err := setProfiles(d, path, entries); err != nil {
			return err
		}
		difference = string(diff.Diff(path, []byte(masked(before)), path, []byte(masked(d.String()))))
		return nil
	}
	if dry {
		d, err := ReadFile(ConfigFile, path)
		if err == nil {
			err = change(d)
		}
		if err != nil {
			return path, "", fmt.Errorf("reading %s: %w", path, err)
		}
		return path, difference, nil
	}
	if err := EditFile(ctx, ConfigFile, path, change); err != nil {
		return path, "", fmt.Errorf("writing %s: %w", path, err)
	}
	return path, difference, nil
}

// masked is text without the secrets of others, for a difference to be shown.
func masked(text string) string {
	secrets := regexp.MustCompile(`(?im)^(\s*aws_(?:secret_access_key|session_token|security_token)\s*[=:]).*$`)
	return secrets.ReplaceAllString(text, "$1 [secret]")
}

func setProfiles(d *Document, path string, entries []session.AWSProfile) error {
	taken := &TakenError{Path: path}
	for _, e := range entries {
		if err := checkSection(e.Name); err != nil {
			return err
		}
		command, err := commandLine(e.Command)
		if err != nil {
			return err
		}
		there, _, err := d.Pairs(e.Name)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(there, isOtherSource); i >= 0 {
			taken.Why = append(taken.Why, e.Name+" has "+there[i].Key)
			continue
		}
		pairs := []Pair{{keyProcess, command}}
		if e.Region != "" && valueOf(there, keyRegion) == "" {
			pairs = append(pairs, Pair{keyRegion, e.Region}) // a region that somebody chose stays
		}
		if err := d.Apply(e.Name, Change{Set: pairs}); err != nil {
			return err
		}
	}
	if taken.Why != nil {
		return taken
	}
	return nil
}

// isOtherSource reports a setting that says where credentials come from, and not
// from stsx.
func isOtherSource(p Pair) bool {
	switch p.Key {
	case keyID, keySecret, "role_arn", "source_profile", "credential_source", "web_identity_token_file",
		"sso_session", "sso_start_url", "sso_account_id", "login_session":
		return true
	case keyProcess:
		return !strings.Contains(p.Value, "stsx") || !strings.Contains(p.Value, processVerb)
	}
	return false
}
