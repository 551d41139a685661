package browser

import (
	"context"
	"os"
	"testing"
	"time"
)

func TestSmoke(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	path, err := Find("", os.Getenv)
	if err != nil {
		t.Skip(err)
	}
	begun := time.Now()
	b, err := Launch(ctx, Options{Path: path, ProfileRoot: t.TempDir(), Environ: os.Environ(), Say: func(m string) { t.Log(m) }, Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("launched", time.Since(begun))
	tab, err := b.Tab(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("tab", time.Since(begun))
	if err := tab.Open(ctx, "data:text/html,<form method=post action=https://signin.aws.amazon.com/saml><input name=SAMLResponse value=abc><input id=x><button>go</button></form>"); err != nil {
		t.Fatal(err)
	}
	t.Log("open", time.Since(begun))
	t.Log(tab.Await(ctx, "h1", "button"))
	t.Log("await", time.Since(begun))
	t.Log(tab.Fill(ctx, "#x", "hello", []string{"null"}))
	t.Log(tab.Attr(ctx, "#x", "value"))
	r, err := tab.Act(ctx, "button")
	t.Log(r, err, time.Since(begun))
	select {
	case p := <-tab.Posted():
		t.Log(p, p.URL, p.SAMLResponse)
	case <-ctx.Done():
		t.Error("no post")
	}
	t.Log(tab.Open(ctx, "https://nowhere.invalid/"))
	t.Log(b.Close(), time.Since(begun))
}
