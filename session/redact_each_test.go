package session

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// spelled are ways in which a page, an address or a program writes a text.
func spelled(text string) map[string]string {
	quoted, _ := json.Marshal(text)
	inJSON := string(quoted[1 : len(quoted)-1])
	var decimal, hexadecimal, percent, unicodeEscapes strings.Builder
	for _, r := range text {
		fmt.Fprintf(&decimal, "&#%d;", r)
		fmt.Fprintf(&hexadecimal, "&#X%X;", r)
		if r < 0x10000 {
			fmt.Fprintf(&unicodeEscapes, `\u%04X`, r)
		} else {
			fmt.Fprintf(&unicodeEscapes, `\u{%x}`, r)
		}
	}
	for i := range len(text) {
		fmt.Fprintf(&percent, "%%%02x", text[i])
	}
	named := strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", "'", "&apos;", "é", "&eacute;", "$", "&dollar;").Replace(text)
	return map[string]string{
		"as it is": text, "upper case": strings.ToUpper(text), "lower case": strings.ToLower(text),
		"HTML": html.EscapeString(text), "HTML, named": named, "HTML, decimal": decimal.String(), "HTML, hexadecimal": hexadecimal.String(),
		// One that follows would be the character's own.
		"HTML, no semicolon": strings.NewReplacer("&;", "&amp;;", `";`, "&quot;;", "<;", "&lt;;", "&", "&amp", `"`, "&quot", "<", "&lt").Replace(text),
		"query":              url.QueryEscape(text), "path": url.PathEscape(text), "every byte": percent.String(),
		"JSON": inJSON, "JSON, every character": unicodeEscapes.String(),
		"HTML in HTML": html.EscapeString(html.EscapeString(text)), "JSON in HTML": html.EscapeString(inJSON),
		"query in HTML": html.EscapeString(url.QueryEscape(text)), "query in JSON in HTML": html.EscapeString(`\"` + url.QueryEscape(text)),
		"query twice": url.QueryEscape(url.QueryEscape(text)),
		"blanks":      strings.ReplaceAll(text, " ", " \n\t "), "hard blanks": strings.ReplaceAll(text, " ", "\u00a0"),
		"NULs": strings.Join(strings.Split(text, ""), "\x00"), "zero width": strings.Join(strings.Split(text, ""), "\u200b"),
	}
}

func TestRedactEach(t *testing.T) {
	for _, secret := range []string{
		`Hunter"2 & 'more' <b>`, `a+b%20c d`, "Café 12$", `back\slash\n`, "pass", "12345678", "日本語パスワード", "😀smile😀", "(.*)[a-z]+?$",
		"$1${x}",
		"&amp;&quot;", "%22%26", "  lead and trail  ", strings.Repeat("long ", 1000) + "end", "[password]", "ÄÖÜẞß",
	} {
		for how, text := range spelled(secret) {
			got := RedactEach("before "+text+" after", []HiddenSecret{{NewSecret(secret), "[hidden]"}})
			outer := len(text) // blanks around it, which may stay
			if strings.TrimSpace(secret) == secret {
				outer = 6 // a quote, a backslash
			}
			if !strings.Contains(got, "[hidden]") || len(got) > len("before [hidden] after")+outer {
				t.Errorf("%.40q, %s: %.200q became %.200q", secret, how, text, got)
			}
		}
		for _, pad := range []string{"", "u", "us", "user:"} {
			for how, form := range map[string]string{
				"base64":    base64.StdEncoding.EncodeToString([]byte(pad + secret)),
				"base64url": base64.RawURLEncoding.EncodeToString([]byte(pad + secret)),
				"hex":       hex.EncodeToString([]byte(pad + secret)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(pad + secret))),
			} {
				if len(secret) < 8 {
					continue
				}
				got := RedactEach("<"+form+">", []HiddenSecret{{NewSecret(secret), "[hidden]"}})
				if !strings.Contains(got, "[hidden]") || len(got) > len("<[hidden]>")+2*len(pad)+8 {
					t.Errorf("%.40q after %q in %s: %.200q became %.200q", secret, pad, how, form, got)
				}
			}
		}
	}
}

