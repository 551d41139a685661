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
	"unicode/utf16"
)

func everyRune(text, format string) string {
	var out strings.Builder
	for _, r := range text {
		fmt.Fprintf(&out, format, r)
	}
	return out.String()
}

// toLatin is text in Latin-1, "" where it has no such form.
func toLatin(text string) string {
	var latin []byte
	for _, r := range text {
		if r > 0xff {
			return ""
		}
		latin = append(latin, byte(r))
	}
	return string(latin)
}

// echoes are ways in which a page shows a text.
func echoes(secret string) map[string]string {
	quoted, _ := json.Marshal(secret) // a string always can be
	var bytes strings.Builder
	for _, b := range []byte(secret) {
		fmt.Fprintf(&bytes, "%%%02x", b)
	}
	echoes := map[string]string{
		"plain": secret, "in another case": strings.ToUpper(secret), "entities": html.EscapeString(secret),
		"every character an entity": everyRune(secret, "&#%d;"), "hexadecimal entities": everyRune(secret, "&#x%X;"),
		"entities without their end": everyRune(secret, "&#%d"), "twice escaped": html.EscapeString(html.EscapeString(secret)),
		"a query": url.QueryEscape(secret), "a path": url.PathEscape(secret), "every byte with a percent sign": bytes.String(),
		"a query in a query": url.QueryEscape(url.QueryEscape(secret)), "JSON": string(quoted[1 : len(quoted)-1]),
		"a query in an attribute": html.EscapeString(url.QueryEscape(secret)), "JavaScript": everyRune(secret, `\u{%x}`),
		"with soft hyphens": everyRune(secret, "%c\u00ad"), "with zero-width spaces": everyRune(secret, "%c\u200b"),
		"single quotes": strings.ReplaceAll(secret, "'", `\'`),
	}
	escaped, mistaken := "", ""
	for _, unit := range utf16.Encode([]rune(secret)) { // JavaScript's escape()
		escaped += fmt.Sprintf(map[bool]string{true: "%%%02X", false: "%%u%04X"}[unit < 0x100], unit)
	}
	for _, b := range []byte(secret) {
		mistaken += string(rune(b))
	}
	echoes["escape()"], echoes["UTF-8 taken for Latin-1"] = escaped, mistaken
	echoes["UTF-8 taken for Latin-1, in a query"] = url.QueryEscape(mistaken)
	echoes["UTF-8 taken for Windows-1252"] = strings.Map(func(r rune) rune {
		if r >= 0x80 && r < 0xa0 {
			return []rune(windowsLetters)[r-0x80]
		}
		return r
	}, mistaken)
	if latin := toLatin(secret); latin != "" {
		echoes["Latin-1"], echoes["Latin-1, in a query"] = latin, url.QueryEscape(latin)
	}
	if len(secret) >= minEncodedSecret {
		echoes["hexadecimal"] = hex.EncodeToString([]byte(secret))
		for before := range 3 {
			for after := range 3 {
				inside := strings.Repeat("x", before) + secret + strings.Repeat("y", after)
				echoes[fmt.Sprintf("base64, %d before and %d after", before, after)] = base64.StdEncoding.EncodeToString([]byte(inside))
				echoes[fmt.Sprintf("URL base64, %d before and %d after", before,
					after)] = base64.RawURLEncoding.EncodeToString([]byte(inside))
			}
		}
	}
	return echoes
}

func TestRedact(t *testing.T) {
	for _, secret := range []string{
		`correct horse battery`, `a"b'c<d>&e\f/g+h%i`, "Caf\u00e9 \u4f60\u597d \U0001f511", `123456`, `a%20b&c\u0041`, `[secret]`,
		`pw 9`, `..\\..`, `%%%%`, `c"d&quot;e`,
		"Grüße, 100 %", "naïve“€”Žß", "пароль", `"""""`, `((((a+)+)+)+$`,
	} {
		for name, echo := range echoes(secret) {
			for _, text := range []string{echo, "The password " + echo + " is wrong.", "“" + echo + "”" + echo} {
				redacted := Redact(text, "[***]", NewSecret(secret))
				for _, form := range []string{echo, secret} {
					if strings.Contains(redacted, form) || strings.Contains(html.UnescapeString(redacted), form) {
						t.Errorf("%q, %s: %q", secret, name, redacted)
					}
				}
				if strings.HasPrefix(text, "The password ") && !strings.HasPrefix(name, "base64") && !strings.HasPrefix(name,
					"URL base64") &&
					(!strings.HasPrefix(redacted, "The password [***]") || !strings.HasSuffix(redacted, " is wrong.")) {
					t.Errorf("%q, %s takes too much: %q", secret, name, redacted)
				}
			}
		}
	}
}

func TestRedactSeveral(t *testing.T) {
	if got := Redact("secret secret", "[secret]", NewSecret("secret")); !strings.Contains(got, "[secret]") {
		t.Errorf("%q", got)
	}
	if got := Redact("first, second", "*", NewSecret("first"), NewSecret("second")); got != "*, *" {
		t.Errorf("%q", got)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("The password a&quot;b is wrong", `a"b`)
	f.Add(`%61%22b`, `a"b`)
	f.Add("\xff\\u00", "x")
	f.Fuzz(func(t *testing.T, text, secret string) {
		if len(text) > 1<<12 || len(secret) > 1<<8 {
			return
		}
		redacted := Redact(text, "", NewSecret(secret))
		if plain := strings.TrimSpace(secret); len([]rune(plain)) >= wholeWordLength && strings.Contains(redacted, plain) {
			t.Errorf("%q without %q: %q", text, secret, redacted)
		}
	})
}
