package browser

import (
	"slices"
	"strings"
	"testing"
)

func TestChildEnvironment(t *testing.T) {
	t.Parallel()
	secret := []string{
		"STSX_PASSWORD", "STSX_ANYTHING", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "aws_session_token", "SSLKEYLOGFILE", "https_proxy",
		"NO_PROXY",
		"GITHUB_TOKEN", "NPM_TOKEN_READ", "DB_PASSWORD", "PGPASSWORD", "MYSQL_PWD_SECRET", "OKTA_API_KEY", "STRIPE_APIKEY", "CI_JOB_TOKEN",
		"GOOGLE_APPLICATION_CREDENTIALS", "TF_VAR_private_key", "GPG_PASSPHRASE", "SSH_AUTH_SOCK", "Okta_Client_Secret",
		"DBUS_SESSION_BUS_ADDRESS",
	}
	needed := []string{
		"HOME", "PATH", "LANG", "LC_ALL", "TZ", "USER", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
		"LD_LIBRARY_PATH", "FONTCONFIG_FILE", "GTK_THEME", "SSL_CERT_FILE", "NSS_SSL_CBC_RANDOM_IV", "SystemRoot", "ProgramFiles",
		"QT_KEYBOARD",
	}
	var environ []string
	for _, name := range slices.Concat(secret, needed) {
		environ = append(environ, name+"=canary")
	}
	got := childEnvironment(environ, "/run")
	for _, name := range secret {
		if slices.Contains(got, name+"=canary") {
			t.Errorf("Chromium gets %s", name)
		}
	}
	for _, name := range needed {
		if !slices.Contains(got, name+"=canary") {
			t.Errorf("Chromium does not get %s", name)
		}
	}
	for _, entry := range []string{"TMPDIR=.", "DBUS_SESSION_BUS_ADDRESS=disabled:", "BREAKPAD_DUMP_LOCATION=/run"} {
		if name, _, _ := strings.Cut(entry, "="); lookupVariable(got, name)+"" != strings.SplitN(entry, "=", 2)[1] {
			t.Errorf("%s is %q", name, lookupVariable(got, name))
		}
	}
}
