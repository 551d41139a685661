package awsfile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDefault(t *testing.T) {
	f, _ := dave(t)
	credentials, config := filepath.Join(f.Home, ".aws", "credentials"), filepath.Join(f.Home, ".aws", "config")
	for _, c := range []struct{ credentials, config, what, variable string }{
		{},
		{credentials: "[default]\nregion = x\n[other]\naws_access_key_id = x\n", config: "[default]\noutput = json\n[profile x]\nrole_arn = y\n"},
		{credentials: "# aws_access_key_id = x\n[default]\n", config: "[default]\ns3 =\n  role_arn = y\n"},
		{credentials: "[default]\naws_access_key_id=x\n", what: "aws_access_key_id in [default] of " + credentials, variable: "AWS_SHARED_CREDENTIALS_FILE"},
		{credentials: "[default]\nCredential_Process=x\n", what: "credential_process in [default] of " + credentials, variable: "AWS_SHARED_CREDENTIALS_FILE"},
		{config: "[default]\nrole_arn=x\n", what: "role_arn in [default] of " + config, variable: "AWS_CONFIG_FILE"},
		{config: "[profile  default]\r\nsso_session: x\r\n", what: "sso_session in [profile default] of " + config, variable: "AWS_CONFIG_FILE"},
	} {
		put(t, credentials, c.credentials, 0o600)
		put(t, config, c.config, 0o600)
		if what, variable, err := f.Default(); err != nil || what != c.what || variable != c.variable {
			t.Errorf("%+v: %q, %q, %v", c, what, variable, err)
		}
	}
	put(t, credentials, "[default]\naws_access_key_id=x\n", 0o600)
	f.Getenv = func(name string) string {
		return map[string]string{"AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_CONFIG_FILE": "/no/such/file"}[name]
	}
	if what, _, err := f.Default(); err != nil || what != "" {
		t.Errorf("%q, %v", what, err)
	}
	f.Home, f.Getenv = "", func(string) string { return "" }
	if what, _, err := f.Default(); err != nil || what != "" {
		t.Errorf("%q, %v", what, err)
	}
}
