//go:build unix

package tests

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"stsx/tests/aws"
	"stsx/tests/okta"
)

const (
	canaryPassword = "CanaryPassword-7Zq\"'ü$x"
	canarySeed     = "MNQW4YLSPFRWC3TBOJ4SA43F" // of the code generator
)

// canaryDesk is a desk whose every secret is known and looked for.
type canaryDesk struct {
	*desk
	since time.Time

	mu       sync.Mutex
	posts    func(assertion string) // told of each, before it is posted
	needles  map[string]string      // what it is, by the secret
	seen     map[string]string      // text of a process, and whose it is
	browsers map[string]bool        // environments of Chromium's processes
}

func newCanaryDesk(t *testing.T, config okta.Config) *canaryDesk {
	t.Helper()
	onLinux(t)
	user := janeUser()
	user.Password, user.GoogleTOTP = canaryPassword, canarySeed
	config.Users = []okta.User{user}
	c := &canaryDesk{since: time.Now(), needles: map[string]string{}, seen: map[string]string{}, browsers: map[string]bool{}}
	config.AfterSigning = func(signed []byte) []byte {
		c.addAssertion(signed)
		c.mu.Lock()
		told := c.posts
		c.mu.Unlock()
		if told != nil {
			told(base64.StdEncoding.EncodeToString(signed))
		}
		return signed
	}
	c.desk = newDesk(t, config)
	for _, dir := range []string{"tmp", "runtime", "cache", "data"} {
		if err := os.Mkdir(filepath.Join(c.home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	c.desk = c.with("TMPDIR="+c.home+"/tmp", "XDG_RUNTIME_DIR="+c.home+"/runtime", "XDG_CACHE_HOME="+c.home+"/cache",
		"XDG_DATA_HOME="+c.home+"/data")
	c.addSecret("the password", canaryPassword)
	c.addSecret("the seed of the codes", canarySeed)
	return c
}

// withPasswordAndCode is the desk with the password and a code, both looked for.
func (c *canaryDesk) withPasswordAndCode() *desk {
	code := c.factorCode(okta.GoogleTOTP)
	c.addSecret("the code", code)
	return c.with("STSX_PASSWORD="+canaryPassword, "STSX_MFA_CODE="+code)
}

// addSecret is looked for from now on, as it is and in the usual encodings. Six
// digits alone occur by chance: a code is looked for as a value of its own.
func (c *canaryDesk) addSecret(what, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(text) < 8 {
		for _, form := range []string{`"` + text + `"`, "=" + text + "\x00", "=" + text + "\n", " " + text + "\n", ": " + text} {
			c.needles[form] = what
		}
		return
	}
	var wide []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	for _, form := range []string{
		text, string(wide), base64.StdEncoding.EncodeToString([]byte(text)), hex.EncodeToString([]byte(text)), url.QueryEscape(text),
	} {
		c.needles[form] = what
	}
}

// addAssertion looks for pieces of it, from its middle: the signature, and a
// stretch of the base64 that is posted.
func (c *canaryDesk) addAssertion(xml []byte) {
	posted := base64.StdEncoding.EncodeToString(xml)
	longest := ""
	for _, piece := range strings.FieldsFunc(posted[len(posted)/4:], func(r rune) bool { return strings.ContainsRune("+/=", r) }) {
		if len(piece) > len(longest) {
			longest = piece
		}
	}
	_, rest, _ := strings.Cut(string(xml), "SignatureValue>")
	signature, _, _ := strings.Cut(rest, "<")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.needles[longest[:40]], c.needles[signature[:40]] = "the assertion", "the assertion's signature"
}

// watchProcesses looks at every process of the machine until stop is called.
func (c *canaryDesk) watchProcesses() (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			c.inspectProcesses()
			select {
			case <-quit:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() { close(quit); <-done }
}

func (c *canaryDesk) inspectProcesses() {
	all := listProcesses()
	ours := c.browsersAmong(all)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range all {
		c.seen[strings.Join(p.argv, "\x00")] = "the arguments of " + p.name
	}
	for _, p := range ours {
		c.browsers[strings.Join(p.environ, "\x00")+"\x00"] = true
	}
}

// secretsIn are the secrets in text.
func (c *canaryDesk) secretsIn(text []byte) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for needle, what := range c.needles {
		if bytes.Contains(text, []byte(needle)) && !slices.Contains(out, what) {
			out = append(out, what)
		}
	}
	return out
}

// wantNoSecrets fails the test if a secret was seen in a process, stands in one
// of texts, or in a file that was written since the test began.
func (c *canaryDesk) wantNoSecrets(texts ...string) {
	c.Helper()
	for _, cookie := range c.org.Cookies() {
		c.addSecret("a cookie", cookie)
	}
	for _, text := range texts {
		if found := c.secretsIn([]byte(text)); found != nil {
			c.Errorf("%q said: %s", found, text)
		}
	}
	c.mu.Lock()
	seen := maps.Clone(c.seen)
	for environ := range c.browsers {
		seen[environ] = "the environment of Chromium"
		for _, entry := range strings.Split(environ, "\x00") {
			if strings.HasPrefix(entry, "STSX_") || strings.HasPrefix(entry, "AWS_") {
				c.Errorf("Chromium has %s", entry)
			}
		}
	}
	c.mu.Unlock()
	for text, whose := range seen {
		if found := c.secretsIn([]byte(text)); found != nil {
			c.Errorf("%q in %s: %q", found, whose, text)
		}
	}
	for path, found := range c.filesWithSecrets(c.home, os.TempDir(), "/tmp", "/var/tmp", "/dev/shm") {
		c.Errorf("%q in %s", found, path)
	}
}

// filesWithSecrets are those below dirs that hold a secret, with what they hold.
func (c *canaryDesk) filesWithSecrets(dirs ...string) map[string][]string {
	out := map[string][]string{}
	for _, dir := range dirs {
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return fs.SkipDir // gone, or another user's
			}
			if e.IsDir() {
				other := strings.HasPrefix(e.Name(), "Test") || strings.HasPrefix(e.Name(), "go-build") // of other tests, of go
				if other && path != dir && !strings.HasPrefix(c.home, path) {
					return fs.SkipDir
				}
				return nil
			}
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() || info.ModTime().Before(c.since) || info.Size() > 64<<20 {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return nil
			}
			if found := c.secretsIn(slices.Concat([]byte(path), text, decrypted(text))); found != nil {
				out[path] = found
			}
			return nil
		})
	}
	return out
}

