package bundle

import (
	"runtime"
	"strings"
)

// DescribeRun states what is known before any sign-in: versions, the system,
// and which variables are set, without their values.
func (b *Bundle) DescribeRun(version string, getenv func(string) string) {
	b.Fact("stsx", version)
	b.Fact("go", runtime.Version())
	b.Fact("system", runtime.GOOS+"/"+runtime.GOARCH)
	var set []string
	for _, name := range []string{
		"AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "DISPLAY", "HTTPS_PROXY", "NO_PROXY", "SSH_CONNECTION",
		"STSX_BROWSER_PATH", "STSX_CONFIG", "STSX_DEFAULT_PROFILE", "STSX_MFA_CODE", "STSX_PASSWORD", "STSX_PLAIN", "STSX_PROFILE",
		"STSX_USERNAME", "WAYLAND_DISPLAY",
		"http_proxy", "https_proxy", "no_proxy",
	} {
		if getenv(name) != "" {
			set = append(set, name)
		}
	}
	b.Fact("set variables", strings.Join(set, " "))
}
