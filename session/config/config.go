// Package config reads the configuration file and resolves it: what it hands
// out are profiles complete with their org and their chain of sources. All
// that can be known to be wrong without signing in is found when the file is
// read, all of it at once, each with line and column.
package config

import (
	"errors"
	"fmt"
	"io/fs"

	"stsx/session"
	"stsx/session/files"
)

// File is a configuration file without mistakes.
type File struct {
	path     string
	orgs     []session.Org     // in file order
	profiles []session.Profile // in file order, resolved
}

// Load reads and checks the file at path. It may name commands, so one that
// others may have written is not read. Errors: *MissingError, Problems,
// *files.OwnerError, or what the file system said.
func Load(path string) (*File, error) {
	text, err := files.ReadTrusted(path)
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
	return session.Profile{}, &UnknownNameError{Kind: "profile", Name: name, Near: session.NearestNames(name, f.Names()), Path: f.path}
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
	return session.Org{}, &UnknownNameError{
		Kind: "identity provider",
		Name: name,
		Near: session.NearestNames(name, f.OrgNames()),
		Path: f.path,
	}
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
