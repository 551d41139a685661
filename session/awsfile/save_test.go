package awsfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"stsx/session"
)

func dave(t *testing.T) (Files, string) {
	t.Helper()
	home := t.TempDir()
	f := Files{Getenv: func(string) string { return "" }, Home: home, Dir: filepath.Join(home, "state", "saved")}
	return f, filepath.Join(home, ".aws", "credentials")
}

func creds(id string) session.Session {
	return session.Session{Profile: "prod", Region: "eu-west-1", Credentials: session.Credentials{
		AccessKeyID: id, SecretAccessKey: session.NewSecret("secret" + id), SessionToken: session.NewSecret("token" + id),
		Expires: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}}
}

func text(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func put(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), mode),
		os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
}

func TestSaveAndRemove(t *testing.T) {
	f, path := dave(t)
	ctx := context.Background()
	if _, err := f.Save(ctx, "prod", creds("ASIA1"), false); err != nil {
		t.Fatal(err)
	}
	const want = "[prod]\naws_access_key_id = ASIA1\naws_secret_access_key = secretASIA1\naws_session_token = tokenASIA1\n" +
		"x_security_token_expires = 2026-01-02T03:04:05Z\naws_expiration = 2026-01-02T03:04:05Z\nregion = eu-west-1\n"
	if got := text(t, path); got != want {
		t.Errorf("%q", got)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode())
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("beside it: %v", left)
	}
	if gone, err := f.Forget(ctx, func(p string) bool { return p == "other" }); err != nil || gone != 0 {
		t.Errorf("%v, %v", gone, err)
	}
	if gone, err := f.Forget(ctx, func(p string) bool { return p == "prod" }); err != nil || gone != 1 || text(t, path) != "" {
		t.Errorf("%v, %v, %q", gone, err, text(t, path))
	}
	if all, err := f.Saved(); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestLongLivedKeysStay(t *testing.T) {
	f, path := dave(t)
	const mine = "[prod]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = mine\n"
	put(t, path, mine, 0o640)
	var kept *LongLivedError
	if _, err := f.Save(context.Background(), "prod", creds("ASIA1"), false); !errors.As(err, &kept) || text(t, path) != mine {
		t.Errorf("%v, %q", err, text(t, path))
	}
	if _, _, err := f.Remove(context.Background(), "prod"); !errors.As(err, &kept) || text(t, path) != mine {
		t.Errorf("%v, %q", err, text(t, path))
	}
	if _, err := f.Save(context.Background(), "prod", creds("ASIA1"), true); err != nil || !strings.Contains(text(t, path), "tokenASIA1") {
		t.Errorf("%v, %q", err, text(t, path))
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o640 {
		t.Errorf("mode %o", info.Mode())
	}
	// Somebody put their own keys there since: logout leaves them.
	put(t, path, mine, 0o600)
	if gone, err := f.Forget(context.Background(), func(string) bool { return true }); err != nil || gone != 0 || text(t, path) != mine {
		t.Errorf("%v, %v, %q", gone, err, text(t, path))
	}
}

func TestLinksAndReadOnly(t *testing.T) {
	f, path := dave(t)
	real := filepath.Join(f.Home, "dotfiles", "aws")
	put(t, real, "# kept\n", 0o600)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.Symlink(filepath.Join("..", "dotfiles", "aws"), path)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Save(context.Background(), "prod", creds("ASIA1"), false); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(path); err != nil || to == "" || !strings.HasPrefix(text(t, real), "# kept\n\n[prod]") {
		t.Errorf("%q, %v, %q", to, err, text(t, real))
	}
	if err := os.Chmod(real, 0o400); err != nil {
		t.Fatal(err)
	}
	before := text(t, real)
	if _, err := f.Save(context.Background(), "prod", creds("ASIA2"), false); err == nil || !strings.Contains(err.Error(), "read-only") ||
		text(t, real) != before {
		t.Errorf("%v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, path); err == nil {
		if _, err := f.Save(context.Background(), "prod", creds("ASIA2"), false); err == nil {
			t.Error("a link to itself was written")
		}
	}
}

// TestManyWriters: none of twenty writers loses what another wrote, not even one
// that knows no lock.
func TestManyWriters(t *testing.T) {
	f, path := dave(t)
	put(t, path, "# top\n", 0o600)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if _, err := f.Save(context.Background(), "p"+strconv.Itoa(i), creds("ASIA"+strconv.Itoa(i)), false); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := text(t, path)
	for i := range 20 {
		if !strings.Contains(got, fmt.Sprintf("[p%d]\naws_access_key_id = ASIA%d\n", i, i)) {
			t.Errorf("p%d is not there", i)
		}
	}
	first := true
	err := EditFile(context.Background(), CredentialsFile, path, func(d *Document) error {
		if first {
			first = false
			put(t, path, "[stranger]\nx = 1\n", 0o600)
		}
		return d.Apply("prod", Change{Set: []Pair{{"region", "x"}}})
	})
	if err != nil || text(t, path) != "[stranger]\nx = 1\n\n[prod]\nregion = x\n" {
		t.Errorf("%v, %q", err, text(t, path))
	}
}

func TestSections(t *testing.T) {
	for _, good := range []string{"prod", "a.b-c_d/e@f:g+h%i"} {
		if err := checkSection(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "a b", "a]", "[a", "a\nb", `a"b`, "ä", "a#b", "a;b", "a=b", "a,b", "DEFAULT"} {
		if checkSection(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestPaths(t *testing.T) {
	env := map[string]string{}
	f := Files{Getenv: func(n string) string { return env[n] }, Home: filepath.FromSlash("/home/jane")}
	for value, want := range map[string]string{"": "/home/jane/.aws/credentials", "~/x": "/home/jane/x", "/y": "/y",
		"/a$-b/100%": "/a$-b/100%"} {
		env["AWS_SHARED_CREDENTIALS_FILE"] = value
		if got, err := f.Credentials(); err != nil || filepath.ToSlash(got) != want && filepath.VolumeName(got) == "" {
			t.Errorf("%q: %q, %v", value, got, err)
		}
	}
	for _, value := range []string{"$HOME/.aws/c", "${HOME}/c", "/home/$USER/c", "%USERPROFILE%/c", "~jane/c", "$TYPO/c"} {
		env["AWS_SHARED_CREDENTIALS_FILE"], env["AWS_CONFIG_FILE"] = value, value
		for variable, path := range map[string]func() (string, error){"AWS_SHARED_CREDENTIALS_FILE": f.Credentials,
			"AWS_CONFIG_FILE": f.Config} {
			var refused *VariableError
			if got, err := path(); !errors.As(err, &refused) || refused.Variable != variable ||
				!strings.Contains(err.Error(), strconv.Quote(value)) {
				t.Errorf("%q: %q, %v", value, got, err)
			}
		}
	}
	f.Home, env["AWS_SHARED_CREDENTIALS_FILE"] = "", ""
	if _, err := f.Credentials(); err == nil {
		t.Error("a path without HOME")
	}
}

// TestCompanions: what belongs to the credentials that are replaced goes with
// them, and nothing else does.
func TestCompanions(t *testing.T) {
	ends := []string{"aws_session_token_expiration", "token_expiry", "X_Expires_At", "expires"} // names of other tools
	for _, key := range append(companionKeys(nil), ends...) {
		f, path := dave(t)
		put(t, path, "[prod]\naws_access_key_id = ASIA0\naws_secret_access_key = s\n"+strings.ToUpper(key)+
			": old 2026-01-02T03:04:05Z\noutput = json\nmfa_serial = arn:x\nexpires_in = 3600\n", 0o600)
		if _, err := f.Save(t.Context(), "prod", creds("ASIA1"), false); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if got := text(t, path); strings.Contains(got, "old") ||
			!strings.Contains(got, "\noutput = json\nmfa_serial = arn:x\nexpires_in = 3600\n") {
			t.Errorf("%s: %q", key, got)
		}
		if gone, err := f.Forget(t.Context(), func(string) bool { return true }); err != nil || gone != 1 ||
			text(t, path) != "[prod]\noutput = json\nmfa_serial = arn:x\nexpires_in = 3600\n" {
			t.Errorf("%s: %v, %v, %q", key, gone, err, text(t, path))
		}
	}
}

func TestHasLongLivedKeys(t *testing.T) {
	for text, want := range map[string]bool{
		"region = x": false,
		"aws_access_key_id = AKIA1\naws_secret_access_key = x":                            true,
		"    aws_access_key_id = AKIA1\n    aws_secret_access_key = x":                    true,
		"aws_secret_access_key = x":                                                       true,
		"aws_access_key_id = other\naws_secret_access_key = x":                            true,
		"aws_access_key_id = other\naws_secret_access_key = x\naws_security_token = t":    false,
		"aws_access_key_id = other\naws_secret_access_key = x\n\taws_session_token = t":   false,
		"aws_access_key_id = ASIA1\naws_secret_access_key = x":                            false,
		"aws_access_key_id = AKIA1\naws_secret_access_key = x\naws_session_token = stale": true,
	} {
		pairs, _, err := ParseFile(CredentialsFile, "[a]\n"+text+"\n").Pairs("a")
		if err != nil || hasLongLivedKeys(pairs) != want {
			t.Errorf("%q: %v, %v", text, pairs, err)
		}
	}
}

// TestEncodings: a file that no line can be added to is left as it is.
func TestEncodings(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"UTF-16, as PowerShell 5 writes it":  {"\xff\xfe[\x00a\x00]\x00", "UTF-16"},
		"UTF-16 the other way round":         {"\xfe\xff\x00[\x00a\x00]", "UTF-16"},
		"UTF-16 without a byte order mark":   {"[\x00a\x00]\x00", "UTF-16"},
		"UTF-16 the other way, without mark": {"\x00[\x00a\x00]", "UTF-16"},
		"UTF-32":                             {"\xff\xfe\x00\x00[\x00\x00\x00a\x00\x00\x00]\x00\x00\x00", "UTF-32"},
		"UTF-32 the other way round":         {"\x00\x00\xfe\xff\x00\x00\x00[\x00\x00\x00a\x00\x00\x00]", "UTF-32"},
		"UTF-16 added to UTF-8":              {"[a]\nregion = x\n" + "[\x00b\x00]\x00\r\x00\n\x00", "NUL"},
		"a hole":                             {"[a]\nregion = x\n" + strings.Repeat("\x00", 512), "NUL"},
		"lines of an old Mac":                {"[a]\rregion = x\r", "carriage return"},
	} {
		f, path := dave(t)
		config := filepath.Join(f.Home, ".aws", "config")
		put(t, path, c.content, 0o600)
		put(t, config, c.content, 0o600)
		var refused *EncodingError
		if _, err := f.Save(t.Context(), "prod", creds("ASIA1"), true); !errors.As(err, &refused) ||
			!strings.Contains(err.Error(), c.want) || refused.Hint() == "" {
			t.Errorf("%s: %v", name, err)
		}
		if err := f.CheckSave("prod", true); !errors.As(err, &refused) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
		entry := session.AWSProfile{Name: "prod", Command: []string{"stsx", "process", "prod"}}
		for _, dry := range []bool{true, false} {
			if _, _, err := f.Configure(t.Context(), []session.AWSProfile{entry}, dry); !errors.As(err, &refused) ||
				!strings.Contains(err.Error(), config) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if text(t, path) != c.content || text(t, config) != c.content {
			t.Errorf("%s: the file has changed", name)
		}
	}
}
