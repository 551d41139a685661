// Package bundle keeps what a sign-in looked like, for whoever has to find out
// why it failed, and writes it into one zip file: the pages' pictures and
// structure, a timeline and versions. What is secret never gets in: it is taken
// without what stands in fields, and what is known to be secret, or looks like
// a token, is struck out of every text besides.
package bundle

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"stsx/session"
)

// maxScreens bounds the pages kept: a sign-in has three or four, one that goes
// in circles two dozen.
const maxScreens = 40

// Bundle is what was seen so far. Its methods may be called from several
// goroutines, and all but WriteZip do nothing on a nil Bundle.
type Bundle struct {
	path  string
	now   func() time.Time
	start time.Time

	mu      sync.Mutex
	facts   []namedFact
	steps   []string
	screens []keptScreen
	dropped int
	hidden  []session.HiddenSecret
	written bool
}

type namedFact struct{ name, value string }

type keptScreen struct {
	name    string
	picture []byte // PNG
	outline string
}

// New is a bundle to be written to path. Nothing is done before WriteZip.
func New(path string, now func() time.Time) *Bundle {
	return &Bundle{path: path, now: now, start: now()}
}

// Hide strikes secret out of everything that is kept, earlier things included,
// and puts as in its place: "[password]".
func (b *Bundle) Hide(secret session.Secret, as string) {
	if b == nil || secret.IsZero() {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	known := func(h session.HiddenSecret) bool { return h.Secret.Equal(secret) }
	if !slices.ContainsFunc(b.hidden, known) {
		b.hidden = append(b.hidden, session.HiddenSecret{Secret: secret, As: as})
	}
}

// Fact states something about the run: a version, a setting. A later value of
// the same name takes the place of an earlier one.
func (b *Bundle) Fact(name, value string) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.setFact(name, value)
}

func (b *Bundle) setFact(name, value string) {
	for i := range b.facts {
		if b.facts[i].name == name {
			b.facts[i].value = value
			return
		}
	}
	b.facts = append(b.facts, namedFact{name, value})
}

// Step notes what happened, with its time.
func (b *Bundle) Step(text string) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.addStep(text)
}

func (b *Bundle) addStep(text string) {
	b.steps = append(b.steps, fmt.Sprintf("%9.3f s  %s", b.now().Sub(b.start).Seconds(), strings.ReplaceAll(text, "\n", " ")))
}

// Request notes an answer of the network: method, address without query,
// kind (XHR, Document), status, or what went wrong instead.
func (b *Bundle) Request(method, address, kind string, status int, trouble string) {
	if status != 0 {
		trouble = fmt.Sprint(status)
	}
	b.Step(fmt.Sprintf("network   %-6s %s (%s): %s", method, address, strings.ToLower(kind), trouble))
}

// Screen keeps a page: its picture as PNG, either may be empty, and its
// outline, which holds no values of fields.
func (b *Bundle) Screen(name string, picture []byte, outline string) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.screens) == maxScreens {
		b.dropped++
		return
	}
	if found := regexp.MustCompile(`/okta-signin-widget/([0-9][0-9A-Za-z.-]{0,20})/`).FindStringSubmatch(outline); found != nil {
		b.setFact("widget", found[1])
	}
	b.screens = append(b.screens, keptScreen{name, picture, outline})
	b.addStep(fmt.Sprintf("screen    %s (%s)", name, b.screens[len(b.screens)-1].fileName(len(b.screens))))
}

// fileName is the name of the nth screen's files, without their ending.
func (s keptScreen) fileName(n int) string {
	var name strings.Builder
	for _, r := range strings.ToLower(s.name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			name.WriteRune(r)
		case !strings.HasSuffix(name.String(), "-"):
			name.WriteByte('-')
		}
	}
	return fmt.Sprintf("screens/%02d-%s", n, strings.Trim(name.String(), "-"))
}

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
