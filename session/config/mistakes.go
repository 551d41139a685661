package config

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"stsx/session"
)

// commonMistake says what is wrong with a line that is no TOML, where people get
// it wrong again and again, and at which character, from 1; "" for all else.
// column is the character at which the line stopped being TOML, and why is what
// the parser says. No value is quoted: it may be a secret.
func commonMistake(line string, column int, why string) (text string, at int) {
	runes := []rune(strings.TrimRight(line, "\r\n"))
	before, rest := string(runes[:min(column-1, len(runes))]), string(runes[min(column-1, len(runes)):])
	if text, at := characterMistake(runes, rest, column, why); text != "" {
		return text, at
	}
	if mark := regexp.MustCompile(`^\s*(//|;|--|/\*|%)`).FindStringSubmatch(line); mark != nil {
		return "a comment begins with #, not with " + mark[1], 1
	}
	if strings.HasPrefix(strings.TrimSpace(line), "[") {
		return headerMistake(strings.TrimSpace(string(runes))), column
	}
	return valueMistake(before, rest, why), column
}

// characterMistake finds characters that look like others.
func characterMistake(runes []rune, rest string, column int, why string) (text string, at int) {
	const quotes = "“”„‟‘’‚‛«»＂＇`´″′「」"
	for i, r := range runes {
		isHere := i == column-1
		switch {
		case strings.ContainsRune(quotes, r) && (isHere || strings.Contains(why, "new lines")):
			return fmt.Sprintf("%c is a typographic quote: write \"", r), i + 1
		case isHere && r != ' ' && r != '\t' && (unicode.IsSpace(r) || session.IsHidden(r)):
			return fmt.Sprintf("here is an invisible character (U+%04X): remove it, or write a blank", r), i + 1
		}
	}
	if isWide := func(r rune) bool { return r >= '！' && r <= '～' }; rest != "" && isWide([]rune(rest)[0]) {
		wide := []rune(rest)[0]
		return fmt.Sprintf("%c is a wide character: write %c", wide, wide-'！'+'!'), column
	}
	if strings.Contains(why, "escape") {
		return `in double quotes \ begins an escape: write the text in 'single quotes'`, column
	}
	return "", 0
}

// headerMistake is for [profile prod] and its like.
func headerMistake(line string) string {
	if m := regexp.MustCompile(`^\[\s*(idp|profile)(?:\s+|\s*[:/]\s*)(.+?)\s*\]`).FindStringSubmatch(line); m != nil {
		return fmt.Sprintf("write [%s.%s], with a dot", m[1], tomlKey(strings.Trim(m[2], `"'“”‘’`)))
	}
	if m := regexp.MustCompile(`^\[\s*(idp|profile)\s*\.\s*([^"'\]]*[^\w"'\].-][^"'\]]*)\]`).FindStringSubmatch(line); m != nil {
		return fmt.Sprintf("this name stands in quotes: [%s.%s]", m[1], tomlKey(strings.TrimSpace(m[2])))
	}
	if end := strings.Index(line, "]"); end > 0 && end < len(line)-1 {
		return "nothing but a comment stands after a table's name"
	}
	return ""
}

// valueMistake is for key: value, values without quotes, and what stands after
// a value.
func valueMistake(before, rest, why string) string {
	key := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(before), "="))
	isValue := strings.HasSuffix(strings.TrimSpace(before), "=")
	word, _, _ := strings.Cut(rest, " ")
	switch {
	case !madeOf(key, "-_.") && isValue && !strings.Contains(why, "start of value"):
		return ""
	case strings.HasPrefix(rest, ":") && madeOf(key, "-_."):
		return fmt.Sprintf("write %s = …, with = in place of :", key)
	case isValue && strings.TrimSpace(rest) == "":
		return key + " has no value"
	case isValue && regexp.MustCompile(`(?i)^(true|false|yes|no|on|off)$`).MatchString(strings.TrimSpace(word)):
		return fmt.Sprintf("write %s = true or %s = false", key, key)
	case isValue && strings.HasPrefix(strings.TrimSpace(rest), "="), isValue && strings.HasPrefix(rest, ">"):
		return fmt.Sprintf("write %s = …, with one =", key)
	case strings.Contains(why, "cannot have new lines"):
		return "this text has no end: the quote that it begins with ends it too"
	case strings.Contains(why, "start of value") && (!isValue || strings.ContainsAny(before, "[{")):
		return "a text stands in quotes, also in a list or a table: write \"…\""
	case strings.Contains(why, "must be quoted"), strings.Contains(why, "leading zero"), strings.Contains(why, "start of value"):
		key, _, _ := strings.Cut(before, "=")
		return fmt.Sprintf("a text stands in quotes: write %s = \"…\"", strings.TrimSpace(key))
	case isValue && unicode.IsLetter([]rune(rest)[0]):
		return fmt.Sprintf("a text stands in quotes: write %s = \"…\"", key)
	case strings.Contains(why, "U+000D"):
		return "here is a carriage return alone: save the file with line ends of Unix or Windows"
	case rest == "":
		return ""
	case strings.HasPrefix(why, "expected newline") && strings.Trim(rest, ";, \t") == "":
		return fmt.Sprintf("remove the %s after the value", rest[:1])
	case strings.HasPrefix(why, "expected newline"):
		return "each key stands in a line of its own"
	}
	return ""
}
