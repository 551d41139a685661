//go:build unix

package tests

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stsx/tests/okta"
)

// faultsEnv has TestFaults run. Engines and faults that it names are those that run;
// where it names none, all do.
const faultsEnv = "STSX_FAULTS"

// requestFault is what an outage does to a request of a sign-in.
type requestFault struct {
	name    string
	outage  okta.Outage
	resends int // how often a password or code may be sent besides the first time
}

// requestFaults: what got a 429 was not looked at, so it may be sent once more.
func requestFaults() []requestFault {
	return []requestFault{
		{"reset", okta.Outage{Reset: true, Times: 1}, 0},
		{"429", okta.Outage{Status: http.StatusTooManyRequests, Wait: time.Second, Times: 1}, 1},
		{"502", okta.Outage{Status: http.StatusBadGateway, Times: 1}, 0},
		{"cut", okta.Outage{Cut: true, Times: 1}, 0},
	}
}

// orgRequest is one that a sign-in makes.
type orgRequest struct {
	name, path string // with * at its end: all that begin so
	before     int    // requests for the same path
	times      int    // that are to fail; 0: as many as the fault has
	secret     bool   // a password or a code is in it
}

// widgetPath is where the widget's files are; the version is in it.
var widgetPath = regexp.MustCompile(`^/assets/js/sdk/okta-signin-widget/[^/]+/`)

// factorPath is where Classic takes a code; the factor is in it, another one at each desk.
var factorPath = regexp.MustCompile(`^(/api/v1/authn/factors/)[^/]+(/verify)$`)

// requestsOf are the requests of a sign-in that nothing disturbs.
func requestsOf(t *testing.T, engine okta.Engine) (requests []orgRequest) {
	d := questionDesk(t, okta.Config{Engine: engine})
	d.wantSignIn(1)
	_, password, code := outagePaths(d, engine)
	seen := map[string]int{}
	for _, e := range d.eventsOf(okta.Requested) {
		r := orgRequest{path: e.Path, name: e.Path}
		if prefix := widgetPath.FindString(e.Path); prefix != "" {
			kind, _, _ := strings.Cut(e.Path[len(prefix):], "/")
			r = orgRequest{path: prefix + kind + "/*", name: "the widget's " + kind}
			if seen[r.path] > 0 {
				continue
			}
			if kind == "img" || kind == "font" {
				r.times = 99 // all of them
			}
		}
		r.path = factorPath.ReplaceAllString(r.path, "${1}*")
		r.name = factorPath.ReplaceAllString(r.name, "${1}ID$2")
		if r.before = seen[r.path]; r.before > 0 {
			r.name += fmt.Sprintf(" (%d)", r.before+1)
		}
		seen[r.path]++
		r.secret = e.Path == password || strings.HasPrefix(e.Path, strings.TrimSuffix(code, "*"))
		requests = append(requests, r)
	}
	return requests
}

// engineWanted reports that STSX_FAULTS names the engine, or none.
func engineWanted(engine okta.Engine) bool {
	var named []string
	for _, e := range allEngines() {
		named = append(named, e.String())
	}
	return faultNamed(named, engine.String())
}

// faultWanted reports that STSX_FAULTS names the fault, or none.
func faultWanted(fault requestFault) bool {
	var named []string
	for _, f := range requestFaults() {
		named = append(named, f.name)
	}
	return faultNamed(named, fault.name)
}

// faultNamed reports that STSX_FAULTS has name in it, or none of all.
func faultNamed(all []string, name string) bool {
	words := strings.Fields(os.Getenv(faultsEnv))
	return slices.Contains(words, name) || !slices.ContainsFunc(all, func(n string) bool { return slices.Contains(words, n) })
}

// TestFaults has each request of a sign-in fail, one at a time, in each of the ways.
// The sign-in goes on by itself, or ends with what went wrong where a password or a
// code may have been counted. With STSX_WRITE=1 it writes what happened into
// docs/reliability.md; what is not run keeps what stands there. make faults does.
func TestFaults(t *testing.T) {
	if os.Getenv(faultsEnv) == "" {
		t.Skip("takes an hour: make faults")
	}
	table := readFaultTable(t)
	t.Run("walk", func(t *testing.T) {
		for _, engine := range allEngines() {
			if !engineWanted(engine) {
				continue
			}
			for _, request := range requestsOf(t, engine) {
				row := table.add(engine, request)
				for _, fault := range requestFaults() {
					if !faultWanted(fault) {
						continue
					}
					t.Run(fmt.Sprintf("%s/%s/%s", engine, fault.name, strings.TrimPrefix(request.name, "/")), func(t *testing.T) {
						t.Parallel()
						table.set(t, row, fault, failRequest(t, engine, request, fault))
					})
				}
			}
		}
	})
	if text := table.text(); text != table.written && os.Getenv("STSX_WRITE") == "" {
		t.Errorf("%s has another table: run this with STSX_WRITE=1. It is now\n%s", faultTablePath, text)
	}
}

