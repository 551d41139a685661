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
	return "no configuration yet: there is no " + e.Path
}

// Hint says what to do about it.
func (e *MissingError) Hint() string {
	return "run: stsx configure (needs the AWS app's link from Okta and your username)"
}

// Unwrap makes it an fs.ErrNotExist.
func (e *MissingError) Unwrap() error { return fs.ErrNotExist }

// UnknownNameError: the configuration has no profile or idp of that name.
type UnknownNameError struct {
	Kind string // "profile" or "identity provider"
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

// Unwrap makes it an fs.ErrNotExist, as a file that is not there is.
func (e *UnknownNameError) Unwrap() error { return fs.ErrNotExist }

// AmbiguousOrgError: one idp was meant and there are several.
type AmbiguousOrgError struct {
	Names []string
	Path  string // of the configuration
}

func (e *AmbiguousOrgError) Error() string {
	return fmt.Sprintf("%s has several identity providers; name one of %s", e.Path, quotedList(e.Names))
}
