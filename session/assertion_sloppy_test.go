package session

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// TestUnusableRoles: a role value that can't be assumed is left out with a note;
// it is an error only where none is left.
func TestUnusableRoles(t *testing.T) {
	for name, bad := range map[string]string{
		"a template":           "arn:aws:iam::${accountid}:role/Admin,arn:aws:iam::${accountid}:saml-provider/okta",
		"a template, in part":  "arn:aws:iam::123456789012:role/${role}" + ",arn:aws:iam::${accountid}:saml-provider/okta",
		"a third part":         grant(dev) + ",x",
		"a third ARN":          grant(dev) + "," + admin,
		"empty":                "",
		"blank":                " \n ",
		"a comma":              ",",
		"a group's name":       "aws_123456789012_Admin",
		"a user":               "arn:aws:iam::123456789012:user/x," + provider,
		"an assumed role":      "arn:aws:sts::123456789012:assumed-role/x/y," + provider,
		"no account":           "arn:aws:iam:::role/x," + provider,
		"eleven digits":        "arn:aws:iam::12345678901:role/x," + provider,
		"a provider elsewhere": audit + "," + provider,
		"an OIDC provider":     admin + ",arn:aws:iam::123456789012:oidc-provider/x",
		"not ASCII":            "arn:aws:iam::123456789012:role/Büro," + provider,
		"hidden":               admin + "&#x200b;," + provider,
		"an element":           "<x>" + grant(dev) + "</x>",
		"very long":            strings.Repeat("x", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			a, err := ParseAssertion(encode(response(attribute(roleAttribute, bad, grant(admin), bad))))
			if err != nil || len(a.Roles) != 1 || a.Roles[0].ARN != admin {
				t.Fatalf("%v, %v", a.Roles, err)
			}
			if len(a.Notes) != 2 || !strings.HasPrefix(a.Notes[0], "leaving out a role of the assertion: ") || len(a.Notes[0]) > 600 {
				t.Errorf("%q", a.Notes)
			}
			if _, err := ParseAssertion(encode(response(attribute(roleAttribute, bad)))); err == nil || len(err.Error()) > 600 {
				t.Errorf("alone: %v", err)
			}
		})
	}
	a, err := ParseAssertion(encode(response(attribute(roleAttribute, append(slices.Repeat([]string{"x"}, 1000), grant(admin))...))))
	if err != nil || len(a.Notes) != 4 || !strings.Contains(a.Notes[3], "997 roles more") {
		t.Errorf("%q, %v", a.Notes, err)
	}
}

// TestUnusableDuration: what can't be asked of STS counts for nothing.
func TestUnusableDuration(t *testing.T) {
	for _, value := range []string{"", " ", "0", "-1", "-3600", "899", "43201", "86400", "8h", "3600s", "1e4", "3600.0", "PT1H",
		"99999999999999999999", "<x>3600</x>", "36<x/>00", "&#x200b;3600"} {
		a, err := ParseAssertion(encode(response(attribute(roleAttribute, grant(admin)) + attribute(durationAttribute, value))))
		if err != nil || a.SessionDuration != 0 || len(a.Notes) != 1 || !strings.Contains(a.Notes[0], "SessionDuration") ||
			!strings.HasPrefix(a.Notes[0], "ignoring ") {
			t.Errorf("%q: %s, %q, %v", value, a.SessionDuration, a.Notes, err)
		}
	}
	for value, want := range map[string]time.Duration{"900": 15 * time.Minute, " 3600\n": time.Hour, "43200": 12 * time.Hour,
		"+3600": time.Hour} {
		a, err := ParseAssertion(encode(response(attribute(durationAttribute, value))))
		if err != nil || a.SessionDuration != want || len(a.Notes) != 0 {
			t.Errorf("%q: %s, %q, %v", value, a.SessionDuration, a.Notes, err)
		}
	}
}

