package desktop

import (
	"errors"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"stsx/session"
)

func TestCommand(t *testing.T) {
	shown := func() error { return nil }
	hidden := func() error { return errors.New("there is no display") }
	if runtime.GOOS == "windows" {
		t.Skip("BROWSER is not looked at there")
	}
	const program = "/bin/sh"
	for name, c := range map[string]struct {
		d      Desktop
		argv   []string
		script string
		err    string
	}{
		"macOS":    {Desktop{GOOS: "darwin", CanShow: shown}, []string{"/usr/bin/osascript", "-"}, `open location "%s"`, ""},
		"over SSH": {Desktop{GOOS: "darwin", CanShow: hidden}, nil, "", "there is no display"},
		"Windows":  {Desktop{GOOS: "windows", CanShow: hidden}, []string{"rundll32", "url.dll,FileProtocolHandler", "%s"}, "", ""},
		"BROWSER": {Desktop{GOOS: "linux", CanShow: hidden, Environ: []string{"BROWSER=" + program + " -x"}},
			[]string{program, "-x", "%s"}, "", ""},
		"its place": {Desktop{GOOS: "linux", CanShow: hidden, Environ: []string{"BROWSER=" + program + " --url=%s -x"}},
			[]string{program, "--url=%s", "-x"}, "", ""},
		"the one there": {Desktop{GOOS: "linux", CanShow: shown, Environ: []string{"BROWSER=/nowhere/a::/nowhere/b %s:" + program}},
			[]string{program, "%s"}, "", ""},
		"no display": {Desktop{GOOS: "linux", CanShow: hidden, Environ: []string{"BROWSER=/nowhere/a"}}, nil, "", "there is no display"},
	} {
		argv, script, err := c.d.openCommand()
		if !slices.Equal(argv, c.argv) || script != c.script || (err == nil) != (c.err == "") || err != nil &&
			!strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %q, %v", name, argv, script, err)
		}
	}
}

// TestPage: it is given out once, under its own name only.
func TestPage(t *testing.T) {
	p, err := newRedirectPage(session.NewSecret("https://signin.example/?Token=1"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.shutDown()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(method, url, host string) (int, string) {
		t.Helper()
		request, err := http.NewRequest(method, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode, response.Header.Get("Location")
	}
	for _, c := range []struct {
		method, url, host, location string
		status                      int
	}{
		{"GET", p.url + "x", "", "", 404},
		{"GET", p.url[:strings.LastIndex(p.url, "/")+1], "", "", 404},
		{"POST", p.url, "", "", 404},
		{"HEAD", p.url, "", "", 404},
		{"GET", p.url, "evil.example", "", 404},
		{"GET", p.url, "", "https://signin.example/?Token=1", 303},
		{"GET", p.url, "", "", 410},
	} {
		if status, location := ask(c.method, c.url, c.host); status != c.status || location != c.location {
			t.Errorf("%s %s: %d, %q", c.method, c.url, status, location)
		}
	}
	if err := <-p.given; err != nil {
		t.Error(err)
	}
}
