package desktop

import (
	"slices"
	"testing"
)

// TestBrowserCommand: what BROWSER may hold.
func TestBrowserCommand(t *testing.T) {
	t.Parallel()
	isProgram := func(name string) bool {
		return slices.Contains([]string{"firefox", "/opt/My Browser/run", "/opt/My Browser/run it", "/opt/it's"}, name)
	}
	for entry, want := range map[string][]string{
		"firefox":                        {"firefox", "%s"},
		" firefox ":                      {"firefox", "%s"},
		"firefox --new-window %s":        {"firefox", "--new-window", "%s"},
		"firefox  -P  work":              {"firefox", "-P", "work", "%s"},
		"firefox --url=%s -x":            {"firefox", "--url=%s", "-x"},
		"/opt/My Browser/run":            {"/opt/My Browser/run", "%s"},
		"/opt/My Browser/run --new %s":   {"/opt/My Browser/run", "--new", "%s"},
		"/opt/My Browser/run it":         {"/opt/My Browser/run it", "%s"},
		`"/opt/My Browser/run"`:          {"/opt/My Browser/run", "%s"},
		`"/opt/My Browser/run" --new %s`: {"/opt/My Browser/run", "--new", "%s"},
		`'/opt/My Browser/run it' -x`:    {"/opt/My Browser/run it", "-x", "%s"},
		"/opt/it's":                      {"/opt/it's", "%s"},
		`firefox -P "my work" %s`:        {"firefox", "-P", "my work", "%s"},
		`firefox --name='a "b" c' -x`:    {"firefox", `--name=a "b" c`, "-x", "%s"},
		`/opt/My\ Browser/run -P "x y"`:  {"/opt/My Browser/run", "-P", "x y", "%s"},
		`/opt/My\ Browser/run\ it`:       {"/opt/My Browser/run it", "%s"},
		`firefox it's`:                   {"firefox", "it's", "%s"},
		"":                               nil,
		"  ":                             nil,
		"nothing":                        nil,
		"nothing firefox":                nil,
		`"firefox`:                       nil,
		`"nothing" firefox`:              nil,
		"/opt/My":                        nil,
	} {
		if got := browserCommand(entry, isProgram); !slices.Equal(got, want) {
			t.Errorf("%q: %q", entry, got)
		}
	}
}
