package migrate

import (
	"fmt"
	"strconv"
)

// lineError is what is wrong with a line, without its words: they may be secret.
type lineError struct {
	line int
	what string
}

func (e *lineError) Error() string { return "line " + strconv.Itoa(e.line) + " " + e.what }

// FileError: a file can't be read as a tool's configuration.
type FileError struct {
	Tool, Path string
	What, Cure string
}

func (e *FileError) Error() string {
	return fmt.Sprintf("%s can't be read as the configuration of %s: %s", e.Path, e.Tool, e.What)
}

// Hint says what to do about it.
func (e *FileError) Hint() string { return e.Cure }
