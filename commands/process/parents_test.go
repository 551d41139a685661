package process

import "testing"

func TestParseProcess(t *testing.T) {
	for line, want := range map[string]struct {
		name   string
		parent int
	}{
		"  501 /bin/zsh\n": {"zsh", 501},
		"    1 -zsh":       {"-zsh", 1},
		"12345 /Applications/Visual Studio Code.app/Contents/MacOS/Code Helper\n": {"Code Helper", 12345},
	} {
		if name, parent, ok := parseProcess(line); !ok || name != want.name || parent != want.parent {
			t.Errorf("%q: %q, %d, %v", line, name, parent, ok)
		}
	}
	for _, line := range []string{"", "\n", "501", "zsh 501", ",comm=\n  501\n"} {
		if name, parent, ok := parseProcess(line); ok {
			t.Errorf("%q: %q, %d", line, name, parent)
		}
	}
}
