package awsfile

import (
	"strings"
	"testing"
)

func TestSet(t *testing.T) {
	pairs := []Pair{{"aws_access_key_id", "ASIA1"}, {"aws_session_token", "T=="}}
	for name, c := range map[string]struct{ before, after string }{
		"an empty file":  {"", "[prod]\naws_access_key_id = ASIA1\naws_session_token = T==\n"},
		"a new section":  {"# mine\n[a]\nx=1\n", "# mine\n[a]\nx=1\n\n[prod]\naws_access_key_id = ASIA1\naws_session_token = T==\n"},
		"no end of line": {"[a]\nx=1", "[a]\nx=1\n\n[prod]\naws_access_key_id = ASIA1\naws_session_token = T==\n"},
		"in its place": {
			"[prod] # live\n; note\nAWS_Access_Key_ID=ASIA0\nregion = x\n\n# of a\n[a]\nx=1\n",
			"[prod] # live\n; note\naws_access_key_id = ASIA1\nregion = x\naws_session_token = T==\n\n# of a\n[a]\nx=1\n"},
		"the same already":           {"[prod]\naws_access_key_id=ASIA1\naws_session_token:T==\n", "[prod]\naws_access_key_id=ASIA1\naws_session_token:T==\n"},
		"Windows' lines":             {"[a]\r\nx=1\r\n[prod]\r\naws_session_token = old\r\n", "[a]\r\nx=1\r\n[prod]\r\naws_session_token = T==\r\naws_access_key_id = ASIA1\r\n"},
		"a nested value":             {"[prod]\ns3 =\n  a = 1\n  b = 2\naws_session_token = long\n  er\n[z]\n", "[prod]\ns3 =\n  a = 1\n  b = 2\naws_session_token = T==\naws_access_key_id = ASIA1\n[z]\n"},
		"a last line without an end": {"[prod]\naws_access_key_id = x\naws_session_token = y", "[prod]\naws_access_key_id = ASIA1\naws_session_token = T==\n"},
		"quoted":                     {"[\"prod\"]\n", "[\"prod\"]\naws_access_key_id = ASIA1\naws_session_token = T==\n"},
		"with blanks":                {"  [ prod ]  \n", "  [ prod ]  \naws_access_key_id = ASIA1\naws_session_token = T==\n"},
		"comments that look like it": {"# [prod]\n; [prod]\n[a]\nx = [prod] # [prod]\n", "# [prod]\n; [prod]\n[a]\nx = [prod] # [prod]\n\n[prod]\naws_access_key_id = ASIA1\naws_session_token = T==\n"},
		"a byte order mark":          {"\ufeff[prod]\n", "\ufeff[prod]\naws_access_key_id = ASIA1\naws_session_token = T==\n"},
	} {
		d := Parse(c.before)
		if err := d.SetPairs("prod", "prod", pairs); err != nil || d.String() != c.after {
			t.Errorf("%s: %v\n got %q\nwant %q", name, err, d, c.after)
		}
		again := Parse(d.String())
		if err := again.SetPairs("prod", "prod", pairs); err != nil || again.String() != d.String() {
			t.Errorf("%s: a second time: %v, %q", name, err, again)
		}
	}
	for name, text := range map[string]string{
		"a section twice": "[prod]\n[a]\n[prod]\n",
		"a key twice":     "[prod]\naws_access_key_id=1\nAWS_ACCESS_KEY_ID=2\n",
	} {
		d := Parse(text)
		if err := d.SetPairs("prod", "prod", pairs); err == nil || !strings.Contains(err.Error(), "twice, on lines") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Parse("").SetPairs("prod", "prod", []Pair{{"region", "a\n[default]"}}); err == nil {
		t.Error("a line break was taken")
	}
}

func TestRemove(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		found         bool
	}{
		"all of it":       {"[a]\nx=1\n\n[prod]\naws_access_key_id = 1\nregion = x\n", "[a]\nx=1\n", true},
		"in the middle":   {"[prod]\nregion = x\n\n[a]\nx=1\n", "[a]\nx=1\n", true},
		"others stay":     {"[prod]\nregion = x\noutput = json\n", "[prod]\noutput = json\n", true},
		"a comment stays": {"[prod]\n# mine\nregion = x\n", "[prod]\n# mine\n", true},
		"not there":       {"[a]\nregion = x\n", "[a]\nregion = x\n", false},
		"nothing of ours": {"[prod]\noutput = json\n", "[prod]\noutput = json\n", false},
		"an empty one":    {"[prod]\n\n[a]\n", "[prod]\n\n[a]\n", false},
	} {
		d := Parse(c.before)
		found, err := d.RemoveKeys("prod", writtenKeys())
		if err != nil || found != c.found || d.String() != c.after {
			t.Errorf("%s: %v, %v\n got %q\nwant %q", name, found, err, d, c.after)
		}
	}
}

// FuzzSet: whatever the file holds, what is set can be read back, a section of
// another name is untouched, and taking it out again leaves every other byte.
func FuzzSet(f *testing.F) {
	f.Add("[a]\nx=1\n\n[prod]\n  k = v\n# c\r\n")
	f.Add("\ufeff[prod]\n[b]")
	f.Add("x\n [prod]\nkey\n more\n")
	f.Fuzz(func(t *testing.T, text string) {
		d := Parse(text)
		if d.String() != text {
			t.Fatalf("%q is read as %q", text, d)
		}
		want := []Pair{{"aws_access_key_id", "ASIA"}, {"aws_session_token", "a b="}}
		before, _, err := d.SectionPairs("other")
		if err != nil {
			return
		}
		if err := d.SetPairs("prod", "prod", want); err != nil {
			return
		}
		again := Parse(d.String())
		got, _, err := again.SectionPairs("prod")
		if err != nil || valueOf(got, "aws_access_key_id") != "ASIA" || valueOf(got, "aws_session_token") != "a b=" {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		after, _, err := again.SectionPairs("other")
		if err != nil || len(after) != len(before) {
			t.Errorf("%q: the other section was %v and is %v", text, before, after)
		}
		for l := range strings.SplitAfterSeq(text, "\n") {
			if k := readLine(l+" ", otherLine); k.kind == settingLine && (k.key == "aws_access_key_id" || k.key == "aws_session_token") || strings.TrimSpace(l) == "" {
				return // a line that was to be changed
			}
		}
		for l := range strings.SplitSeq(text, "\n") {
			if !strings.Contains(d.String(), l) {
				t.Errorf("%q lost the line %q", text, l)
			}
		}
	})
}
