package awsfile

import (
	"context"

	"stsx/session/textfile"
)

// EditFile changes the file at path as textfile.Edit does.
func EditFile(ctx context.Context, path string, change func(*Document) error) error {
	return textfile.Edit(ctx, path, func(text string) (string, error) {
		d := Parse(text)
		err := change(d)
		return d.String(), err
	})
}

// ReadFile returns the file at path; one that is not there is an empty one.
func ReadFile(path string) (*Document, error) {
	text, err := textfile.Read(path)
	return Parse(text), err
}
