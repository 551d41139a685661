package config

import (
	"fmt"
	"io/fs"
)

// MissingError: there is no configuration file.
type MissingError struct {
	Path string // where it was looked for
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("there is no configuration at %s; a minimal one is\n\n%s", e.Path, Example)
}

// Hint says what to do about it.
func (e *MissingError) Hint() string { return "stsx configure writes one with you" }

// Unwrap makes it an fs.ErrNotExist.
func (e *MissingError) Unwrap() error { return fs.ErrNotExist }

// Example is the least that a configuration says.
const Example = `[idp.acme]
url      = "https://acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272"
username = "jane.roe@example.com"

[profile.dev]
role   = "arn:aws:iam::123456789012:role/Developer"
region = "eu-west-1"
`

// UnknownNameError: the configuration has no profile or idp of that name.
type UnknownNameError struct {
	Kind string // "profile" or "idp"
	Name string
	Near []string // names that may have been meant, best first
	Path string   // of the configuration
}

func (e *UnknownNameError) Error() string {
	var text string
	if e.Name == "" {
		text = fmt.Sprintf("%s has no %s", e.Path, e.Kind)
	} else {
		text = fmt.Sprintf("there is no %s %q in %s", e.Kind, e.Name, e.Path)
	}
	if len(e.Near) > 0 {
		text += "; did you mean " + quotedList(e.Near) + "?"
	}
	return text
}

// AmbiguousOrgError: one idp was meant and there are several.
type AmbiguousOrgError struct {
	Names []string
	Path  string // of the configuration
}

func (e *AmbiguousOrgError) Error() string {
	return fmt.Sprintf("%s has several idps; name one of %s", e.Path, quotedList(e.Names))
}
