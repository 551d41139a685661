package shellinit_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// fragments are what values that break out of quotes are made of. Each command
// in them would make a file called canary.
var fragments = []string{
	`'`, `''`, `'''`, `"`, `""`, "`", "``", `\`, `\\`, `\'`, `\"`, `\n`, `\x00`, `\u0027`, `\037`, `$'`, `$"`, `'"'"'`,
	"\n", "\n\n", "\r", "\r\n", "\t", " ", "  ", "   ", "\v", "\f", "\x1b", "\x1b[31m", "\x1b]0;x\x07", "\x01", "\x02", "\x7f", "\x08",
	`$(touch canary)`, "`touch canary`", `(touch canary)`, `; touch canary;`, `';touch canary;'`, `";touch canary;"`, "\ntouch canary\n",
	"'\ntouch canary\n'", `| touch canary`, `|| touch canary`, `&& touch canary &`, `> canary`, `>canary<canary`, `<(touch canary)`,
	`@(touch canary)`, `$[touch canary]`, `![touch canary]`, `!(touch canary)`, `@$(touch canary)`, `{touch canary}`, `(e:touch canary)`,
	`$(^touch canary)`, `'; ^touch canary; '`,
	`$(New-Item canary)`, `' ; New-Item canary ; '`, `'#; touch canary`, `'##; touch canary; r##'`,
	`__import__('os').system('touch canary')`, `'+__import__('os').system('touch canary')+'`, `"+open('canary','w')+"`,
	`${x:-$(touch canary)}`, `$((canary))`, `$HOME`, `${HOME}`, `$env:HOME`, `$env.HOME`,
	`%HOME%`, `%%`, `%`, `%F{red}`, `!!`, `!$`, `!x`, `!`, `^a^b^`,
	`*`, `?`, `[a-z]`, `{a,b}`, `~`, `~root`, `-`, `--`, `-e`, `-n x`, `=ls`, `#`, `# x`, `;`, `&`, `|`, `<`, `>`, `<<EOF`,
	"EOF\n", `(`, `)`, `[`, `]`, `{`, `}`, `=`, `,`, `:`, `@`, `^`, `+`, `/`, `.`, `..`,
	"’", "‘", "‚", "‛", "“", "”", "„", "é", "ß", "日本語", "🔑", "👩‍💻", "a\u0301", "\u00a0", "\u2028", "\u2029", "\u0085",
	"\u3000", "\ufeff",
	"\u202e", "\u202d", "\u2066", "\u2069", "\u200b", "\u200f", "\ufffd", "\ufffe",
	"\uffff", "\ufdd0", "\ufdd5", "\ue000", "\uf600", "\uf6ff", "\uf8ff", "\U0010ffff",
	"\xff", "\xfe", "\xc0\x80", "\x80", "\xe2\x28\xa1", "\xed\xa0\x80", "\xf8", "\xc3", "\x83\x84\x9b\xa2",
	"a", "AKIA", "wJalr/XUtn+FEMI=", "0", "é'", `EOT`, `STSX`, "null", "true", "arn:aws:iam::123456789012:role/Admin",
}

// hostile is n values: each fragment on its own, at either end and twice, every
// byte but NUL, one of 100 kB, and sequences of fragments, the same each time.
// Those that are not UTF-8 come on top of n.
func hostile(n int) []string {
	values := []string{"", " ", "x", strings.Repeat(`'\"$!`+"\n é\t", 10_000)}
	for b := 1; b < 256; b++ {
		values = append(values, string([]byte{byte(b)}), fmt.Sprintf("a%cz", b), string([]byte{'a', byte(b), 'z'}))
	}
	for _, f := range fragments {
		values = append(values, f, f+"x", "x"+f, f+f, "x"+f+"y")
	}
	random := rand.New(rand.NewPCG(1, 2))
	valid := 0
	for _, v := range values {
		if utf8.ValidString(v) {
			valid++
		}
	}
	for valid < n {
		var value strings.Builder
		for range 1 + random.IntN(9) {
			value.WriteString(fragments[random.IntN(len(fragments))])
		}
		values = append(values, value.String())
		if utf8.ValidString(value.String()) {
			valid++
		}
	}
	return values
}
