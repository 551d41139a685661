package config

import (
	"fmt"
	"strings"

	"stsx/session"
)

// OrgClashError: a shared configuration and the person's own have an idp of the
// same name that is not the same.
type OrgClashError struct {
	Path, Name    string
	Own, Imported string // hosts
}

func (e *OrgClashError) Error() string {
	return fmt.Sprintf("[idp.%s] in %s signs in at another url (%s) than the one to be added (%s): nothing was changed",
		bareKey(e.Name), e.Path, e.Own, e.Imported)
}

// Hint says what to do about it.
func (e *OrgClashError) Hint() string {
	return "if both are the same app, give yours that url; if not, give yours another name"
}

// CannotEditError: profiles stand in the file in a way that they can't be renamed or
// removed by themselves.
type CannotEditError struct{ Path string }

func (e *CannotEditError) Error() string {
	return "stsx can't rename or remove profiles in " + e.Path + " without rewriting what is there (is it { } all on one line?)"
}

// Hint says what to do about it.
func (e *CannotEditError) Hint() string { return "nothing was changed: edit the file by hand" }

// CannotAddError: the file is written in a way that nothing can be added to.
type CannotAddError struct {
	Path string
	Lack []session.Table
}

func (e *CannotAddError) Error() string { return strings.Join(e.Lines(), "\n") }

// Lines are the error and the tables to add.
func (e *CannotAddError) Lines() []string {
	lines := []string{"stsx can't add to " + e.Path + " without rewriting what is there (is it an inline table?): " +
		"nothing was changed; add by hand"}
	for _, t := range e.Lack {
		lines = append(append(lines, ""), strings.Split(strings.TrimRight(renderTable(t, "\n"), "\n"), "\n")...)
	}
	return lines
}
