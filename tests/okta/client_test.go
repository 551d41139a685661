package okta

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// client is a browser without the widget: it posts what the widget would.
type client struct {
	*testing.T
	http *http.Client
	org  *Org
}

func newClient(t *testing.T, o *Org) *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{T: t, org: o, http: &http.Client{Jar: jar, Transport: transport}}
}

// simulate starts an org whose widget holds nothing but the names of pages: what
// is tested without a browser needs none.
func simulate(t *testing.T, cfg Config) (*Org, *client) {
	t.Helper()
	dist := filepath.Join(t.TempDir(), "dist")
	for name, text := range map[string]string{"js/okta-sign-in.min.js": strings.Join(cfg.pages(), " "),
		"../package.json": `{"version":"0.0.1"}`} {
		file := filepath.Join(dist, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg.Widget = dist
	if cfg.Users == nil {
		cfg.Users = []User{jane()}
	}
	o := start(t, cfg)
	return o, newClient(t, o)
}

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 12, 0, 15, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// get follows redirects and returns the last answer with its body.
func (c *client) get(url string) (*http.Response, string) {
	c.Helper()
	resp, err := c.http.Get(url)
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.Fatal(err)
	}
	return resp, string(raw)
}

// post sends JSON and returns the status and the answer.
func (c *client) post(url string, body any) (int, reply) {
	c.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		c.Fatal(err)
	}
	if !strings.HasPrefix(url, "http") {
		url = c.org.URL() + url
	}
	resp, err := c.http.Post(url, "application/json", bytes.NewReader(raw))
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	var out reply
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		c.Fatalf("%s: %v", url, err)
	}
	return resp.StatusCode, out
}

// reply is what the tests read of the answers of both APIs.
type reply struct {
	StateHandle string
	Remediation struct {
		Value []struct {
			Name, Href string
			Refresh    int
			Value      []struct {
				Name string
				Form struct {
					Value []struct {
						Name     string
						Messages messages
					}
				}
			}
		}
	}
	Messages messages
	Success  struct{ Href string }

	CurrentAuthenticator struct {
		Value struct {
			ContextualData struct{ CorrectAnswer string }
		}
	}

	Status, StateToken, SessionToken string
	FactorResult                     string
	ErrorCode, ErrorSummary          string
	Embedded                         struct {
		Policy json.RawMessage
		Factor struct {
			Embedded struct {
				Challenge struct{ CorrectAnswer json.Number }
			} `json:"_embedded"`
		}
		Factors []struct {
			FactorType, Provider string
			Links                struct{ Verify struct{ Href string } } `json:"_links"`
		}
	} `json:"_embedded"`
}

type messages struct {
	Value []struct {
		Message string
		I18n    struct{ Key string }
	}
}

// page is the name of the first remediation.
func (r reply) page() string {
	if len(r.Remediation.Value) == 0 {
		return ""
	}
	return r.Remediation.Value[0].Name
}

// complaint is the key of the first message, above the form or in it.
func (r reply) complaint() string { key, _ := r.first(); return key }

// said is its text.
func (r reply) said() string { _, text := r.first(); return text }

func (r reply) first() (key, text string) {
	if len(r.Messages.Value) > 0 {
		return r.Messages.Value[0].I18n.Key, r.Messages.Value[0].Message
	}
	for _, form := range r.Remediation.Value {
		for _, field := range form.Value {
			for _, inner := range field.Form.Value {
				if len(inner.Messages.Value) > 0 {
					return inner.Messages.Value[0].I18n.Key, inner.Messages.Value[0].Message
				}
			}
		}
	}
	return "", ""
}

var (
	tokenInPage = regexp.MustCompile(`"stateToken":"([^"]+)"`)
	valueInPage = regexp.MustCompile(`name="SAMLResponse" type="hidden" value="([^"]*)"`)
)

// introspect opens the app's page and returns the first answer.
func (c *client) introspect() reply {
	c.Helper()
	_, page := c.get(c.org.EmbedURL())
	m := tokenInPage.FindStringSubmatch(page)
	if m == nil {
		c.Fatalf("no state token in %s", page)
	}
	status, r := c.post("/idp/idx/introspect", object{"stateToken": m[1]})
	if status != http.StatusOK {
		c.Fatalf("introspect: %d", status)
	}
	return r
}

// identify posts both credentials on the first page.
func (c *client) identify(r reply, password string) (int, reply) {
	c.Helper()
	return c.post("/idp/idx/identify", object{"stateHandle": r.StateHandle, "identifier": testUser,
		"credentials": object{"passcode": password}})
}

// choose picks a factor, answerCode sends a code for it.
func (c *client) choose(r reply, f Factor) reply {
	c.Helper()
	status, r := c.post("/idp/idx/challenge", object{"stateHandle": r.StateHandle,
		"authenticator": object{"id": authenticatorOf(f).id, "methodType": authenticatorOf(f).method}})
	if status != http.StatusOK {
		c.Fatalf("choosing %s: %d", f, status)
	}
	return r
}

func (c *client) answerCode(r reply, f Factor, code string) (int, reply) {
	c.Helper()
	field := "passcode"
	if f == OktaVerifyTOTP {
		field = "totp"
	}
	return c.post("/idp/idx/challenge/answer", object{"stateHandle": r.StateHandle, "credentials": object{field: code}})
}

// code asks the org for a code.
func (c *client) code(f Factor) string {
	c.Helper()
	code, err := c.org.Code(testUser, f)
	if err != nil {
		c.Fatal(err)
	}
	return code
}

// signIn goes all the way and returns the page that posts the assertion.
func (c *client) signIn() string {
	c.Helper()
	_, r := c.identify(c.introspect(), testPassword)
	_, r = c.answerCode(c.choose(r, GoogleTOTP), GoogleTOTP, c.code(GoogleTOTP))
	if r.Success.Href == "" {
		c.Fatalf("no success: %+v", r)
	}
	_, page := c.get(r.Success.Href)
	return page
}

// response takes the SAML response out of the page.
func response(t *testing.T, page string) []byte {
	t.Helper()
	m := valueInPage.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no SAMLResponse in %.400s", page)
	}
	raw, err := base64.StdEncoding.DecodeString(html.UnescapeString(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
