package session

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// HiddenSecret is a secret that must not be read in a text, and what stands in
// its place: "[password]".
type HiddenSecret struct {
	Secret Secret
	As     string
}

const (
	// wholeWordLength is the length, in bytes, below which a secret is struck out only
	// where it stands alone: it would take half the page with it.
	wholeWordLength = 4
	// minTruncatedSecret is how much of a secret is recognised, in bytes, where the text
	// ends within it.
	minTruncatedSecret = 8
	// minEncodedSecret is the length, in bytes, from which a secret is looked for in
	// hexadecimal and base64: less would be found where it is not.
	minEncodedSecret = 4
	// maxEncodingDepth is how many encodings are looked for within each other: a text in
	// JSON in an attribute of HTML has two.
	maxEncodingDepth = 3
	// maxDecodedTexts bounds the ways in which one text is read.
	maxDecodedTexts = 60
)

// Redact puts mark in the place of secrets; see RedactEach.
func Redact(text, mark string, secrets ...Secret) string {
	hidden := make([]HiddenSecret, len(secrets))
	for i, secret := range secrets {
		hidden[i] = HiddenSecret{secret, mark}
	}
	return RedactEach(text, hidden)
}

// RedactEach is text without the secrets, however they are written in it: as they
// are, in HTML (named and numbered characters), in addresses and forms (percent
// signs), in JSON and JavaScript (backslashes), in hexadecimal and base64, in
// Latin-1 or UTF-8 taken for it, in upper or lower case, with other blanks, and in encodings within each other.
// No pattern is made of a secret.
func RedactEach(text string, hidden []HiddenSecret) string {
	if len(hidden) == 0 {
		return text
	}
	var found []textRange
	all := decodedTexts(text)
	for _, r := range all {
		folded := r.folded()
		for _, h := range hidden {
			found = append(found, folded.find(h)...)
		}
	}
	for _, h := range hidden {
		for _, form := range binaryForms(h.Secret.Reveal()) {
			found = append(found, all[0].findAll(form, h.As)...)
		}
	}
	return cutOut(text, found)
}

// textRange is a part of a text, and what stands in its place.
type textRange struct {
	start, end int
	as         string
}

