package browser

import (
	"context"
	"strings"
	"testing"

	"stsx/session"
)

// TestErrorsInWords: no error shows a selector; one about a field names it as the page does.
func TestErrorsInWords(t *testing.T) {
	t.Parallel()
	site := serve(t, map[string]string{"/": `<label>Pass
		word <input name=short maxlength=3></label><button>go</button>`})
	tab := sharedTab(t)
	open(t, tab, site.URL)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	const mark = `input[name="gone"], .o-form-button-bar .button-primary:not([disabled])`
	for name, do := range map[string]func(context.Context) error{
		"press": func(ctx context.Context) error { _, err := tab.Press(ctx, mark); return err },
		"click": func(ctx context.Context) error { return tab.Click(ctx, mark) },
		"fill": func(ctx context.Context) error {
			return tab.Fill(ctx, mark, session.NewSecret(canary), []string{site.URL})
		},
		"fill too much": func(ctx context.Context) error {
			return tab.Fill(ctx, "[name=short]", session.NewSecret(canary), []string{site.URL})
		},
		"fill a line end": func(ctx context.Context) error {
			return tab.Fill(ctx, "[name=short]", session.NewSecret("a\n"), []string{site.URL})
		},
		"fill no text": func(ctx context.Context) error {
			return tab.Fill(ctx, "[name=short]", session.NewSecret("\xe9"), []string{site.URL})
		},
		"await":   func(context.Context) error { _, err := tab.Await(ended, mark); return err },
		"visible": func(context.Context) error { _, err := tab.Visible(ended, mark); return err },
		"text":    func(context.Context) error { _, err := tab.Text(ended, mark); return err },
		"check":   func(context.Context) error { return tab.SetChecked(ended, mark, true) },
	} {
		err := do(within(t, patient))
		if err == nil || strings.ContainsAny(err.Error(), "[]#=>") || strings.Contains(err.Error(), ".o-form") ||
			strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", name, err)
		}
		if want := map[string]string{"fill too much": "“Pass word”: the field takes 3 of 16",
			"fill a line end": "a line end in it"}[name]; err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