func TestXMLTimes(t *testing.T) {
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-03-04T12:00:00Z": noon, " 2026-03-04T12:00:00Z\n": noon, "2026-03-04T12:00:00": noon,
		"2026-03-04T12:00:00.5Z": noon.Add(time.Second / 2), "2026-03-04T12:00:00.123456789012345Z": noon.Add(123456789),
		"2026-03-04T12:00:00.250": noon.Add(time.Second / 4), "2026-03-04T13:00:00+01:00": noon, "2026-03-04T01:30:00.0-10:30": noon,
		"2026-03-05T02:00:00+14:00": noon, "2026-03-04T12:00:00+00:00": noon, "2026-03-04T12:00:00-00:00": noon,
		"2026-03-03T24:00:00Z": noon.Add(-12 * time.Hour), "2026-03-03T24:00:00": noon.Add(-12 * time.Hour),
		"2026-03-03T24:00:00.000Z":  noon.Add(-12 * time.Hour),
		"2026-03-04T24:00:00+12:00": noon, "2026-02-28T24:00:00Z": time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
	} {
		a, err := ParseAssertion(encode(strings.Replace(response(""), "2026-03-04T12:05:00.5Z", text, 1)))
		if err != nil || !a.NotOnOrAfter.Equal(want) || a.NotOnOrAfter.Location() != time.UTC {
			t.Errorf("%q: %s, %v", text, a.NotOnOrAfter, err)
		}
	}
	for _, text := range []string{"soon", "2026-03-04", "12:00:00Z", "2026-13-04T12:00:00Z", "2026-03-04T25:00:00Z", "2026-03-04T24:00:01Z",
		"2026-03-04T24:00:00.5Z", "2026-03-04T24:00:00.Z", "1772625600", "2026-03-04T12:00:00Z\u2028x"} {
		_, err := ParseAssertion(encode(strings.Replace(response(""), "2026-03-04T12:05:00.5Z", text, 1)))
		if err == nil || !strings.Contains(err.Error(), "NotOnOrAfter") || strings.ContainsFunc(err.Error(), IsHidden) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestEncodings: the same document in each way to write it down.
func TestEncodings(t *testing.T) {
	plain := response(attribute(roleAttribute, grant(admin)) + attribute(nameAttribute, "jörg?>"))
	utf16Of := func(text string, high, low int) string {
		var out []byte
		for _, unit := range utf16.Encode([]rune(text)) {
			pair := []byte{0, 0}
			pair[high], pair[low] = byte(unit>>8), byte(unit)
			out = append(out, pair...)
		}
		return string(out)
	}
	declared := func(name string) string { return strings.Replace(plain, "UTF-8", name, 1) }
	spread := func(text, by string) string {
		var out []string
		for chunk := range slices.Chunk([]byte(text), 60) {
			out = append(out, string(chunk))
		}
		return by + strings.Join(out, by) + by
	}
	for name, c := range map[string]struct {
		encoded  string
		standard bool
	}{
		"as it is":               {encode(plain), true},
		"lines":                  {spread(encode(plain), "\r\n"), true},
		"laid out":               {spread(encode(plain), "\n\t    "), false},
		"blanks":                 {spread(encode(plain), " "), false},
		"the alphabet of URLs":   {base64.URLEncoding.EncodeToString([]byte(plain)), false},
		"without padding":        {strings.TrimRight(encode(plain+strings.Repeat(" ", (4-len(plain)%3)%3)), "="), false},
		"of URLs, no padding":    {base64.RawURLEncoding.EncodeToString([]byte(plain + "  ")), false},
		"a byte order mark":      {encode("\ufeff" + plain), true},
		"UTF-16, little end":     {encode("\xff\xfe" + utf16Of(declared("UTF-16"), 1, 0)), true},
		"UTF-16, big end":        {encode("\xfe\xff" + utf16Of(declared("utf-16"), 0, 1)), true},
		"UTF-16 without a mark":  {encode(utf16Of(declared("UTF-16LE"), 1, 0)), true},
		"UTF-16, other end":      {encode(utf16Of(declared("UTF-16BE"), 0, 1)), true},
		"ISO-8859-1":             {encode(strings.ReplaceAll(declared("ISO-8859-1"), "ö", "\xf6")), true},
		"Latin-1, in lower case": {encode(strings.ReplaceAll(declared("latin1"), "ö", "\xf6")), true},
		"Windows-1252":           {encode(strings.ReplaceAll(declared("windows-1252"), "ö", "\xf6")), true},
		"Windows-1252, CP1252":   {encode(strings.ReplaceAll(declared("CP1252"), "ö", "\xf6")), true},
		"ISO-8859-15":            {encode(strings.ReplaceAll(declared("iso-8859-15"), "ö", "\xf6")), true},
		"ISO8859-1":              {encode(strings.ReplaceAll(declared("ISO8859_1"), "ö", "\xf6")), true},
		"UTF_8":                  {encode(declared("UTF_8")), true},
		"XML 1.1":                {encode(strings.Replace(plain, "1.0", "1.1", 1)), true},
		"each line padded":       {encode(plain[:40]) + "\n" + encode(plain[40:81]) + "\n" + encode(plain[81:]), false},
		"US-ASCII":               {encode(strings.ReplaceAll(declared("US-ASCII"), "ö", "&#246;")), true},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := ParseAssertion(c.encoded)
			if err != nil || len(a.Roles) != 1 || a.Roles[0].ARN != admin || a.Subject != "jörg?>" {
				t.Fatalf("%v, %q, %v", a.Roles, a.Subject, err)
			}
			if kept := a.Encoded.Reveal(); (kept == c.encoded) != c.standard {
				t.Errorf("what is sent to AWS is %.60q", kept)
			} else if _, err := base64.StdEncoding.Strict().DecodeString(strings.NewReplacer("\r", "", "\n",
				"").Replace(kept)); err != nil {
				t.Errorf("AWS can't read what is sent: %v", err)
			}
		})
	}
	for name, c := range map[string]struct{ encoded, want string }{
		"a charset of another kind": {encode(declared("KOI8-R")), "its encoding KOI8-R is none that stsx reads"},
		"a charset with escapes":    {encode(declared("\x1b[2J")), "reading the SAML response"},
		"UTF-32":                    {encode("\xff\xfe\x00\x00<\x00\x00\x00"), "its encoding UTF-32 is none that stsx reads"},
		"UTF-32 without a mark":     {encode("\x00\x00\x00<\x00\x00\x00?"), "its encoding UTF-32"},
		"percent signs, lower case": {strings.ReplaceAll(encode(plain+"??>>"), "=", "") + "%3d", "encoded once too often"},
		"half a character":          {encode("\xff\xfe<\x00a" + "\x00b"), "half a character"},
		"XML":                       {plain, "it is XML, and should be base64"},
		"XML, laid out":             {"\n  " + plain, "it is XML, and should be base64"},
		"percent signs": {strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(encode(plain + "??>>")),
			"encoded once too often"},
		"blanks alone": {" \n ", "not base64"},
	} {
		if _, err := ParseAssertion(c.encoded); err == nil || !strings.Contains(err.Error(), c.want) ||
			strings.ContainsFunc(err.Error(), IsHidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
