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
		"the same already": {"[prod]\naws_access_key_id=ASIA1\naws_session_token:T==\n",
			"[prod]\naws_access_key_id=ASIA1\naws_session_token:T==\n"},
		"Windows' lines": {"[a]\r\nx=1\r\n[prod]\r\naws_session_token = old\r\n",
			"[a]\r\nx=1\r\n[prod]\r\naws_session_token = T==\r\naws_access_key_id = ASIA1\r\n"},
		"a nested value": {"[prod]\ns3 =\n  a = 1\n  b = 2\naws_session_token = long\n  er\n[z]\n",
			"[prod]\ns3 =\n  a = 1\n  b = 2\naws_session_token = T==\naws_access_key_id = ASIA1\n[z]\n"},
		"a last line without an end": {"[prod]\naws_access_key_id = x\naws_session_token = y",
			"[prod]\naws_access_key_id = ASIA1\naws_session_token = T==\n"},
		"blanks around a header": {"  [prod]  \n", "  [prod]  \n  aws_access_key_id = ASIA1\n  aws_session_token = T==\n"},
		"indented settings": {"[prod]\n    region = x\n    output = json\n",
			"[prod]\n    region = x\n    output = json\n    aws_access_key_id = ASIA1\n    aws_session_token = T==\n"},
		"indented headers": {"  [prod]\n    region = x\n  [b]\n    aws_access_key_id = AKIA\n    aws_secret_access_key = kept\n",
			"  [prod]\n    region = x\n    aws_access_key_id = ASIA1\n    aws_session_token = T==\n  [b]\n    aws_access_key_id = " +
				"AKIA\n    aws_secret_access_key = kept\n"},
		"changed where it is indented": {"[prod]\n\taws_access_key_id = old\n\taws_session_token = old\n\t[b]\n\tx = y\n",
			"[prod]\n\taws_access_key_id = ASIA1\n\taws_session_token = T==\n\t[b]\n\tx = y\n"},
		"comments that look like it": {"# [prod]\n; [prod]\n[a]\nx = [prod] # [prod]\n",
			"# [prod]\n; [prod]\n[a]\nx = [prod] # [prod]\n\n[prod]\naws_access_key_id = ASIA1\naws_session_token = T==\n"},
		"a byte order mark": {"\ufeff[prod]\n", "\ufeff[prod]\naws_access_key_id = ASIA1\naws_session_token = T==\n"},
	} {
		d := ParseFile(CredentialsFile, c.before)
		if err := d.Apply("prod", Change{Set: pairs}); err != nil || d.String() != c.after {
			t.Errorf("%s: %v\n got %q\nwant %q", name, err, d, c.after)
		}
		again := ParseFile(CredentialsFile, d.String())
		if err := again.Apply("prod", Change{Set: pairs}); err != nil || again.String() != d.String() {
			t.Errorf("%s: a second time: %v, %q", name, err, again)
		}
	}
	for name, text := range map[string]string{
		"a section twice": "[prod]\n[a]\n[prod]\n",
		"a key twice":     "[prod]\naws_access_key_id=1\nAWS_ACCESS_KEY_ID=2\n",
	} {
		d := ParseFile(CredentialsFile, text)
		if err := d.Apply("prod", Change{Set: pairs}); err == nil || !strings.Contains(err.Error(), "twice, on lines") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := ParseFile(CredentialsFile, "").Apply("prod", Change{Set: []Pair{{"region", "a\n[default]"}}}); err == nil {
		t.Error("a line break was taken")
	}
}

func TestRemove(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"all of it":       {"[a]\nx=1\n\n[prod]\naws_access_key_id = 1\nregion = x\n", "[a]\nx=1\n"},
		"in the middle":   {"[prod]\nregion = x\n\n[a]\nx=1\n", "[a]\nx=1\n"},
		"others stay":     {"[prod]\nregion = x\noutput = json\n", "[prod]\noutput = json\n"},
		"a comment stays": {"[prod]\n# mine\nregion = x\n", "[prod]\n# mine\n"},
		"not there":       {"[a]\nregion = x\n", "[a]\nregion = x\n"},
		"nothing of ours": {"[prod]\noutput = json\n", "[prod]\noutput = json\n"},
		"an empty one":    {"[prod]\n\n[a]\n", "[prod]\n\n[a]\n"},
	} {
		d := ParseFile(CredentialsFile, c.before)
		err := d.Apply("prod", Change{Remove: writtenKeys()})
		if err != nil || d.String() != c.after {
			t.Errorf("%s: %v\n got %q\nwant %q", name, err, d, c.after)
		}
	}
}
