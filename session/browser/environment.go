package browser

import (
	"slices"
	"strings"
)

// childEnvironment is ours without what Chromium must not see, and with what keeps it to its profile:
//
// TMPDIR is relative because Chromium refuses to start when the path of the socket it makes there is longer than some 100
// bytes; its temporary files would stay in /tmp. What crashes writes nowhere else than into the profile. A message bus that
// takes connections and never answers would hold up the start; none is needed.
func childEnvironment(environ []string, profileDir string) []string {
	kept := slices.DeleteFunc(slices.Clone(environ), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return isPrivateVariable(strings.ToUpper(name)) || strings.HasPrefix(name, "DBUS_") && strings.HasSuffix(name, "_BUS_ADDRESS")
	})
	return append(kept, "TMPDIR=.", "BREAKPAD_DUMP_LOCATION="+profileDir, "CHROME_CONFIG_HOME="+profileDir,
		"GSETTINGS_BACKEND=memory", "DBUS_SESSION_BUS_ADDRESS=disabled:", "DBUS_SYSTEM_BUS_ADDRESS=disabled:")
}

// isPrivateVariable says whether Chromium must not see a variable: ours, AWS's, what is called a secret, where the keys of
// TLS connections would be written to, and proxies (they go by flag, without their passwords).
func isPrivateVariable(name string) bool {
	for _, prefix := range []string{"STSX_", "AWS_", "CHROME_HEADLESS", "SSLKEYLOGFILE", "SSH_AUTH_SOCK", "SSH_AGENT_PID"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	for _, suffix := range []string{"_PROXY", "_KEY", "_PAT", "_PW", "_PASS"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	for _, part := range []string{
		"SECRET", "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "APIKEY", "ACCESSKEY", "PRIVATEKEY",
	} {
		if strings.Contains(strings.ReplaceAll(name, "_", ""), part) {
			return true
		}
	}
	return false
}

// lookupVariable is the value of a variable in an environment, the last one winning as it does in exec.
func lookupVariable(environ []string, name string) string {
	value := ""
	for _, variable := range environ {
		if key, v, _ := strings.Cut(variable, "="); key == name {
			value = v
		}
	}
	return value
}