// cutOut puts marks in the place of what was found. Where two overlap the one
// that begins first, or else is longer, gives its mark for both.
func cutOut(text string, found []textRange) string {
	slices.SortFunc(found, func(a, b textRange) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	var out strings.Builder
	at := 0
	for i := 0; i < len(found); {
		start, end := found[i].start, found[i].end
		out.WriteString(text[at:start])
		out.WriteString(found[i].as)
		for i++; i < len(found) && found[i].start < end; i++ {
			end = max(end, found[i].end)
		}
		at = end
	}
	out.WriteString(text[at:])
	return out.String()
}

// decodedText is a text as it reads with some encodings undone, and where each of
// its bytes comes from.
type decodedText struct {
	text       string
	start, end []int // of each byte in the original
}

func undecodedText(text string) decodedText {
	r := decodedText{text: text, start: make([]int, len(text)), end: make([]int, len(text))}
	for i := range len(text) {
		r.start[i], r.end[i] = i, i+1
	}
	return r
}

// decodedTexts are all the ways in which text may be read.
func decodedTexts(text string) []decodedText {
	all := []decodedText{undecodedText(text)}
	seen := map[string]bool{text: true}
	first := 0
	for range maxEncodingDepth {
		last := len(all)
		for _, r := range all[first:last] {
			for _, d := range []decoding{
				{"&", htmlUnit}, {"%", percentUnit}, {"%+", formUnit}, {`\`, backslashUnit}, {`\`, quoteUnit}, {highBytes(), latinUnit},
			} {
				if next, ok := r.decode(d); ok && !seen[next.text] && len(all) < maxDecodedTexts {
					seen[next.text] = true
					all = append(all, next)
				}
			}
		}
		first = last
	}
	return all
}

// decoding undoes one encoding: unit returns what the head of a text stands for
// and how long that head is, 0 when it is not encoded. marks begin a unit.
type decoding struct {
	marks string
	unit  func(head string) (decoded string, length int)
}

func (r decodedText) decode(d decoding) (out decodedText, changed bool) {
	if !slices.ContainsFunc([]byte(r.text), func(b byte) bool { return strings.IndexByte(d.marks, b) >= 0 }) {
		return r, false
	}
	text := make([]byte, 0, len(r.text))
	out.start, out.end = make([]int, 0, len(r.text)), make([]int, 0, len(r.text))
	for i := 0; i < len(r.text); {
		if strings.IndexByte(d.marks, r.text[i]) >= 0 {
			if decoded, n := d.unit(r.text[i:]); n > 0 {
				text = append(text, decoded...)
				out.cover(len(decoded), r.start[i], r.end[i+n-1])
				i += n
				changed = true
				continue
			}
		}
		_, size := utf8.DecodeRuneInString(r.text[i:])
		for end := i + size; i < end; i++ {
			text = append(text, r.text[i])
			out.cover(1, r.start[i], r.end[i])
		}
	}
	out.text = string(text)
	return out, changed
}

// cover says of the next n bytes where they come from.
func (r *decodedText) cover(n, start, end int) {
	for range n {
		r.start, r.end = append(r.start, start), append(r.end, end)
	}
}

// htmlUnit reads &quot; &#34; &#x22; and their kind, also without a semicolon.
func htmlUnit(head string) (string, int) {
	const longest = 32
	n := 1
	for n < min(len(head), longest) && (head[n] == '#' || isAlphanumeric(head[n])) {
		n++
	}
	if n < len(head) && head[n] == ';' {
		n++
	}
	for ; n > 2; n-- {
		decoded := html.UnescapeString(head[:n])
		if decoded[0] != '&' && utf8.RuneCountInString(decoded) == 1 || decoded == "&" {
			return decoded, n
		}
	}
	return "", 0
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// percentUnit reads %22, and %u0022 of JavaScript's escape.
func percentUnit(head string) (string, int) {
	if len(head) >= 3 {
		if b, err := strconv.ParseUint(head[1:3], 16, 8); err == nil {
			return string([]byte{byte(b)}), 3
		}
	}
	if len(head) >= 6 && (head[1] == 'u' || head[1] == 'U') {
		return utf16Unit(head, 6, head[:2])
	}
	return "", 0
}

// formUnit reads a form's encoding, where a plus sign is a blank.
func formUnit(head string) (string, int) {
	if head[0] == '+' {
		return " ", 1
	}
	return percentUnit(head)
}

// backslashUnit reads \" \n \x22 \u0022 \u{22} of JSON and JavaScript.
func backslashUnit(head string) (string, int) {
	if len(head) < 2 {
		return "", 0
	}
	switch head[1] {
	case 'b', 'f', 'n', 'r', 't', 'v':
		return " ", 2
	case 'x':
		if len(head) >= 4 {
			if b, err := strconv.ParseUint(head[2:4], 16, 8); err == nil {
				return string(rune(b)), 4
			}
		}
	case 'u':
		if digits, _, ok := strings.Cut(strings.TrimPrefix(head, `\u{`), "}"); ok && strings.HasPrefix(head, `\u{`) && len(digits) <= 8 {
			if r, err := strconv.ParseUint(digits, 16, 32); err == nil {
				return string(rune(r)), len(digits) + len(`\u{}`)
			}
		}
		if len(head) >= 6 {
			return utf16Unit(head, 6, `\u`)
		}
	}
	_, size := utf8.DecodeRuneInString(head[1:])
	return head[1 : 1+size], 1 + size
}

// quoteUnit reads a backslash only where no letter or digit follows, which is how
// quotes are escaped beside backslashes that are not.
func quoteUnit(head string) (string, int) {
	if len(head) < 2 || isAlphanumeric(head[1]) {
		return "", 0
	}
	return backslashUnit(head)
}

// utf16Unit reads four hexadecimal digits that end at length, or two such units
// that are one character together.
func utf16Unit(head string, length int, prefix string) (string, int) {
	high, err := strconv.ParseUint(head[length-4:length], 16, 16)
	if err != nil {
		return "", 0
	}
	rest := head[length:]
	if utf16.IsSurrogate(rune(high)) && len(rest) >= length && strings.HasPrefix(rest, prefix) {
		if low, err := strconv.ParseUint(rest[length-4:length], 16, 16); err == nil {
			if r := utf16.DecodeRune(rune(high), rune(low)); r != utf8.RuneError {
				return string(r), 2 * length
			}
		}
	}
	return string(rune(high)), length
}

// highBytes are all bytes that are not ASCII.
func highBytes() string {
	var all []byte
	for b := utf8.RuneSelf; b < 0x100; b++ {
		all = append(all, byte(b))
	}
	return string(all)
}

// windowsLetters are what Windows-1252 has at 0x80 to 0x9f; the rest is Latin-1.
const windowsLetters = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// latinUnit reads a byte of Latin-1 or Windows-1252 among UTF-8, and letters of
// theirs that are the bytes of one character in UTF-8 ("Ã¼").
func latinUnit(head string) (string, int) {
	letters := []rune(windowsLetters)
	c, n := utf8.DecodeRuneInString(head)
	if c == utf8.RuneError && n == 1 {
		if at := int(head[0]) - 0x80; at < len(letters) {
			return string(letters[at]), 1
		}
		return string(rune(head[0])), 1
	}
	var raw []byte
	for at := 0; at < len(head) && len(raw) < utf8.UTFMax; {
		c, n := utf8.DecodeRuneInString(head[at:])
		i := slices.Index(letters, c)
		switch {
		case i >= 0:
			raw = append(raw, byte(0x80+i))
		case c >= 0x80 && c <= 0xff:
			raw = append(raw, byte(c))
		default:
			return "", 0
		}
		if at += n; len(raw) > 1 && utf8.Valid(raw) {
			return string(raw), at
		}
	}
	return "", 0
}

// folded is a reading in lower case, with one blank for any run of them, one
// mark for any run of bytes that are not UTF-8, and without what nobody sees.
func (r decodedText) folded() decodedText {
	text := make([]byte, 0, len(r.text))
	out := decodedText{start: make([]int, 0, len(r.text)), end: make([]int, 0, len(r.text))}
	last := rune(0)
	for i := 0; i < len(r.text); {
		c, n := rune(r.text[i]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRuneInString(r.text[i:])
		}
		at := i
		i += n
		c, shown := foldedRune(c)
		if !shown {
			continue
		}
		if c == last && (c == ' ' || c == utf8.RuneError) { // a run of them is as one
			out.end[len(out.end)-1] = r.end[i-1]
			continue
		}
		last = c
		before := len(text)
		text = utf8.AppendRune(text, c)
		out.cover(len(text)-before, r.start[at], r.end[i-1])
	}
	out.text = string(text)
	return out
}

// foldedRune is c in lower case, any blank as one; shown is false where nobody
// sees it.
func foldedRune(c rune) (folded rune, shown bool) {
	switch {
	case c > ' ' && c < 0x7f:
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c, true
	case unicode.IsSpace(c):
		return ' ', true
	case IsHidden(c):
		return 0, false
	}
	return unicode.ToLower(unicode.ToUpper(c)), true // by way of the capital: ϖ, π and Π are one
}

// find returns where the secret stands in a folded reading, and where that ends
// within it.
func (r decodedText) find(h HiddenSecret) []textRange {
	secret := strings.TrimSpace(undecodedText(h.Secret.Reveal()).folded().text)
	if secret == "" {
		return nil
	}
	found := r.findAll(secret, h.As)
	if n := r.endsWithin(secret); n > 0 {
		found = append(found, textRange{r.start[len(r.text)-n], r.end[len(r.text)-1], h.As})
	}
	return found
}

// findAll returns where piece stands. One shorter than wholeWordLength has to stand
// alone.
func (r decodedText) findAll(piece, as string) []textRange {
	var found []textRange
	for at := 0; ; {
		i := strings.Index(r.text[at:], piece)
		if i < 0 {
			return found
		}
		start, end := at+i, at+i+len(piece)
		at = start + 1
		if len(piece) >= wholeWordLength || r.standsAlone(start, end) {
			found = append(found, textRange{r.start[start], r.end[end-1], as})
			at = end
		}
	}
}

func (r decodedText) standsAlone(start, end int) bool {
	isWord := func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
	before, _ := utf8.DecodeLastRuneInString(r.text[:start])
	after, _ := utf8.DecodeRuneInString(r.text[end:])
	return !isWord(before) && !isWord(after)
}

// endsWithin returns how many bytes of secret's beginning, but not the whole of
// it, end the reading, or end it before an ellipsis.
func (r decodedText) endsWithin(secret string) int {
	text := strings.TrimRight(r.text, "…. ")
	cut := len(r.text) - len(text)
	for n := min(len(secret)-1, len(text)); n >= minTruncatedSecret; n-- {
		if strings.HasSuffix(text, secret[:n]) {
			return n + cut
		}
	}
	return 0
}

// binaryForms are secret in hexadecimal and in base64, wherever in the encoded
// text it begins, in UTF-8 and in UTF-16.
func binaryForms(secret string) []string {
	if len(secret) < minEncodedSecret {
		return nil
	}
	wide := make([]byte, 0, 2*len(secret))
	for _, unit := range utf16.Encode([]rune(secret)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	var forms []string
	for _, raw := range [][]byte{[]byte(secret), wide} {
		lower := hex.EncodeToString(raw)
		forms = append(forms, lower, strings.ToUpper(lower))
		for before := range 3 {
			padded := append(make([]byte, before), raw...)
			first := (before*8 + 5) / 6  // from here on nothing of what goes before has a part in it
			whole := len(padded) * 8 / 6 // and up to here nothing of what follows
			encoded := base64.StdEncoding.EncodeToString(padded)[first:whole]
			forms = append(forms, encoded, strings.NewReplacer("+", "-", "/", "_").Replace(encoded))
		}
	}
	slices.Sort(forms)
	return slices.Compact(slices.DeleteFunc(forms, func(form string) bool { return len(form) < minEncodedSecret }))
}
