package session

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
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
	text, err = base64.RawStdEncoding.Strict().DecodeString(strings.TrimRight(bare, "="))
	switch {
	case strings.HasPrefix(bare, "<"):
		return nil, false, errors.New("it is XML, and should be base64")
	case strings.Contains(bare, "%2B") || strings.Contains(bare, "%3D") || strings.Contains(bare, "%2F"):
		return nil, false, errors.New("it is base64 with percent signs, encoded once too often")
	case err != nil || len(text) == 0:
		return nil, false, errors.New("it is not base64")
	}
	return text, false, nil
}

// toUTF8 takes off a byte order mark and turns UTF-16 into UTF-8.
func toUTF8(text []byte) ([]byte, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if len(text) < 4 {
		return text, nil
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
	return "its encoding " + OneLine(string(e), 40) + " is none that stsx reads: UTF-8, UTF-16, ISO-8859-1, US-ASCII"
}

// xmlDecoder reads text that toUTF8 has seen, by the encoding it declares.
func xmlDecoder(text []byte) *xml.Decoder {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		switch strings.ToLower(label) {
		case "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be":
			return input, nil
		case "iso-8859-1", "iso_8859-1", "latin1", "latin-1":
			rest, err := io.ReadAll(input)
			if err != nil {
				return nil, err
			}
			runes := make([]rune, len(rest))
			for i, b := range rest {
				runes[i] = rune(b)
			}
			return strings.NewReader(string(runes)), nil
		}
		return nil, charsetError(label)
	}
	return decoder
}
