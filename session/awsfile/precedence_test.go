package awsfile

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestEarlier: whatever an SDK looks at before the endpoint is found, in every
// layout that one of them reads.
func TestEarlier(t *testing.T) {
	const key = "aws_access_key_id"
	for _, c := range []struct{ credentials, config, boto, what string }{
		{},
		{credentials: "[default]\nregion = x\n[other]\naws_access_key_id = x\n",
			config: "[default]\noutput = json\n[profile x]\nrole_arn = y\n"},
		{credentials: "# aws_access_key_id = x\n[default]\n", config: "[default]\ns3 =\n  role_arn = y\n"},
		{credentials: "[default]\naws_access_key_id=x\n", what: key + " in [default] of CREDENTIALS"},
		{credentials: "[default]\r\n\taws_access_key_id=x\r\n", what: key + " in [default] of CREDENTIALS"},
		{credentials: "[ default ]\naws_access_key_id=x\n", what: key + " in [default] of CREDENTIALS"},
		{credentials: "[default] # mine\naws_access_key_id=x\n", what: key + " in [default] of CREDENTIALS"},
		{credentials: "[DEFAULT]\naws_access_key_id=x\n", what: key + " in [DEFAULT] of CREDENTIALS"},
		{credentials: "\ufeff[default]\naws_access_key_id=x\n", what: key + " in [default] of CREDENTIALS"},
		{credentials: "[default]\raws_access_key_id=x\r", what: key + " in [default] of CREDENTIALS"},
		{credentials: "[default]\nregion = a\n    role_arn = x\n", what: "role_arn in [default] of CREDENTIALS"},
		{credentials: "[default]\nregion =\nCredential_Process=x\n", what: "credential_process in [default] of CREDENTIALS"},
		{credentials: "[default]\nlogin_session=x\n", what: "login_session in [default] of CREDENTIALS"},
		{config: "[default]\nrole_arn=x\n", what: "role_arn in [default] of CONFIG"},
		{config: "[profile  default]\r\nsso_session: x\r\n", what: "sso_session in [profile  default] of CONFIG"},
		{config: "[ profile default ]\nsso_session: x\n", what: "sso_session in [profile default] of CONFIG"},
		{config: "[profile 'default']\nweb_identity_token_file: x\n", what: "web_identity_token_file in [profile 'default'] of CONFIG"},
		{boto: "[Boto]\nx = y\n[Credentials]\naws_access_key_id = x\n", what: key + " in [Credentials] of BOTO"},
		{boto: "[Boto]\nx = y\n[Credentials]\ngs_access_key_id = x\n"},
		{boto: "[DEFAULT]\naws_access_key_id = x\n[Boto]\n"},
		{boto: "[DEFAULT]\naws_access_key_id = x\n[Credentials]\n", what: key + " in [DEFAULT] of BOTO"},
	} {
		f, credentials := dave(t)
		config, boto := filepath.Join(f.Home, ".aws", "config"), filepath.Join(f.Home, ".boto")
		put(t, credentials, c.credentials, 0o600)
		put(t, config, c.config, 0o600)
		put(t, boto, c.boto, 0o600)
		want := strings.NewReplacer("CREDENTIALS", credentials, "CONFIG", config, "BOTO", boto).Replace(c.what)
		what, cure, err := f.Earlier()
		if err != nil || what != want || (cure == "") != (want == "") {
			t.Errorf("%+v: %q, %q, %v", c, what, cure, err)
		}
		variable := map[string]string{credentials: "AWS_SHARED_CREDENTIALS_FILE=", config: "AWS_CONFIG_FILE=", boto: "BOTO_CONFIG="}
		for path, name := range variable {
			if strings.HasSuffix(what, path) && !strings.HasSuffix(cure, "run this with "+name+os.DevNull) {
				t.Errorf("%+v: %q", c, cure)
			}
		}
	}
}

