package awsfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Files are the files that AWS's tools share, with a record of what stsx wrote
// into them. The record holds no secret.
type Files struct {
	Getenv func(string) string
	Home   string // "" when it is not known
	Dir    string // of the record; created when it is needed
}

// Credentials is the path of the shared credentials file:
// AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials.
func (f Files) Credentials() (string, error) {
	return f.filePath("AWS_SHARED_CREDENTIALS_FILE", "credentials")
}

// Config is the path of the shared configuration: AWS_CONFIG_FILE, else
// ~/.aws/config.
func (f Files) Config() (string, error) { return f.filePath("AWS_CONFIG_FILE", "config") }

func (f Files) filePath(variable, name string) (string, error) {
	path := f.Getenv(variable)
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) && f.Home != "" {
		path = f.Home + rest // as the SDKs read it
	}
	if path == "" {
		if f.Home == "" {
			return "", fmt.Errorf("neither HOME nor %s is set: stsx does not know where the file is", variable)
		}
		path = filepath.Join(f.Home, ".aws", name)
	}
	return filepath.Abs(path)
}
