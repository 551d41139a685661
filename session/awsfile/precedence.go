package awsfile

import (
	"os"
	"path/filepath"
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
		if err != nil || d == nil {
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
	const variable = "BOTO_CONFIG"
	paths := []string{"/etc/boto.cfg", filepath.Join(f.Home, ".boto")}
	if path := f.Getenv(variable); path != "" {
		paths = []string{path, f.expanded(path)}
	}
	for _, path := range paths {
		d, err := readForeign(CredentialsFile, path)
		if err != nil {
			return "", "", err
		}
		if d != nil && d.read().botocore.values["Credentials"][keyID] != "" {
			return keyID + " in [Credentials] of " + path,
				"take that out of [Credentials], run this with " + variable + "=" + os.DevNull, nil
		}
	}
	return "", "", nil
}

// earlierJava looks at the variables that every Java program takes options from.
func (f Files) earlierJava() (what, cure string, err error) {
	for _, variable := range []string{"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"} {
		for _, property := range []string{"aws.accessKeyId", "aws.secretAccessKey", "aws.secretKey", "aws.webIdentityTokenFile",
			"aws.roleArn", "aws.profile", "aws.sharedCredentialsFile", "aws.configFile"} {
			if strings.Contains(f.Getenv(variable), "-D"+property+"=") {
				return property + " in " + variable, "take that out of " + variable, nil
			}
		}
	}
	return "", "", nil
}

// readForeign reads a file for what is in it, in whatever way it is written; nil
// when it is none, as /dev/null.
func readForeign(kind FileKind, path string) (*Document, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, nil
	}
	text, err := readText(path)
	return ParseFile(kind, strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")), err
}
