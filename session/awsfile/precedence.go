package awsfile

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// credentialKeys are the settings by which a profile gets its credentials.
func credentialKeys() []string {
	return []string{keyID, "role_arn", "web_identity_token_file", "sso_session", "sso_start_url", "sso_account_id",
		keyProcess, "credential_source", "login_session"}
}

// Earlier says where an AWS SDK finds credentials before it asks a container's
// endpoint, "aws_access_key_id in [default] of PATH", and what to do about it; ""
// when nowhere. What the environment alone gives is not looked at, but for
// options of Java: a command does not get those variables.
func (f Files) Earlier() (what, cure string, err error) {
	for _, look := range []func() (string, string, error){
		func() (string, string, error) { return f.earlierProfile(CredentialsFile) },
		func() (string, string, error) { return f.earlierProfile(ConfigFile) },
		f.earlierBoto,
		f.earlierJava,
	} {
		if what, cure, err = look(); err != nil || what != "" {
			return what, cure, err
		}
	}
	return "", "", nil
}

// earlierProfile looks at the default profile as every tool reads it.
func (f Files) earlierProfile(kind FileKind) (what, cure string, err error) {
	variable := kind.variable()
	if f.Home == "" {
		f.Home = f.AccountHome // where botocore and Java look without HOME
	}
	path, err := f.pathOf(kind)
	if err != nil && f.Getenv(variable) == "" {
		return "", "", nil // nobody knows where it would be, the SDKs neither
	}
	if err != nil {
		return "", "", err
	}
	paths := []string{path}
	if literal, err := filepath.Abs(f.Getenv(variable)); err == nil && f.Getenv(variable) != "" && literal != path {
		paths = append(paths, literal) // ~ is a folder's name to some
	}
	for _, path := range paths {
		d, err := readForeign(kind, path)
		if err != nil {
			return "", "", err
		}
		v := d.read()
		for i := range d.lines {
			for _, tool := range []*fileReading{v.botocore, v.goSDK} {
				key, m := tool.settingOf(i, "default"), tool.meanings[i]
				if m.role == settingLine && m.section == inheritedSection {
					key = m.key
				}
				if slices.Contains(credentialKeys(), key) {
					return key + " in [" + strings.TrimSpace(m.section) + "] of " + path,
						"take that out of [" + strings.TrimSpace(m.section) + "], run this with " + variable + "=" + os.DevNull, nil
				}
			}
		}
	}
	return "", "", nil
}

// earlierBoto looks at the files of boto 2, which botocore still reads: the AWS
// CLI and boto3.
func (f Files) earlierBoto() (what, cure string, err error) {
	const variable, section = "BOTO_CONFIG", "Credentials"
	paths := []string{"/etc/boto.cfg"}
	if home := cmp.Or(f.Home, f.AccountHome); home != "" {
		paths = append(paths, filepath.Join(home, ".boto"))
	}
	if path := f.Getenv(variable); needsExpanding(path) {
		return "", "", &VariableError{variable, path}
	} else if path != "" {
		paths = []string{path, f.expanded(path)}
	}
	for _, path := range paths {
		d, err := readForeign(CredentialsFile, path)
		if err != nil {
			return "", "", err
		}
		r := d.read().botocore
		if _, ok := r.values[section]; !ok {
			continue
		}
		for _, from := range []string{section, inheritedSection} {
			if r.values[from][keyID] != "" {
				return keyID + " in [" + from + "] of " + path,
					"take that out of [" + from + "], run this with " + variable + "=" + os.DevNull, nil
			}
		}
	}
	return "", "", nil
}

// earlierJava looks at the variables that Java, and what starts programs in it,
// take options from, and at the files of options that those name.
func (f Files) earlierJava() (what, cure string, err error) {
	inFile := regexp.MustCompile(`(?:^|\s)(?:@|-XX:Flags=|-XX:VMOptionsFile=)(\S+)`)
	for _, variable := range []string{"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "IBM_JAVA_OPTIONS",
		"OPENJ9_JAVA_OPTIONS", "JAVA_OPTS", "MAVEN_OPTS", "GRADLE_OPTS", "SBT_OPTS", "ANT_OPTS", "CATALINA_OPTS"} {
		options := bareOptions(f.Getenv(variable))
		for _, m := range inFile.FindAllStringSubmatch(options, -1) {
			text, err := readText(m[1])
			if err != nil {
				return "", "", fmt.Errorf("reading the options of %s: %w", variable, err)
			}
			options += " " + bareOptions(text)
		}
		for _, property := range []string{"aws.accessKeyId", "aws.secretAccessKey", "aws.secretKey", "aws.webIdentityTokenFile",
			"aws.roleArn", "aws.profile", "aws.sharedCredentialsFile", "aws.configFile", "aws.containerCredentialsPath",
			"aws.containerCredentialsFullUri"} {
			if strings.Contains(options, "-D"+property+"=") {
				return property + " in " + variable, "take that out of " + variable, nil
			}
		}
	}
	return "", "", nil
}

// bareOptions are options without the quotes that may stand anywhere in one.
func bareOptions(text string) string { return strings.NewReplacer(`"`, "", "'", "").Replace(text) }

// readForeign reads a file for what is in it, in whatever way it is written. It
// is empty where it is not there, a folder or /dev/null. Errors: where a tool may
// read what stsx can't, a pipe or UTF-16.
func readForeign(kind FileKind, path string) (*Document, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() || info.Mode()&os.ModeDevice != 0 {
		return ParseFile(kind, ""), nil
	}
	text, err := readText(path)
	var unreadable *EncodingError
	if err == nil && errors.As(checkEncoding(text), &unreadable) && strings.HasPrefix(unreadable.What, "UTF-") {
		err = fmt.Errorf("reading %s: it is in an encoding that only some SDKs read (UTF-16 or UTF-32): %s", path, unreadable.Cure)
	}
	return ParseFile(kind, strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")), err
}
