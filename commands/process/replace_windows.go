package process

import (
	"context"
)

// Replace is RunBeside, since Windows has no execve.
func Replace(path string, argv, environ []string) error {
	return RunBeside(context.Background(), path, argv, environ)
}
