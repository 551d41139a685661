//go:build unix

package tests

import (
	"os"
	"strings"
	"testing"

	"stsx/tests/okta"
)

func TestZZ(t *testing.T) {
	t.Run("webauthn", func(t *testing.T) {
		t.Skip()
		c, _ := withKey(t, okta.Config{Engine: okta.Classic})
		d := newDesk(t, c).with("STSX_PASSWORD=" + janePassword)
		text := textOf(t, d.home+"/.config/stsx/config.toml")
		d.configure(strings.Replace(text, "username", "timeout=\"15s\"\nusername", 1))
		os.Remove("/tmp/zz.zip")
		r := d.run("exec", "prod", "--verbose", "--debug-bundle", "/tmp/zz.zip", "--", "true")
		t.Log(r.stderr)
		for _, e := range d.org.Log() {
			if !strings.HasPrefix(e.Path, "/assets") {
				t.Log(e.Kind, e.Method, e.Path, e.Factor, e.OK, e.Detail)
			}
		}
	})
	t.Run("second", func(t *testing.T) {
		c, _ := withVerify(t, okta.Config{Engine: okta.Gen3}, okta.Reach{}, false)
		d := newDesk(t, c).public().with("STSX_PASSWORD=" + janePassword)
		os.Remove("/tmp/zz2.zip")
		r := d.run("exec", "prod", "--mfa", "fastpass", "--verbose", "--debug-bundle", "/tmp/zz2.zip", "--", "true")
		t.Log(r.stderr)
		for _, e := range d.org.Log() {
			if !strings.HasPrefix(e.Path, "/assets") {
				t.Log(e.Kind, e.Method, e.Path, e.Factor, e.OK, e.Detail)
			}
		}
	})
}
