package config

import (
	"fmt"
	"strconv"
	"strings"
)

// quotedList lists names so that none can be taken for two, or for an escape
// sequence.
func quotedList(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(list, ", ")
}

// dottedKey writes a key as TOML does.
func dottedKey(keys []keyPart) string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = bareKey(k.text)
	}
	return strings.Join(list, ".")
}

// bareKey is a key as it would be written in the file: quoted when it has to be.
func bareKey(key string) string {
	if key == "" || !madeOf(key, "-_") {
		return strconv.Quote(key)
	}
	return key
}