// failRequest signs in while the request fails, and says what became of it.
func failRequest(t *testing.T, engine okta.Engine, request orgRequest, fault requestFault) string {
	d := questionDesk(t, okta.Config{Engine: engine, NoKeepAlive: true})
	page, password, code := outagePaths(d, engine)
	outage := fault.outage
	outage.Path, outage.After = request.path, request.before
	outage.Times = cmp.Or(request.times, outage.Times)
	met := d.org.Break(outage)
	r := d.run("exec", "prod", "--verbose", "--", "echo", "in")
	if len(d.org.Hits(met)) == 0 {
		t.Errorf("nothing met the fault: %s", r)
	}
	passwords, codes := d.countRequests(password), d.countRequests(code)
	if most := 1 + fault.resends; passwords > most || codes > most || d.countEvents(okta.PasswordTried) > 1 ||
		d.countEvents(okta.CodeTried) > 1 {
		t.Errorf("%d passwords and %d codes were sent; the org took %d and %d", passwords, codes, d.countEvents(okta.PasswordTried),
			d.countEvents(okta.CodeTried))
	}
	result := "goes on"
	switch {
	case r.status != 0:
		result = errorLine(r.stderr, d.org.URL())
		mayEnd := request.secret && fault.outage.Status != http.StatusTooManyRequests
		if !mayEnd || result == "" || strings.Contains(result, "did not get past a page") { // which is what its timeout says
			t.Errorf("ends with %s", r)
		}
	case r.stdout != "in\n":
		t.Error(r)
	case d.countRequests(page) > 2: // one leads to the sign-in, one away from it
		result = "page opened again"
	case request.times == 0 && d.countRequests(request.path) > 1:
		result = "asked for again"
	}
	d.wantNoBrowserProfile()
	t.Logf("%s, %s, %s: %s (%d passwords and %d codes sent)", engine, request.name, fault.name, result, passwords, codes)
	return result
}

// errorLine is what stsx ended with.
func errorLine(stderr, org string) string {
	for line := range strings.Lines(stderr) {
		if text, ok := strings.CutPrefix(line, "stsx: error: "); ok {
			text = strings.ReplaceAll(strings.TrimSpace(text), strings.TrimPrefix(org, "http://"), "HOST")
			return "ends: " + strings.ReplaceAll(text, "|", " ")
		}
	}
	return ""
}

const (
	faultTablePath  = "../docs/reliability.md"
	faultTableBegin = "<!-- table: written by TestFaults -->\n"
	faultTableEnd   = "<!-- end of the table -->\n"
)

// faultTable is the table of docs/reliability.md: a row for each request of an engine,
// a cell for each fault.
type faultTable struct {
	before, written, after string // the file

	mu    sync.Mutex
	rows  []string
	cells map[string]string // by row and fault
}

func readFaultTable(t *testing.T) *faultTable {
	table := &faultTable{cells: map[string]string{}}
	before, rest, ok := strings.Cut(textOf(t, faultTablePath), faultTableBegin)
	written, after, ok2 := strings.Cut(rest, faultTableEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", faultTablePath)
	}
	table.before, table.written, table.after = before+faultTableBegin, written, faultTableEnd+after
	lines := strings.Split(strings.TrimSpace(written), "\n")
	for _, line := range lines[min(2, len(lines)):] {
		fields := strings.Split(strings.Trim(line, "| "), " | ")
		row := strings.Join(fields[:2], " | ")
		table.rows = append(table.rows, row)
		for i, fault := range requestFaults() {
			table.cells[row+fault.name] = fields[2+i]
		}
	}
	return table
}

// add has a row for a request, the engines in turn.
func (f *faultTable) add(engine okta.Engine, request orgRequest) (row string) {
	row = engine.String() + " | " + request.name
	if !slices.Contains(f.rows, row) {
		f.rows = append(f.rows, row)
		slices.SortStableFunc(f.rows, func(a, b string) int { return strings.Compare(strings.Fields(a)[0], strings.Fields(b)[0]) })
	}
	return row
}

// set notes a result, and writes the table where it is to be: a run that is ended keeps
// what it has.
func (f *faultTable) set(t *testing.T, row string, fault requestFault, result string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cells[row+fault.name] = result
	if os.Getenv("STSX_WRITE") == "" {
		return
	}
	if err := os.WriteFile(faultTablePath, []byte(f.before+f.text()+f.after), 0o644); err != nil {
		t.Error(err)
	}
}

// text is the table in Markdown.
func (f *faultTable) text() string {
	var text strings.Builder
	text.WriteString("| engine | request |")
	for _, fault := range requestFaults() {
		text.WriteString(" " + fault.name + " |")
	}
	text.WriteString("\n|---|---|" + strings.Repeat("---|", len(requestFaults())) + "\n")
	for _, row := range f.rows {
		text.WriteString("| " + row + " |")
		for _, fault := range requestFaults() {
			text.WriteString(" " + cmp.Or(f.cells[row+fault.name], "not run") + " |")
		}
		text.WriteString("\n")
	}
	return text.String()
}
