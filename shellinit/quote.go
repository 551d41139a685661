package shellinit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// errNotUTF8 is a value in a dialect whose strings are text.
var errNotUTF8 = errors.New("it is not valid UTF-8")

// posix holds in bash, zsh (also with RC_QUOTES: a quote inside is always
// followed by a backslash) and every POSIX shell.
func posix(value string) (string, error) {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'", nil
}

func fish(value string) (string, error) {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'", nil
}

// csh expands history inside quotes and ends a line at a newline unless both
// are escaped.
func csh(value string) (string, error) {
	return "'" + strings.NewReplacer(`'`, `'\''`, "!", `\!`, "\n", "\\\n").Replace(value) + "'", nil
}

func elvish(value string) (string, error) {
	return "'" + strings.ReplaceAll(value, "'", "''") + "'", nil
}

// python is an ASCII string literal. A byte that is no UTF-8 becomes the lone
// surrogate that os.fsencode turns back into it.
func python(value string) (string, error) {
	var out strings.Builder
	out.WriteByte('\'')
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRuneInString(value[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\udc%02x`, value[i])
		case r == '\'' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case ' ' <= r && r < 0x7f:
			out.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&out, `\U%08x`, r)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		i += size
	}
	out.WriteByte('\'')
	return out.String(), nil
}

// powershell is an ASCII expression: Windows PowerShell reads a program's
// output in the console's code page, and takes ‘ ’ ‚ ‛ for quotes.
func powershell(value string) (string, error) {
	switch {
	case value == "":
		return "", errors.New("it is empty, which PowerShell takes for unset")
	case !utf8.ValidString(value):
		return "", errNotUTF8
	}
	var out strings.Builder
	out.WriteByte('\'')
	plain := true
	for _, r := range value {
		switch {
		case r == '\'':
			out.WriteString("''")
		case ' ' <= r && r < 0x7f:
			out.WriteRune(r)
		default:
			plain = false
			out.WriteByte('\'')
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, "+[char]0x%04x", unit)
			}
			out.WriteString("+'")
		}
	}
	out.WriteByte('\'')
	if plain {
		return out.String(), nil
	}
	return "(" + out.String() + ")", nil
}

func jsonString(value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", errNotUTF8
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}
