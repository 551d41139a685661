package config

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"stsx/session"
	"stsx/session/files"
)

// Editor changes the configuration at Path.
type Editor struct{ Path string }

// ChangedError: somebody else wrote the file after it was shown what would be
// changed.
type ChangedError struct{ Path string }

func (e *ChangedError) Error() string {
	return e.Path + " has changed meanwhile: nothing was written"
}

// Hint says what to do about it.
func (e *ChangedError) Hint() string { return "run the same again" }

// Shared reads the tables of a shared configuration. from is a file or an
// address. Errors: Problems, what Fetch says.
func (e Editor) Shared(ctx context.Context, from string) ([]session.Table, error) {
	text, err := Fetch(ctx, from)
	if err != nil {
		return nil, err
	}
	return ParseShared(Address(from), text)
}

// text is the file's, "" when it is not there. What others may have written is not
// read: it may name commands. Errors: *files.OwnerError, what the file system said.
func (e Editor) text() (string, error) {
	text, err := files.ReadTrusted(e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

// Tables are the file's own, none when it is not there.
func (e Editor) Tables() ([]session.Table, error) {
	text, err := e.text()
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	if _, err := Parse(e.Path, []byte(text)); err != nil {
		return nil, err
	}
	tables, _, _ := scanTables(e.Path, []byte(text))
	return plainTables(tables), nil
}

// Merge plans what tables add to the file and writes nothing. Errors: those of
// PlanMerge.
func (e Editor) Merge(tables []session.Table) (session.ConfigChange, error) {
	text, err := e.text()
	if err != nil {
		return session.ConfigChange{}, fmt.Errorf("reading the configuration: %w", err)
	}
	return PlanMerge(e.Path, text, tables)
}

// Change plans edits of the file. It writes nothing. Errors: those of PlanChange.
func (e Editor) Change(edits session.ConfigEdits) (session.ConfigChange, error) {
	text, err := e.text()
	if err != nil {
		return session.ConfigChange{}, fmt.Errorf("reading the configuration: %w", err)
	}
	return PlanChange(e.Path, text, edits)
}

// Write writes what was planned. A new file is for its owner alone. Errors:
// *ChangedError, what Edit says.
func (e Editor) Write(ctx context.Context, m session.ConfigChange) error {
	err := files.Edit(ctx, m.Path, func(text string) (string, error) {
		if text != m.Old {
			return "", &ChangedError{m.Path}
		}
		return m.New, nil
	})
	if err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	return nil
}

// Export is ExportShared of the file. Errors: *MissingError as well.
func (e Editor) Export(names []string) (string, error) {
	text, err := e.text()
	switch {
	case err != nil:
		return "", fmt.Errorf("reading the configuration: %w", err)
	case text == "":
		return "", &MissingError{Path: e.Path}
	}
	return ExportShared(e.Path, []byte(text), names)
}

// CheckURL is the function of that name.
func (Editor) CheckURL(text string) error { return CheckURL(text) }

// AppLink is the function of that name.
func (Editor) AppLink(text string) (string, error) { return AppLink(text) }

// Advice is the function of that name.
func (Editor) Advice(text string) string { return LinkAdvice(text) }

// HomePage is the function of that name.
func (Editor) HomePage(link string) string { return HomePage(link) }
