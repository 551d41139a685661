package tty

import (
	"strings"
	"testing"
)

// TestBreakWords: prose is broken between words where it is wider than a narrow terminal,
// and what may be copied never.
func TestBreakWords(t *testing.T) {
	t.Parallel()
	const prose = "stsx: needs the AWS app's link and your Okta login; about a minute; nothing is saved until you confirm"
	for _, width := range []int{1, 10, 20, 40, 60, 79} {
		got := breakWords(prose, width)
		if strings.Join(strings.Fields(got), " ") != prose {
			t.Errorf("%d: %q", width, got)
		}
		for _, line := range strings.Split(got, "\n") {
			if words := strings.Fields(line); len(line) >= width && len(words) > 1 {
				t.Errorf("%d: %q is too long", width, line)
			}
		}
		for _, line := range []string{
			"stsx: next: stsx exec prod", "stsx: see https://acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272 for it",
			"stsx: wrote /home/jane/.config/stsx/config.toml", `stsx: the line is eval "$(stsx init bash)"`, "stsx: +region = \"eu-west-1\"",
			"stsx: sign in to it with aws sso login", "stsx: say it with --region", "stsx: to jane.roe@acme.example", "stsx:   two blanks",
		} {
			if got := breakWords(line, width); got != line {
				t.Errorf("%d: %q", width, got)
			}
		}
	}
	for _, width := range []int{80, 100} {
		if got := breakWords(prose, width); got != prose {
			t.Errorf("%d: %q", width, got)
		}
	}
	if got := breakWords("日本語 日本語 日本語", 15); got != "日本語 日本語\n  日本語" {
		t.Errorf("%q", got)
	}
}
