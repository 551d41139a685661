package awsfile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/session"
)

func TestConfigure(t *testing.T) {
	f, _ := dave(t)
	ctx := context.Background()
	path := filepath.Join(f.Home, ".aws", "config")
	const mine = "# mine\n[profile dev]\nregion = us-east-1\noutput = json\n"
	put(t, path, mine, 0o600)
	entries := []session.AWSProfile{
		{Name: "dev", Command: []string{"/opt/my tools/stsx", "process", "dev"}, Region: "eu-west-1"},
		{Name: "prod", Command: []string{"/usr/bin/stsx", "process", "prod"}, Region: "eu-west-1"},
	}
	_, shown, err := f.Configure(ctx, entries, true)
	if err != nil || text(t, path) != mine || !strings.Contains(shown,
		"\n+[profile prod]\n+credential_process = /usr/bin/stsx process prod\n") || strings.Contains(shown, "-output") {
		t.Errorf("%v\n%s", err, shown)
	}
	if _, again, err := f.Configure(ctx, entries, false); err != nil || again != shown {
		t.Errorf("%v, %s", err, again)
	}
	const want = "# mine\n[profile dev]\nregion = us-east-1\noutput = json\ncredential_process = \"/opt/my tools/stsx\" process dev\n\n" +
		"[profile prod]\ncredential_process = /usr/bin/stsx process prod\nregion = eu-west-1\n"
	if got := text(t, path); got != want {
		t.Errorf("%s", got)
	}
	if _, nothing, err := f.Configure(ctx, entries, false); err != nil || nothing != "" || text(t, path) != want {
		t.Errorf("a second time: %v, %q", err, nothing)
	}
	put(t, path, "[profile prod]\nrole_arn = arn:x\n[default]\ncredential_process = other\n", 0o600)
	before := text(t, path)
	var taken *TakenError
	all := append(entries, session.AWSProfile{Name: "default", Command: []string{"stsx", "process", "x"}})
	if _, _, err := f.Configure(ctx, all, false); !errors.As(err, &taken) || len(taken.Why) != 2 || text(t, path) != before {
		t.Errorf("%v", err)
	}
	for _, word := range []string{"", "a$b", "a\"b", "it's", "a;b", "a\nb"} {
		if _, _, err := f.Configure(ctx, []session.AWSProfile{{Name: "x", Command: []string{"stsx", "process", word}}}, false); err == nil {
			t.Errorf("%q was written", word)
		}
	}
	if _, err := os.Stat(path); err != nil || text(t, path) != before {
		t.Error("the file has changed")
	}
}

func TestRegion(t *testing.T) {
	for name, c := range map[string]struct{ config, profile, want string }{
		"none":                 {"", "", ""},
		"of the default":       {"[default]\nregion = eu-west-1\n", "", "eu-west-1"},
		"of the profile":       {"[default]\nregion = eu-west-1\n[profile x]\nregion=eu-west-3\n", "x", "eu-west-3"},
		"the profile has none": {"[default]\nregion = eu-west-1\n[profile x]\noutput=json\n", "x", "eu-west-1"},
		"no such profile":      {"[default]\nregion = eu-west-1\n", "y", "eu-west-1"},
		"of others only":       {"[profile x]\nregion = eu-west-1\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := dave(t)
			getenv := f.Getenv
			f.Getenv = func(name string) string {
				if name == "AWS_PROFILE" {
					return c.profile
				}
				return getenv(name)
			}
			put(t, filepath.Join(f.Home, ".aws", "config"), c.config, 0o600)
			if got := f.Region(); got != c.want {
				t.Errorf("%q", got)
			}
		})
	}
}
