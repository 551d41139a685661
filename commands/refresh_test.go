package commands

import (
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

// TestLoginLine: it leads to the very session that this run is for.
func TestLoginLine(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]Settings{
		"stsx login --force prod": {Region: "eu-west-1", NoInput: true},
		`stsx login --force prod --config "/my config.toml" --username joe --role Dev --duration 1h30m0s`: {Config: "/my config.toml",
			Username: "joe", Role: "Dev", Duration: 90 * time.Minute},
	} {
		r := &commandRun{settings: s}
		if got := r.loginLine("--force", "prod"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestWhyNone(t *testing.T) {
	t.Parallel()
	r := &commandRun{HostSystem: HostSystem{Now: noonTime}}
	held := session.Session{Profile: "prod", Credentials: session.Credentials{Expires: noonTime().Add(-time.Minute)}}
	got := r.renewalFailureText(held, &session.RefusedError{Said: "wrong\x1b[2J"})
	if got != "the credentials of prod ended at 11:59 and stsx could not renew them: Okta said: wrong\ufffd[2J. Run stsx login "+
		"--force prod in another terminal: what it gets is used here at once" {
		t.Errorf("%q", got)
	}
	held.Credentials.Expires = noonTime().Add(-24 * time.Hour)
	if got := r.renewalFailureText(held, &session.InputError{What: "a code"}); !strings.Contains(got, " on ") ||
		!strings.Contains(got, ": a code needs you. Run") {
		t.Errorf("%q", got)
	}
}

// TestUnsetRefreshed: env --unset in a shell under exec --refresh takes out where
// its credentials come from.
func TestUnsetRefreshed(t *testing.T) {
	t.Parallel()
	values := map[string]string{}
	for _, v := range refreshVariables(session.Session{Profile: "prod", Region: "eu-west-1"}, "http://127.0.0.1:1/credentials",
		session.NewSecret("t")) {
		values[v.Name] = v.Value
	}
	names := sessionNames(func(name string) string { return values[name] })
	for name := range values {
		if !slices.Contains(names, name) {
			t.Errorf("%s stays", name)
		}
	}
	// Those of a real container are none of stsx's.
	delete(values, "STSX_PROFILE")
	if names := sessionNames(func(name string) string { return values[name] }); slices.Contains(
		names,
		"AWS_CONTAINER_AUTHORIZATION_TOKEN",
	) {
		t.Errorf("%q", names)
	}
}