// TestCanaries: in a whole sign-in and after it, no secret is in the arguments
// of any process, in Chromium's environment, in what stsx says, or in a file.
func TestCanaries(t *testing.T) {
	t.Parallel()
	for _, engine := range []okta.Engine{okta.Classic, okta.Gen3} {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			c := newCanaryDesk(t, okta.Config{Engine: engine})
			stop := c.watchProcesses()
			r := c.wantStatus(c.withPasswordAndCode().run("exec", "prod", "--verbose", "--", "sh", "-c",
				`sleep 0.2; echo "$AWS_SECRET_ACCESS_KEY"; echo "$AWS_SESSION_TOKEN"`), 0)
			stop()
			keys := strings.Fields(r.stdout)
			c.addSecret("the secret key", keys[0])
			c.addSecret("the session token", keys[1])
			if len(c.org.Cookies()) < 2 || len(c.needles) < 20 || len(c.browsers) == 0 {
				t.Fatalf("the test looks for too little: %d cookies, %d needles, %d browsers", len(c.org.Cookies()), len(c.needles),
					len(c.browsers))
			}
			status := c.wantStatus(c.run("status", "--json"), 0)
			c.wantNoSecrets(r.stderr, status.stdout, status.stderr)
			if left, err := os.ReadDir(filepath.Join(c.home, "tmp")); err != nil || len(left) > 0 {
				t.Errorf("left in TMPDIR: %v, %v", left, err)
			}
			// That the search finds: plant each.
			for needle, what := range c.needles {
				path := filepath.Join(c.home, "tmp", "planted")
				for _, text := range []string{"x" + needle + "y", "SQLite" + string(encrypted([]byte(needle))) + "v10"} {
					c.writeFile(path, text, 0o600)
					if c.filesWithSecrets(c.home)[path] == nil {
						t.Errorf("%s would not be found", what)
					}
				}
			}
		})
	}
}

