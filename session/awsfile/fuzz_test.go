package awsfile

import (
	"slices"
	"strings"
	"testing"
)

// FuzzApply: whatever the file holds, a change that is refused changes nothing,
// one that is made can be read back by every tool, and every line that is not of
// the profile stays where it is, byte for byte.
func FuzzApply(f *testing.F) {
	for _, seed := range []string{
		"[a]\nx=1\n\n[dev]\n  k = v\n# c\r\n", "\ufeff[dev]\n[b]", "x\n [dev]\nkey\n more\n",
		"[dev]\n    region = x\n    output = json\n    [b]\n    y = z\n",
		"[ dev ]\n[profile dev]\n[\"dev\"]\n[dev] x\n", "[dev]\ns3 =\n  a = 1\n  region = x\nregion =\n\tq = 1",
		"[DEFAULT]\naws_security_token = x\n[dev]\nregion: y\n\n  z\n",
		"[dev]\r\nregion = '\r\n", "[dev]\n\u00a0region = x\n\x1cq = y\n", "[dev]\n=\n:\n[]\n[]]\n",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, isConfig bool) {
		kind := CredentialsFile
		if isConfig {
			kind = ConfigFile
		}
		d := ParseFile(kind, text)
		if d.String() != text {
			t.Fatalf("%q is read as %q", text, d)
		}
		_ = d.Unreadable()
		ours := d.linesOf("dev")
		set := []Pair{{keyID, "ASIA"}, {keyToken, "a b="}, {keyRegion, "eu-west-1"}}
		if err := d.Apply("dev", Change{Set: set, Remove: companionKeys(nil)}); err != nil {
			if d.String() != text {
				t.Fatalf("%q: refused, and it is %q", text, d)
			}
			return
		}
		checkOtherLines(t, text, d.String(), ours)
		pairs, there, err := d.Pairs("dev")
		if err != nil || !there {
			t.Fatalf("%q became %q: %v", text, d, err)
		}
		for _, p := range set {
			if !slices.Contains(pairs, p) {
				t.Errorf("%q became %q: %v", text, d, pairs)
			}
		}
		ours, before := d.linesOf("dev"), d.String()
		if err := d.Apply("dev", Change{Remove: []string{keyID, keyToken, keyRegion}}); err == nil {
			checkOtherLines(t, before, d.String(), ours)
		} else if d.String() != before {
			t.Fatalf("%q: refused, and it is %q", before, d)
		}
	})
}

// linesOf are the numbers of the profile's lines, the empty ones before and in it
// included.
func (d *Document) linesOf(profile string) map[int]bool {
	r := d.read().botocore
	out := map[int]bool{}
	inside := false
	for i, line := range d.content() {
		if r.meanings[i].role == headerLine {
			inside = r.isHeaderOf(i, profile)
		}
		if inside || strings.TrimSpace(line) == "" {
			out[i] = true
		}
	}
	return out
}

// checkOtherLines: the lines of before that are not ours follow one another in
// after.
func checkOtherLines(t *testing.T, before, after string, ours map[int]bool) {
	t.Helper()
	rest := strings.SplitAfter(after, "\n")
	for i, line := range strings.SplitAfter(before, "\n") {
		if ours[i] || line == "" {
			continue
		}
		at := slices.IndexFunc(rest, func(l string) bool { return strings.TrimRight(l, "\r\n") == strings.TrimRight(line, "\r\n") })
		if at < 0 {
			t.Fatalf("%q became %q: line %d is gone", before, after, i+1)
		}
		rest = rest[at+1:]
	}
}
