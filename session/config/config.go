// Package config reads the configuration file and resolves it: what it hands
// out are profiles complete with their org and their chain of sources. All
// that can be known to be wrong without signing in is found when the file is
// read, all of it at once, each with line and column.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"stsx/session"
)

// File is a configuration file without mistakes.
type File struct {
	path     string
	orgs     []session.Org     // in file order
	profiles []session.Profile // in file order, resolved
}

// Load reads and checks the file at path. Errors: *MissingError, Problems, or
// what the file system said.
func Load(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{Path: path}
	}
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return Parse(path, text)
}

// Parse checks text, which was read from path. Its errors are Problems.
func Parse(path string, text []byte) (*File, error) {
	tables, problems, isTOML := scanTables(path, text)
	if !isTOML {
		return nil, problems
	}
	c := &checker{path: path, problems: problems}
	file := c.resolveTables(tables)
	if len(c.problems) > 0 {
		return nil, c.problems.sortByPlace()
	}
	return file, nil
}

// Profile returns the profile of that name, complete with its org and its
// sources. Error: *UnknownNameError.
func (f *File) Profile(name string) (session.Profile, error) {
	for _, p := range f.profiles {
		if p.Name == name {
			return p, nil
		}
	}
	return session.Profile{}, &UnknownNameError{Kind: "profile", Name: name, Near: session.Near(name, f.Names()), Path: f.path}
}

// Org returns the org of that name; "" is the only one there is. Errors:
// *UnknownNameError, *AmbiguousOrgError.
func (f *File) Org(name string) (session.Org, error) {
	if name == "" && len(f.orgs) == 1 {
		return f.orgs[0], nil
	}
	if name == "" && len(f.orgs) > 1 {
		return session.Org{}, &AmbiguousOrgError{Names: f.OrgNames(), Path: f.path}
	}
	for _, o := range f.orgs {
		if o.Name == name {
			return o, nil
		}
	}
	return session.Org{}, &UnknownNameError{Kind: "idp", Name: name, Near: session.Near(name, f.OrgNames()), Path: f.path}
}

// Names are the profiles' names in file order.
func (f *File) Names() []string {
	names := make([]string, 0, len(f.profiles))
	for _, p := range f.profiles {
		names = append(names, p.Name)
	}
	return names
}

// OrgNames are the orgs' names in file order.
func (f *File) OrgNames() []string {
	names := make([]string, 0, len(f.orgs))
	for _, o := range f.orgs {
		names = append(names, o.Name)
	}
	return names
}

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
		text += "; near it: " + quotedList(e.Near)
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

// Problem is one mistake in the file.
type Problem struct {
	Path   string
	Line   int // from 1
	Column int // from 1, in characters
	Text   string
}

func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.Path, p.Line, p.Column, p.Text)
}

// Problems are all the mistakes in a file, sorted by place. There is at least
// one.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return strings.Join(lines, "\n")
}

func (p Problems) sortByPlace() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return p
}

// quotedList lists names so that none can be taken for two, or for an escape
// sequence.
func quotedList(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(list, ", ")
}
