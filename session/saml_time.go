package session

import (
	"errors"
	"strings"
	"time"
)

// parseXMLTime reads an xs:dateTime in any of its forms: with and without a
// fraction, an offset or Z, and 24:00:00 for the end of a day. Without a zone it
// is UTC, as SAML wants all of them. The result is UTC.
func parseXMLTime(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	day, clock, ok := strings.Cut(text, "T")
	if !ok {
		return time.Time{}, errors.New("not a time")
	}
	plus := 0
	if rest, ok := strings.CutPrefix(clock, "24:00:00"); ok {
		if fraction, ok := strings.CutPrefix(rest, "."); ok {
			if rest = strings.TrimLeft(fraction, "0"); len(rest) == len(fraction) {
				return time.Time{}, errors.New("not a time")
			}
		}
		clock, plus = "00:00:00"+rest, 1
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout, day+"T"+clock); err == nil {
			return at.UTC().AddDate(0, 0, plus), nil
		}
	}
	return time.Time{}, errors.New("not a time")
}
