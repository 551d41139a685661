package bundle

import (
	"strings"
	"testing"
	"time"

	"stsx/session"
)

func BenchmarkScrub(b *testing.B) {
	page := strings.Repeat(`<div class="o-form-content o-form-theme clearfix" data-se="a&amp;b"><a href="/x?y=%20z+w">Sign in</a></div>`+
		"\n", 1000)
	k := New("", time.Now)
	for _, s := range []string{"hunter2 & more", "jane@acme.example", "123456"} {
		k.Hide(session.NewSecret(s), "[x]")
	}
	for b.Loop() {
		k.scrubbedText(page)
	}
}
