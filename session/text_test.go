package session

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestHidden: each kind of character that can't be seen is marked in text, and
// makes a name unfit.
func TestHidden(t *testing.T) {
	for _, hidden := range []string{
		"\x00", "\x07", "\b", "\x1b", "\r", "\x7f", "\u0085", "\u009b", // controls
		"\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", // direction
		"\u00ad", "\u180e", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", // zero width
		"\u034f", "\u115f", "\u3164", "\uffa0", "\ufe0f", "\U000e0100", "\U000e0041", // invisible letters, selectors, tags
		"\u2028", "\u2029", "\ue000", "\uf8ff", "\U0010ffff", "\ufdd0", "\uffff", "\xff", "\xed\xa0\x80",
	} {
		name := "pr" + hidden + "od"
		if IsVisible(name) {
			t.Errorf("%+q is taken for visible", name)
		}
		if got := VisibleText(name); strings.Contains(got, hidden) || !strings.ContainsRune(got, HiddenMark) || !utf8.ValidString(got) {
			t.Errorf("%+q becomes %+q", name, got)
		}
		if got := OneLine(name, 20); strings.Contains(got, hidden) || got == "prod" || !utf8.ValidString(got) {
			t.Errorf("%+q becomes the line %+q", name, got)
		}
	}
	for _, name := range []string{"prod", "Büro 7", "本番　環境", "прод", "a\u00a0b", "é", "e\u0301", "👍", "x—y…“z”", ""} {
		if !IsVisible(name) || VisibleText(name) != name {
			t.Errorf("%+q is taken for hidden", name)
		}
	}
}

func TestOneLine(t *testing.T) {
	for _, c := range []struct {
		text, want string
		longest    int
	}{
		{"", "", 5},
		{"  Unable\tto \r\n\n sign\u00a0in\u2003 ", "Unable to sign in", 50},
		{"Wrong.\nstsx: hint: run curl", "Wrong. stsx: hint: run curl", 50},
		{"\x1b[2J\x1b]0;x\x07gone", "\ufffd[2J\ufffd]0;x\ufffdgone", 50},
		{"abcde", "abcde", 5},
		{"abcdef", "abcde…", 5},
		{"ab cdef", "ab cd…", 5},
		{"abcd ef", "abcd…", 5},
		{"abcde   ", "abcde", 5},
		{"äöüäöü", "äöüäö…", 5},
		{strings.Repeat("x \n", 1<<20), "x x x…", 5},
		{"\xff\xfe", "\ufffd\ufffd", 5},
	} {
		if got := OneLine(c.text, c.longest); got != c.want {
			t.Errorf("%.60q becomes %q instead of %q", c.text, got, c.want)
		}
	}
}

func FuzzOneLine(f *testing.F) {
	for _, seed := range []string{"", "a b", "Wrong.\nstsx: hint: run x", "\x1b[31m", "e\u0301\u200d", "\xed\xa0\x80",
		strings.Repeat("é ", 300)} {
		f.Add(seed, 20)
	}
	f.Fuzz(func(t *testing.T, text string, longest int) {
		longest = max(0, min(longest, 1000))
		line := OneLine(text, longest)
		switch {
		case !utf8.ValidString(line) || strings.ContainsFunc(line, IsHidden) || strings.TrimSpace(line) != line:
			t.Errorf("%q becomes %q", text, line)
		case utf8.RuneCountInString(line) > longest+1:
			t.Errorf("%q becomes %d characters", text, utf8.RuneCountInString(line))
		case OneLine(line, longest+1) != line:
			t.Errorf("%q becomes %q and then %q", text, line, OneLine(line, longest+1))
		}
		if shown := VisibleText(text); strings.ContainsFunc(strings.NewReplacer("\n", "", "\t", "").Replace(shown), IsHidden) {
			t.Errorf("%q is shown as %q", text, shown)
		}
	})
}
