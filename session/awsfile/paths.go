package awsfile

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Files are the files that AWS's tools share, with a record of what stsx wrote
// into them. The record holds no secret.
type Files struct {
	Getenv func(string) string
	Home   string // "" when it is not known
	Dir    string // of the record; created when it is needed

	// AccountHome is the home that the system has for the person, who has no Home.
	AccountHome string
}

// VariableError: a variable names a file in a way that AWS's tools do not all
// read alike.
type VariableError struct{ Variable, Value string }

func (e *VariableError) Error() string {
	return fmt.Sprintf("%s is %q: some of AWS's tools replace variables and ~ in it and others take it as it stands: nothing was changed",
		e.Variable, e.Value)
}

// Hint says what to do about it.
func (e *VariableError) Hint() string { return "write the whole path into " + e.Variable }

// Credentials is the path of the shared credentials file:
// AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials. Error: *VariableError.
func (f Files) Credentials() (string, error) { return f.pathOf(CredentialsFile) }

// Config is the path of the shared configuration: AWS_CONFIG_FILE, else
// ~/.aws/config. Error: *VariableError.
func (f Files) Config() (string, error) { return f.pathOf(ConfigFile) }

// Region is the one that AWS's tools use where none is named: that of AWS_PROFILE's
// profile or else of [default] in the shared configuration; "" = none.
func (f Files) Region() string {
	for _, profile := range []string{f.Getenv("AWS_PROFILE"), f.Getenv("AWS_DEFAULT_PROFILE"), "default"} {
		if profile == "" {
			continue
		}
		if _, pairs, _ := f.pairsIn(ConfigFile, profile); valueOf(pairs, keyRegion) != "" {
			return valueOf(pairs, keyRegion)
		}
	}
	return ""
}

// variable is the one that names the file.
func (k FileKind) variable() string {
	if k == ConfigFile {
		return "AWS_CONFIG_FILE"
	}
	return "AWS_SHARED_CREDENTIALS_FILE"
}

func (f Files) pathOf(kind FileKind) (string, error) {
	name := "credentials"
	if kind == ConfigFile {
		name = "config"
	}
	path := f.Getenv(kind.variable())
	if needsExpanding(path) {
		return "", &VariableError{kind.variable(), path}
	}
	if path == "" {
		if f.Home == "" {
			return "", fmt.Errorf("neither HOME nor %s is set: stsx does not know where the file is", kind.variable())
		}
		return filepath.Abs(filepath.Join(f.Home, ".aws", name))
	}
	return filepath.Abs(f.expanded(path))
}

// expanded is path with the home in place of ~.
func (f Files) expanded(path string) string {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) && f.Home != "" {
		return f.Home + rest
	}
	return path
}

// needsExpanding reports $NAME, ${NAME}, %NAME% and ~NAME.
func needsExpanding(path string) bool {
	return regexp.MustCompile(`\$\w|\$\{|%\w+%|^~[^/\\]`).MatchString(path)
}
