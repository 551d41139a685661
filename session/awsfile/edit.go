package awsfile

import (
	"context"

	"stsx/session/files"
)

// EditFile changes the file at path as files.Edit does. Errors: *EncodingError
// as well.
func EditFile(ctx context.Context, kind FileKind, path string, change func(*Document) error) error {
	return files.Edit(ctx, path, func(text string) (string, error) {
		if err := checkEncoding(text); err != nil {
			return "", err
		}
		d := ParseFile(kind, text)
		err := change(d)
		return d.String(), err
	})
}

// ReadFile returns the file at path; one that is not there is an empty one.
// Error: *EncodingError.
func ReadFile(kind FileKind, path string) (*Document, error) {
	text, err := readText(path)
	if err == nil {
		err = checkEncoding(text)
	}
	return ParseFile(kind, text), err
}

// readText is the text of the file at path, "" when it is not there.
func readText(path string) (string, error) { return files.Read(path) }