// TestEarlierByVariable: files that variables name, and options of Java.
func TestEarlierByVariable(t *testing.T) {
	f, credentials := dave(t)
	put(t, credentials, "[default]\naws_access_key_id=x\n", 0o600)
	put(t, filepath.Join(f.Home, ".boto"), "[Credentials]\naws_access_key_id = x\n", 0o600)
	put(t, filepath.Join(f.Home, "other"), "[Credentials]\naws_access_key_id = x\n[default]\naws_access_key_id = x\n", 0o600)
	options := filepath.Join(f.Home, "java-options")
	put(t, options, "-Xmx1g\n\"-Daws.accessKeyId=AKIA\"\n", 0o600)
	env := map[string]string{}
	f.Getenv = func(name string) string { return env[name] }
	null := map[string]string{"AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_CONFIG_FILE": "/no/such/file", "BOTO_CONFIG": os.DevNull}
	for _, c := range []struct {
		set  map[string]string
		what string
	}{
		{null, ""},
		{map[string]string{"BOTO_CONFIG": "~/other"}, "aws_access_key_id in [Credentials] of " + f.Home + "/other"},
		{map[string]string{"AWS_SHARED_CREDENTIALS_FILE": "~/other"}, "aws_access_key_id in [default] of " + f.Home + "/other"},
		{map[string]string{"AWS_CONFIG_FILE": f.Home + "/other"}, "aws_access_key_id in [default] of " + f.Home + "/other"},
		{map[string]string{"JAVA_TOOL_OPTIONS": "-Xmx1g -Daws.accessKeyId=AKIA"}, "aws.accessKeyId in JAVA_TOOL_OPTIONS"},
		{map[string]string{"JDK_JAVA_OPTIONS": "-Daws.profile=x"}, "aws.profile in JDK_JAVA_OPTIONS"},
		{map[string]string{"_JAVA_OPTIONS": "-Daws.region=x"}, ""},
		{map[string]string{"_JAVA_OPTIONS": "-D'aws.profile'=x"}, "aws.profile in _JAVA_OPTIONS"},
		{map[string]string{"OPENJ9_JAVA_OPTIONS": "-Daws.secretKey=x"}, "aws.secretKey in OPENJ9_JAVA_OPTIONS"},
		{map[string]string{"MAVEN_OPTS": "-Daws.containerCredentialsPath=/x"}, "aws.containerCredentialsPath in MAVEN_OPTS"},
		{map[string]string{"GRADLE_OPTS": "-Xmx1g -Daws.containerCredentialsFullUri=http://x"},
			"aws.containerCredentialsFullUri in GRADLE_OPTS"},
		{map[string]string{"JDK_JAVA_OPTIONS": "-Xmx1g @" + options}, "aws.accessKeyId in JDK_JAVA_OPTIONS"},
		{map[string]string{"JAVA_TOOL_OPTIONS": "-XX:VMOptionsFile=" + options}, "aws.accessKeyId in JAVA_TOOL_OPTIONS"},
		{map[string]string{"JDK_JAVA_OPTIONS": "@/no/such/file jane@example.com"}, ""},
	} {
		clear(env)
		for name, value := range null {
			env[name] = value
		}
		for name, value := range c.set {
			env[name] = value
		}
		if what, _, err := f.Earlier(); err != nil || filepath.ToSlash(what) != filepath.ToSlash(c.what) {
			t.Errorf("%v: %q, %v", c.set, what, err)
		}
	}
	for _, name := range []string{"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "BOTO_CONFIG"} {
		for _, value := range []string{"$HOME/other", "${HOME}/other", "~root/other"} {
			clear(env)
			maps.Copy(env, null)
			env[name] = value
			var variable *VariableError
			if _, _, err := f.Earlier(); !errors.As(err, &variable) || variable.Variable != name {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		}
	}
	f.AccountHome, f.Home, f.Getenv = f.Home, "", func(string) string { return "" }
	if what, _, err := f.Earlier(); err != nil || what != "aws_access_key_id in [default] of "+credentials {
		t.Errorf("without HOME: %q, %v", what, err)
	}
	f.AccountHome = ""
	if what, _, err := f.Earlier(); err != nil || what != "" {
		t.Errorf("%q, %v", what, err)
	}
}

// TestEarlierUnreadable: what some SDK reads and stsx can't is an error.
func TestEarlierUnreadable(t *testing.T) {
	for name, content := range map[string]string{
		"UTF-16 of .NET's":           "\xff\xfe[\x00d\x00]\x00",
		"UTF-16 the other way round": "\xfe\xff\x00[\x00d\x00]",
		"UTF-32":                     "\xff\xfe\x00\x00[\x00\x00\x00",
	} {
		f, path := dave(t)
		put(t, path, content, 0o600)
		if _, _, err := f.Earlier(); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "UTF-16") {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, path := dave(t)
	pipe, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	defer theirs.Close()
	f.Getenv = func(name string) string {
		return map[string]string{"AWS_SHARED_CREDENTIALS_FILE": fmt.Sprintf("/dev/fd/%d", pipe.Fd())}[name]
	}
	if _, _, err := f.Earlier(); runtime.GOOS == "linux" && (err == nil || !strings.Contains(err.Error(), "is not a file")) {
		t.Errorf("a pipe: %v", err)
	}
	f.Getenv = func(name string) string { return map[string]string{"AWS_CONFIG_FILE": filepath.Dir(path)}[name] }
	put(t, path, "", 0o600)
	if what, _, err := f.Earlier(); err != nil || what != "" {
		t.Errorf("a folder: %q, %v", what, err)
	}
}
