package bundle

import (
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"stsx/session/files"
)

// Start is a bundle to be written to path, which knows the run; nil when path
// is "". Errors: CheckPath's.
func Start(path string, now func() time.Time, version string, getenv func(string) string) (*Bundle, error) {
	if path == "" {
		return nil, nil
	}
	b := New(path, now)
	b.DescribeRun(version, getenv)
	return b, b.CheckPath()
}

// DescribeRun states what is known before any sign-in: versions, the system,
// and which variables are set, without their values.
func (b *Bundle) DescribeRun(version string, getenv func(string) string) {
	b.Fact("stsx", version)
	b.Fact("go", runtime.Version())
	b.Fact("system", runtime.GOOS+"/"+runtime.GOARCH)
	var set []string
	for _, name := range []string{
		"AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "DISPLAY", "HTTPS_PROXY", "NO_PROXY", "SSH_CONNECTION",
		"STSX_BROWSER_PATH", "STSX_CONFIG", "STSX_MFA_CODE", "STSX_PASSWORD", "STSX_PROFILE", "STSX_USERNAME", "WAYLAND_DISPLAY",
		"http_proxy", "https_proxy", "no_proxy",
	} {
		if getenv(name) != "" {
			set = append(set, name)
		}
	}
	b.Fact("set variables", strings.Join(set, " "))
}

// SavePicture saves a page's picture in dir, for its owner only, and returns its
// path. The next one takes its place.
func SavePicture(dir string, png []byte) (string, error) {
	if err := files.MakePrivate(dir); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "page.png")
	return path, files.Replace(path, png)
}
