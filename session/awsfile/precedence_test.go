package awsfile

import (
	"errors"
	"os"
	"path/filepath"
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
	var variable *VariableError
	env["AWS_CONFIG_FILE"] = "$HOME/config"
	if _, _, err := f.Earlier(); !errors.As(err, &variable) {
		t.Errorf("%v", err)
	}
	f.Home, f.Getenv = "", func(string) string { return "" }
	if what, _, err := f.Earlier(); err != nil || what != "" {
		t.Errorf("%q, %v", what, err)
	}
}