// TestCanariesOfFailures: nor when it goes wrong.
func TestCanariesOfFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config  okta.Config
		prepare func(c *canaryDesk) *desk
		status  int
	}{
		"wrong password": {status: 4, prepare: func(c *canaryDesk) *desk {
			c.addSecret("the wrong password", "CanaryWrong-81x")
			return c.with("STSX_PASSWORD=CanaryWrong-81x")
		}},
		"wrong code": {status: 4, prepare: func(c *canaryDesk) *desk {
			c.addSecret("the wrong code", "8190273645")
			return c.with("STSX_PASSWORD="+canaryPassword, "STSX_MFA_CODE=8190273645")
		}},
		"unknown page":             {status: 125, config: okta.Config{Detour: okta.SurveyPage}, prepare: (*canaryDesk).withPasswordAndCode},
		"AWS quotes the assertion": {status: 5, prepare: (*canaryDesk).withPasswordAndCode},
		"role not granted": {status: 5, prepare: func(c *canaryDesk) *desk {
			if err := c.org.Update(jane, func(u *okta.User) { u.Roles = u.Roles[1:] }); err != nil {
				c.Fatal(err)
			}
			return c.withPasswordAndCode()
		}},
		"bad signature": {status: 5, prepare: (*canaryDesk).withPasswordAndCode},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config.Engine = okta.Gen2
			cage := newCanaryDesk(t, c.config)
			d := c.prepare(cage)
			if name == "AWS quotes the assertion" {
				cage.mu.Lock()
				cage.posts = func(assertion string) {
					d.aws.Fail("AssumeRoleWithSAML", aws.Refuse(400, "ValidationError",
						"1 validation error detected: Value '"+assertion+"' at 'sAMLAssertion' failed to satisfy constraint"))
				}
				cage.mu.Unlock()
			}
			if name == "bad signature" {
				d.aws.Fail("AssumeRoleWithSAML", aws.Refuse(400, "InvalidIdentityToken", "Response signature invalid"))
			}
			r := d.wantStatus(d.run("exec", "prod", "--verbose", "--", "true"), c.status)
			if name == "unknown page" {
				if _, err := os.Stat(filepath.Join(d.home, ".local", "state", "stsx", "page.png")); err != nil {
					t.Error(err)
				}
			}
			cage.wantNoSecrets(r.stdout, r.stderr)
			d.wantNoBrowserProfile()
		})
	}
}

// TestCanariesOfTheKilled: what a run leaves that is killed at the end of its sign-in, when the browser has all of Okta's
// cookies and is left to end by itself. The next command that can afford it sweeps it away.
func TestCanariesOfTheKilled(t *testing.T) {
	t.Parallel()
	for _, sweeper := range [][]string{{"status"}, {"logout", "--all"}} {
		t.Run(sweeper[0], func(t *testing.T) {
			t.Parallel()
			c := newCanaryDesk(t, okta.Config{Engine: okta.Gen2})
			started := make(chan int, 1)
			c.mu.Lock()
			c.posts = func(string) {
				if err := syscall.Kill(<-started, syscall.SIGKILL); err != nil {
					t.Error(err)
				}
			}
			c.mu.Unlock()
			d := c.withPasswordAndCode()
			r := d.start("exec", "prod", "--", "true")
			started <- r.Process.Pid
			<-r.ended
			d.wantNoBrowserOrLock()
			if len(c.org.Cookies()) < 2 {
				t.Errorf("the browser had %d cookies only", len(c.org.Cookies()))
			}
			c.wantNoSecrets(r.err.String())
			d.wantStatus(d.run(sweeper...), 0)
			if left, err := filepath.Glob(filepath.Join(d.home, ".local", "state", "stsx", "browser", "run-*")); err != nil ||
				len(left) > 0 {
				t.Errorf("%s left %q, %v", sweeper, left, err)
			}
		})
	}
}
