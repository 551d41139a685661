package awsfile

import (
	"context"

	"stsx/session/files"
)

// EditFile changes the file at path as files.Edit does.
func EditFile(ctx context.Context, path string, change func(*Document) error) error {
	return files.Edit(ctx, path, func(text string) (string, error) {
		d := Parse(text)
		err := change(d)
		return d.String(), err
	})
}

// ReadFile returns the file at path; one that is not there is an empty one.
func ReadFile(path string) (*Document, error) {
	text, err := files.Read(path)
	return Parse(text), err
}
