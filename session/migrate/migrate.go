// Package migrate reads the configurations of other tools that get AWS
// credentials, for stsx configure import --from. It changes nothing of theirs,
// and copies no secret. Each tool has a file of its own here: what it calls its
// settings, and which of them stsx has no place for.
package migrate

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"stsx/session"
	"stsx/session/files"
)

// Files are the configurations of other tools on this machine.
type Files struct {
	Getenv func(string) string
	Home   string // "" when it is not known
	GOOS   string // runtime.GOOS
}

// toolReader reads one tool's configuration.
type toolReader struct {
	name string
	// usualPath is where the tool has its configuration; "" when it has none of its own.
	usualPath func(f Files) string
	// isUsed reports a sign of the tool where its file has none; nil: the file is one.
	isUsed func(f Files) bool
	// read gathers what text says. Error: *lineError.
	read func(d *settingsDraft, text string) error
}

// toolReaders is the one table of them, in the order of session.OtherTools.
func toolReaders() []toolReader {
	return []toolReader{
		{"saml2aws", func(f Files) string { return f.pathFrom("SAML2AWS_CONFIGFILE", ".saml2aws") }, nil, readSaml2aws},
		{"aws-okta", Files.awsConfigPath, nil, readAWSOkta},
		{"gimme-aws-creds", func(f Files) string { return f.pathFrom("OKTA_CONFIG", ".okta_aws_login_config") }, nil, readGimmeAWSCreds},
		{"okta-aws-cli", func(f Files) string { return f.pathFrom("", ".okta/okta.yaml") }, nil, readOktaAWSCLI},
		{"aws-vault", Files.awsConfigPath, isVaultUser, readAWSVault},
		{"aws-runas", Files.awsConfigPath, nil, readAWSRunas},
		{"tokendito", tokenditoPath, nil, readTokendito},
		{"aws-sts", func(Files) string { return "" }, nil, readAWSSTS},
	}
}

// longestFile bounds what is read, in bytes.
const longestFile = 1 << 20

// Read reads the configuration of a tool of session.OtherTools; path "" means
// its usual place. Errors: *FileError, *files.OwnerError, the file system's.
func (f Files) Read(tool, path string) (session.ToolSettings, error) {
	i := slices.IndexFunc(toolReaders(), func(r toolReader) bool { return r.name == tool })
	reader := toolReaders()[i]
	if path == "" {
		path = reader.usualPath(f)
	}
	found := session.ToolSettings{Tool: tool, Path: path}
	text, problem := readText(tool, path)
	if problem != nil {
		return found, problem
	}
	d := &settingsDraft{tool: tool}
	if err := reader.read(d, text); err != nil {
		return found, &FileError{tool, path, err.Error(), otherToolHint(tool, text, "correct that line, or give the path of another file")}
	}
	if len(d.profiles) == 0 && len(d.left) == 0 {
		return found, &FileError{tool, path, "nothing in it is of " + tool, otherToolHint(tool, text, pathHint(tool))}
	}
	d.fillSettings(&found)
	return found, nil
}

// Present are the tools whose configuration is at its usual place and has
// profiles, in the order of session.OtherTools.
func (f Files) Present() []session.ToolSettings {
	var present []session.ToolSettings
	for _, r := range toolReaders() {
		if r.isUsed != nil && !r.isUsed(f) {
			continue
		}
		found, err := f.Read(r.name, "")
		if err == nil && slices.ContainsFunc(found.Tables, func(t session.Table) bool { return t.Kind == "profile" }) {
			present = append(present, found)
		}
	}
	return present
}

// readText is the file's text, where it can be a configuration at all.
func readText(tool, path string) (string, error) {
	fail := func(what, cure string) (string, error) { return "", &FileError{tool, path, what, cure} }
	if path == "" {
		return "", &FileError{tool, "the file", "stsx does not know where it is", pathHint(tool)}
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fail("there is no such file", pathHint(tool))
	case err != nil:
		return "", err
	case info.IsDir():
		return fail("it is a folder", pathHint(tool))
	case info.Size() > longestFile:
		return fail("it is larger than 1 MiB", pathHint(tool))
	}
	var owner *files.OwnerError
	if err := files.CheckFile(path); errors.As(err, &owner) {
		owner.Cure = "read it through; if it is as you want it, copy it to a file of your own and give the path of that"
		return "", owner
	}
	text, err := files.Read(path)
	text = strings.TrimPrefix(text, "\ufeff")
	switch {
	case err != nil:
		return "", err
	case strings.TrimSpace(text) == "":
		return fail("it is empty", pathHint(tool))
	case strings.ContainsRune(text, 0) || strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff"):
		return fail("it is not plain text (UTF-16?)", "save a copy as UTF-8 and give the path of that")
	case !utf8.ValidString(text):
		return fail("it is not UTF-8", "save a copy as UTF-8 and give the path of that")
	}
	return strings.ReplaceAll(text, "\r\n", "\n"), nil
}

func pathHint(tool string) string {
	return "give the path of its configuration: stsx configure import --from " + tool + " FILE"
}

// otherToolHint names the tool whose configuration text is; otherwise when it is none's.
func otherToolHint(tool, text, otherwise string) string {
	for _, r := range toolReaders() {
		d := &settingsDraft{tool: r.name}
		if r.name != tool && r.isUsed == nil && r.read(d, text) == nil && len(d.profiles) > 0 {
			return "it looks like the configuration of " + r.name + ": import it with --from " + r.name
		}
	}
	return otherwise
}

// pathFrom is the path that a variable names, else name in the home.
func (f Files) pathFrom(variable, name string) string {
	path := ""
	if variable != "" {
		path = f.Getenv(variable)
	}
	switch rest, ok := strings.CutPrefix(path, "~/"); {
	case ok && f.Home != "":
		return filepath.Join(f.Home, rest)
	case path != "":
		return path
	case f.Home == "":
		return ""
	}
	return filepath.Join(f.Home, filepath.FromSlash(name))
}

func (f Files) awsConfigPath() string { return f.pathFrom("AWS_CONFIG_FILE", ".aws/config") }
