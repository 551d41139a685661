package config

import (
	"slices"
	"strings"
)

// asciiHost writes a host's name in the letters that the network sees: a label
// that is not ASCII as xn-- and its Punycode.
func asciiHost(host string) string {
	labels := strings.Split(strings.ToLower(host), ".")
	for i, label := range labels {
		if strings.ContainsFunc(label, isNotASCII) {
			labels[i] = "xn--" + encodePunycode([]rune(label))
		}
	}
	return strings.Join(labels, ".")
}

func isNotASCII(r rune) bool { return r > '~' }

// encodePunycode is RFC 3492, section 6.3.
func encodePunycode(label []rune) string {
	const firstBias, firstCode = 72, 128
	var out []byte
	for _, r := range label {
		if !isNotASCII(r) {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	code, delta, bias := rune(firstCode), 0, firstBias
	for done := basic; done < len(label); {
		next := slices.MinFunc(label, func(a, b rune) int { return rank(a, code) - rank(b, code) })
		delta += int(next-code) * (done + 1)
		code = next
		for _, r := range label {
			if r < code {
				delta++
			}
			if r == code {
				out = appendDelta(out, delta, bias)
				bias = adaptBias(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		code++
	}
	return string(out)
}

// rank orders the characters from code on before all others.
func rank(r, code rune) int {
	if r < code {
		return int(r) + 1<<22
	}
	return int(r)
}

const punycodeBase = 36

// appendDelta is a number of variable length.
func appendDelta(out []byte, delta, bias int) []byte {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for k := punycodeBase; ; k += punycodeBase {
		threshold := min(max(k-bias, 1), 26)
		if delta < threshold {
			return append(out, digits[delta])
		}
		out = append(out, digits[threshold+(delta-threshold)%(punycodeBase-threshold)])
		delta = (delta - threshold) / (punycodeBase - threshold)
	}
}

// adaptBias is RFC 3492, section 6.1.
func adaptBias(delta, points int, first bool) int {
	if first {
		delta /= 700
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (punycodeBase-1)*26/2; k += punycodeBase {
		delta /= punycodeBase - 1
	}
	return k + punycodeBase*delta/(delta+38)
}