// TestRedactNotUTF8: typed into a page, such a byte becomes U+FFFD.
func TestRedactNotUTF8(t *testing.T) {
	for _, secret := range []string{"Caf\xe9", "\xff\xfe\xfd\xfc", "a\xe9\xe9b!", "\xe9t\xe9 12"} {
		quoted, _ := json.Marshal(secret)
		for _, text := range []string{secret, strings.ToValidUTF8(secret, "\ufffd"), string([]rune(secret)), string(quoted),
			url.QueryEscape(secret)} {
			got := RedactEach("it is “"+text+"”.", []HiddenSecret{{NewSecret(secret), "[hidden]"}})
			if !strings.Contains(got, "[hidden]") || strings.Contains(got, secret) {
				t.Errorf("%q: %q became %q", secret, text, got)
			}
		}
	}
}

func TestRedactKeepsTheRest(t *testing.T) {
	for _, c := range []struct{ secret, text, want string }{
		{"", "nothing & more", "nothing & more"},
		{" \t", "nothing more", "nothing more"},
		{"hunter2", "Unable to sign in", "Unable to sign in"},
		{"hunter2", "100 % &c; \\d %zz &#; \xff", "100 % &c; \\d %zz &#; \xff"},
		{"cat", "cats and a cat", "cats and a [hidden]"},
		{"a b", "a  b", "[hidden]"},
		{"x", "x marks the next box (x)", "[hidden] marks the next box ([hidden])"},
		{"ab", "ab about cab AB", "[hidden] about cab [hidden]"},
		{"secret", "a%ZZ &nosuch; \\", "a%ZZ &nosuch; \\"},
		{"secret", "no sec ret here, nor secre", "no sec ret here, nor secre"},
		{"correct horse battery", "it shows: correct horse bat…", "it shows: [hidden]"},
		{"correct horse battery", "it shows: correct", "it shows: correct"},
		{"one", "oneone two", "oneone two"},
		{"four", "fourfour two", "[hidden][hidden] two"},
	} {
		if got := RedactEach(c.text, []HiddenSecret{{NewSecret(c.secret), "[hidden]"}}); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.secret, c.text, got, c.want)
		}
	}
	// Of two, one within the other, the longer counts, and marks are not read again.
	both := []HiddenSecret{{NewSecret("hunter2"), "[one]"}, {NewSecret("hunter2-long"), "[two]"}, {NewSecret("[one]"), "[three]"}}
	if got := RedactEach("hunter2-long hunter2", both); got != "[two] [one]" {
		t.Errorf("%q", got)
	}
}

func BenchmarkRedact(b *testing.B) {
	page := strings.Repeat(`<div class="o-form-content o-form-theme clearfix" data-se="a&amp;b"><a href="/x?y=%20z+w">Sign in</a></div>`+
		"\n", 1000)
	for b.Loop() {
		RedactEach(page, []HiddenSecret{{NewSecret("hunter2 & more"), "[password]"}, {NewSecret("jane@acme.example"), "[username]"}})
	}
}

// FuzzRedactEach: no secret is left in any of its forms, nothing panics, and what
// has nothing of a secret stays as it is.
func FuzzRedactEach(f *testing.F) {
	for _, secret := range []string{`Hunter"2 & 'more'`, "Caf\xe9", "", "x", "(.*)", "&amp;", "%2", `\u00`, "+++++", "\x00\x00\x00\x00",
		"a\u200bb\u200bc"} {
		f.Add(secret, "it says ", " here")
	}
	f.Fuzz(func(t *testing.T, secret, before, after string) {
		if len(secret) > 200 || len(before) > 200 || len(after) > 200 {
			t.Skip()
		}
		hidden := []HiddenSecret{{NewSecret(secret), "▓"}}
		RedactEach(before, hidden)
		folded := strings.TrimSpace(undecodedText(secret).folded().text)
		if len(folded) < wholeWordLength || strings.ContainsFunc(secret, IsHidden) {
			return // HTML has no way to write a control character
		}
		for how, text := range spelled(secret) {
			if !utf8.ValidString(secret) && how != "as it is" && how != "query" && how != "path" && how != "every byte" {
				continue
			}
			if got := RedactEach(before+" "+text+" "+after, hidden); !strings.Contains(got, "▓") {
				t.Errorf("%q, %s: %q became %q", secret, how, text, got)
			}
		}
		if got := RedactEach(before+" "+secret+" "+after, hidden); strings.Contains(got, secret) {
			t.Errorf("%q is still in %q", secret, got)
		}
	})
}
