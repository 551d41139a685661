package session

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// redactLevels is how many encodings, one in the other, are looked through.
	redactLevels = 3
	// redactWord is the length, in characters, below which a secret is struck out
	// only where it stands by itself: else it would take half of a page away.
	redactWord = 4
	// redactEncoded is the length, in bytes, from which a secret is looked for in
	// base64 and hexadecimal too.
	redactEncoded = 4
)

// Redact puts mark in the place of secrets in a text that others wrote, such as
// a page that shows what was typed into it: in any mixture of case, of white
// space, of HTML entities, of percent signs and of backslashes, and in base64 and
// hexadecimal.
func Redact(text, mark string, secrets ...Secret) string {
	for _, secret := range secrets {
		plain := strings.TrimSpace(secret.Reveal())
		if plain == "" {
			continue
		}
		text = redactPlain(text, mark, []rune(plain))
		for _, form := range binaryForms(secret.Reveal()) {
			text = redactPlain(text, mark, []rune(form))
		}
	}
	return text
}

// redactPlain strikes out one wording, at every level of encoding. A secret that
// looks encoded itself is looked for as it is, and as what it would stand for.
func redactPlain(text, mark string, plain []rune) string {
	for level := range redactLevels + 1 {
		text = redactLevel(text, mark, plain, level)
	}
	var meaning []rune
	for _, c := range decodedChars(string(plain), 2*redactLevels) {
		meaning = append(meaning, c.r)
	}
	if len(meaning) == 0 || string(meaning) == string(plain) {
		return text
	}
	return redactLevel(text, mark, meaning, 2*redactLevels)
}

func redactLevel(text, mark string, plain []rune, level int) string {
	var out strings.Builder
	done := 0 // up to where text is in out
	chars := decodedChars(text, level)
	for i := 0; i < len(chars); {
		n := matchAt(chars, i, plain)
		if n == 0 {
			i++
			continue
		}
		from, to := chars[i].from, chars[i+n-1].to
		i += n
		if from < done {
			continue
		}
		out.WriteString(text[done:from] + mark)
		done = to
	}
	return out.String() + text[done:]
}

// textChar is a character of a text and where it stands there.
type textChar struct {
	r        rune
	from, to int
}

// matchAt is how many of chars from i on are plain, 0 when they do not begin with
// it, or when it is short and part of a word.
func matchAt(chars []textChar, i int, plain []rune) int {
	n := matchLength(chars[i:], plain)
	if n == 0 || len(plain) >= redactWord {
		return n
	}
	if i > 0 && isWordChar(chars[i-1].r) || i+n < len(chars) && isWordChar(chars[i+n].r) {
		return 0
	}
	return n
}

func isWordChar(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// matchLength is how many of chars are plain, 0 when they do not begin with it.
func matchLength(chars []textChar, plain []rune) int {
	i := 0
	for n := 0; n < len(plain); n++ {
		for i > 0 && i < len(chars) && IsHidden(chars[i].r) && !unicode.IsSpace(chars[i].r) && chars[i].r != plain[n] {
			i++
		}
		if i == len(chars) {
			return 0
		}
		r := chars[i].r
		switch {
		case unicode.IsSpace(plain[n]):
			if !unicode.IsSpace(r) && r != '+' {
				return 0
			}
			for n+1 < len(plain) && unicode.IsSpace(plain[n+1]) {
				n++
			}
			for i+1 < len(chars) && unicode.IsSpace(chars[i+1].r) {
				i++
			}
		case r != plain[n] && unicode.ToLower(r) != unicode.ToLower(plain[n]):
			return 0
		}
		i++
	}
	return i
}

// decodedChars reads a text through as many levels of encoding.
func decodedChars(text string, levels int) []textChar {
	var chars []textChar
	for at, r := range text {
		chars = append(chars, textChar{r, at, at + utf8.RuneLen(r)})
		if r == utf8.RuneError {
			_, size := utf8.DecodeRuneInString(text[at:])
			chars[len(chars)-1].to = at + size
		}
	}
	for range levels {
		chars = decodeOnce(chars)
	}
	return chars
}

// encodedChar is one character, or a few bytes of one, in an encoding of its own.
var encodedChar = regexp.MustCompile(`^(?:&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z]{2,8};)|(?:%[0-9a-fA-F]{2})+|%u[0-9a-fA-F]{4}|` +
	`(?:\\u[0-9a-fA-F]{4})+|\\u\{[0-9a-fA-F]{1,6}\}|\\x[0-9a-fA-F]{2}|\\[^ux0-9a-zA-Z])`)

func decodeOnce(chars []textChar) []textChar {
	var plain strings.Builder
	offsets := make([]int, 0, len(chars)+1) // of the characters in plain
	for _, c := range chars {
		offsets = append(offsets, plain.Len())
		plain.WriteRune(c.r)
	}
	offsets = append(offsets, plain.Len())
	text, out := plain.String(), make([]textChar, 0, len(chars))
	for i := 0; i < len(chars); i++ {
		if !strings.ContainsRune(`&%\`, chars[i].r) {
			out = append(out, chars[i])
			continue
		}
		encoded := encodedChar.FindString(text[offsets[i]:])
		decoded := decodeChar(encoded)
		if decoded == encoded {
			out = append(out, chars[i])
			continue
		}
		last := i + utf8.RuneCountInString(encoded) - 1
		from, to := chars[i].from, chars[last].to
		for _, r := range decoded {
			out = append(out, textChar{r, from, to})
		}
		i = last
	}
	return out
}

// decodeChar decodes what encodedChar found; the same when it can't be.
func decodeChar(encoded string) string {
	hexadecimal := func(digits string) rune {
		n, _ := strconv.ParseUint(digits, 16, 32) // they are digits
		return rune(n)
	}
	switch {
	case encoded == "":
		return encoded
	case encoded[0] == '&':
		return html.UnescapeString(encoded)
	case strings.HasPrefix(encoded, "%u"):
		return string(hexadecimal(encoded[2:]))
	case encoded[0] == '%':
		raw, err := hex.DecodeString(strings.ReplaceAll(encoded, "%", ""))
		if err != nil {
			return encoded
		}
		return string(raw)
	case strings.HasPrefix(encoded, `\u{`):
		return string(hexadecimal(encoded[3 : len(encoded)-1]))
	case strings.HasPrefix(encoded, `\u`):
		text, err := strconv.Unquote(`"` + encoded + `"`)
		if err != nil {
			return encoded
		}
		return text
	case strings.HasPrefix(encoded, `\x`):
		return string(hexadecimal(encoded[2:]))
	}
	return encoded[1:] // a backslash and what it stands before
}

// binaryForms are a secret in base64, at each place that it may have in a longer
// text, and in hexadecimal.
func binaryForms(secret string) []string {
	if len(secret) < redactEncoded {
		return nil
	}
	forms := []string{hex.EncodeToString([]byte(secret))}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + secret))
			// Characters at the ends hold bits of what stands beside the secret.
			skip := []int{0, 2, 3}[before]
			if (before+len(secret))%3 != 0 {
				encoded = encoded[:len(encoded)-1]
			}
			forms = append(forms, encoded[skip:])
		}
	}
	return forms
}
