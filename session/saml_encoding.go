package session

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

// decodeBase64 reads base64 however it is laid out: in lines, indented, in the
// alphabet of URLs, without padding. standard reports that AWS takes it as it
// is: in the standard alphabet, in lines at most.
func decodeBase64(encoded string) (text []byte, standard bool, err error) {
	text, err = base64.StdEncoding.Strict().DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(encoded))
	if err == nil && len(text) > 0 {
		return text, true, nil
	}
	bare := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\ufeff':
			return -1
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		}
		return r
	}, encoded)
	text, err = nil, nil
	for part := range strings.FieldsFuncSeq(bare, func(r rune) bool { return r == '=' }) { // some pad each line
		more, errPart := base64.RawStdEncoding.Strict().DecodeString(part)
		text, err = append(text, more...), cmp.Or(err, errPart)
	}
	upper := strings.ToUpper(bare)
	switch {
	case strings.HasPrefix(bare, "<"):
		return nil, false, errors.New("it is XML, and should be base64")
	case strings.Contains(upper, "%2B") || strings.Contains(upper, "%3D") || strings.Contains(upper, "%2F"):
		return nil, false, errors.New("it is base64 with percent signs, encoded once too often")
	case err != nil || len(text) == 0:
		return nil, false, errors.New("it is not base64")
	}
	return text, false, nil
}

// toUTF8 takes off a byte order mark and turns UTF-16 into UTF-8. XML 1.1, which
// encoding/xml refuses, becomes the 1.0 that it is in all that SAML has.
func toUTF8(text []byte) ([]byte, error) {
	text, err := withoutUTF16(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	return regexp.MustCompile(`^(<\?xml\s+version\s*=\s*["'])1\.1`).ReplaceAll(text, []byte("${1}1.0")), err
}

func withoutUTF16(text []byte) ([]byte, error) {
	if len(text) < 4 {
		return text, nil
	}
	switch string(text[:4]) {
	case "\xff\xfe\x00\x00", "\x00\x00\xfe\xff", "<\x00\x00\x00", "\x00\x00\x00<":
		return nil, charsetError("UTF-32")
	}
	var high, low int // of a unit's two bytes
	switch {
	case text[0] == 0xff && text[1] == 0xfe, text[0] == '<' && text[1] == 0:
		high, low = 1, 0
	case text[0] == 0xfe && text[1] == 0xff, text[0] == 0 && text[1] == '<':
		high, low = 0, 1
	default:
		return text, nil
	}
	if len(text)%2 != 0 {
		return nil, errors.New("it begins as UTF-16 and ends in half a character")
	}
	units := make([]uint16, 0, len(text)/2)
	for i := 0; i < len(text); i += 2 {
		units = append(units, uint16(text[i+high])<<8|uint16(text[i+low]))
	}
	if units[0] == 0xfeff {
		units = units[1:]
	}
	return []byte(string(utf16.Decode(units))), nil
}

// charsetError: the document says that it is in an encoding that is not read.
type charsetError string

func (e charsetError) Error() string {
	return "its encoding " + OneLine(string(e), 40) +
		" is none that stsx reads: UTF-8, UTF-16, ISO-8859-1, ISO-8859-15, Windows-1252, US-ASCII"
}

// xmlDecoder reads text that toUTF8 has seen, by the encoding it declares.
func xmlDecoder(text []byte) *xml.Decoder {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		switch strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(label)) {
		case "utf8", "usascii", "ascii", "utf16", "utf16le", "utf16be":
			return input, nil
		case "iso88591", "latin1", "l1":
			return fromLatin1(input, nil)
		case "iso885915", "latin9", "l9":
			return fromLatin1(input, map[byte]rune{0xa4: '€', 0xa6: 'Š', 0xa8: 'š', 0xb4: 'Ž', 0xb8: 'ž', 0xbc: 'Œ', 0xbd: 'œ', 0xbe: 'Ÿ'})
		case "windows1252", "cp1252":
			others := map[byte]rune{}
			for i, r := range []rune(windowsLetters) {
				others[byte(0x80+i)] = r
			}
			return fromLatin1(input, others)
		}
		return nil, charsetError(label)
	}
	return decoder
}

// fromLatin1 reads ISO-8859-1, but for the bytes that are others.
func fromLatin1(input io.Reader, others map[byte]rune) (io.Reader, error) {
	rest, err := io.ReadAll(input)
	if err != nil {
		return nil, err
	}
	runes := make([]rune, len(rest))
	for i, b := range rest {
		runes[i] = cmp.Or(others[b], rune(b))
	}
	return strings.NewReader(string(runes)), nil
}
