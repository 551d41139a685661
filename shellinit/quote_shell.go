package shellinit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	errNUL     = errors.New("it holds a NUL byte") // no environment can hold one
	errNotUTF8 = errors.New("it is not valid UTF-8")
)

// quotePosix holds in bash, zsh (also with RC_QUOTES: a quote inside is always
// followed by a backslash) and every POSIX shell.
func quotePosix(value string) (string, error) {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'", nil
}

func quoteFish(value string) (string, error) {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'", nil
}

// quoteCsh is one word without blanks, newlines or anything that is a pattern: an
// unquoted eval `…` splits what it reads at the first, and replaces the second
// with names of files, quotes or not. What needs it is written as $'\nnn',
// which tcsh knows since 6.23; an older one refuses the line.
func quoteCsh(value string) (string, error) {
	if strings.Trim(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+/=:.,@%-") == "" {
		return "'" + value + "'", nil
	}
	var out strings.Builder
	out.WriteString("$'")
	for _, c := range []byte(value) {
		if c >= 0x80 || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, `\%03o`, c)
		}
	}
	return out.String() + "'", nil
}

// quoteElvish reads its source as UTF-8 text; a byte that is none has to be spelt.
func quoteElvish(value string) (string, error) {
	if utf8.ValidString(value) {
		return "'" + strings.ReplaceAll(value, "'", "''") + "'", nil
	}
	var out strings.Builder
	out.WriteByte('"')
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRuneInString(value[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, value[i])
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		default:
			out.WriteRune(r)
		}
		i += size
	}
	return out.String() + `"`, nil
}

// quotePython is an ASCII string literal. A byte that is no UTF-8 becomes the lone
// surrogate that os.fsencode turns back into it.
func quotePython(value string) (string, error) {
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

// quotePowerShell is a value for the environment.
func quotePowerShell(value string) (string, error) {
	if value == "" {
		return "", errors.New("it is empty, which PowerShell takes for unset")
	}
	return powerShellLiteral(value)
}

// powerShellLiteral is an ASCII expression: Windows PowerShell reads a program's
// output in the console's code page, and takes ‘ ’ ‚ ‛ for quotes.
func powerShellLiteral(value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", errNotUTF8
	}
	var parts []string // flat: PowerShell does not survive a sum of ten thousand
	plain := ""
	for _, r := range value {
		switch {
		case r == '\'':
			plain += "''"
		case ' ' <= r && r < 0x7f:
			plain += string(r)
		default:
			if plain != "" {
				parts, plain = append(parts, "'"+plain+"'"), ""
			}
			for _, unit := range utf16.Encode([]rune{r}) {
				parts = append(parts, fmt.Sprintf("[char]0x%04x", unit))
			}
		}
	}
	if plain != "" || len(parts) == 0 {
		parts = append(parts, "'"+plain+"'")
	}
	if len(parts) == 1 && parts[0][0] == '\'' {
		return parts[0], nil
	}
	return "(-join(" + strings.Join(parts, ",") + "))", nil
}

// oneLinePowerShell is one line that evaluates script: what a program prints
// comes line by line, and Invoke-Expression takes each for a script of its own.
func oneLinePowerShell(script string) string {
	lines := strings.Split(strings.TrimSuffix(script, "\n"), "\n")
	for i, line := range lines {
		lines[i], _ = powerShellLiteral(line) // a script is UTF-8
	}
	return "Invoke-Expression (@(" + strings.Join(lines, ",") + ") -join [string][char]10)\n"
}

func quoteJSON(value string) (string, error) {
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

// quoteNuRaw is a raw string of nushell, r#'…'#, with as many # as it takes.
func quoteNuRaw(value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", errNotUTF8
	}
	end := "#"
	for strings.Contains(value, "'"+end) {
		end += "#"
	}
	return "r" + end + "'" + value + "'" + end, nil
}
