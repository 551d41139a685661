package browser

import (
	"bytes"
	"strings"
	"testing"
)

// TestVeil: two pages that differ only in what must not be seen have one picture, and the page is as it was afterwards.
func TestVeil(t *testing.T) {
	t.Parallel()
	const head = `<!DOCTYPE html><style>body { font: 20px monospace } input, textarea, select, div { display: block; width: 400px; height: 40px; margin: 4px }</style>`
	tab := func(password, code, answer, name, picture string) string {
		return head + `<input type=password id=p value="` + password + `"><input id=c value="` + code + `"><textarea>` + answer +
			`</textarea>
			<div contenteditable>` + answer + `</div><select><option>` + answer + `</select><output>` + code + `</output>
			<div>Signed in as ` + name + `</div><img width=50 height=50 src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><rect width='` + picture + `' height='9'/></svg>">
			<iframe srcdoc="` + code + `"></iframe><input type=submit value="Sign in"><div id=host></div>
			<script>document.querySelector('#host').attachShadow({mode: 'open'}).innerHTML = '<input value="` + code + `">'; document.querySelector('#c').select()</script>`
	}
	site := serve(t, map[string]string{
		"/a": tab("hunter2", "123456", "Rosebud", "Jane.Roe@acme.example", "9"),
		"/b": tab("correct horse battery", "77", "Xanadu is far", "JANE.ROE@acme.EXAMPLE", "40"),
		"/c": tab("hunter2", "123456", "Rosebud", "somebody.else@acme.ex", "9"),
	})
	sharedTab, ctx := ownTab(t), within(t, patient)
	shot := func(path string) []byte {
		t.Helper()
		open(t, sharedTab, site.URL+path)
		if _, err := sharedTab.Await(ctx, "input[type=submit]"); err != nil {
			t.Fatal(err)
		}
		before := text(t, sharedTab, "body")
		bare, err := sharedTab.Outline(ctx)
		if err != nil {
			t.Fatal(err)
		}
		png, err := sharedTab.Screenshot(ctx, "jane.roe@acme.example", "")
		if err != nil {
			t.Fatal(err)
		}
		after, err := sharedTab.Outline(ctx)
		if err != nil || after != bare {
			t.Errorf("%v; the page was\n%s\nand is\n%s", err, bare, after)
		}
		if now := text(t, sharedTab, "body"); now != before {
			t.Errorf("the page said %q, and says %q", before, now)
		}
		return png
	}
	first := shot("/a")
	if !bytes.Equal(first, shot("/b")) {
		t.Error("the pictures differ by what is in fields")
	}
	if bytes.Equal(first, shot("/c")) {
		t.Error("the pictures show nothing")
	}
	open(t, sharedTab, site.URL+"/a")
	if style, err := sharedTab.Attr(ctx, "div:has(+ img)", "style"); err != nil || style != "" {
		t.Errorf("left behind: %q, %v", style, err)
	}
}

// TestOutline: what a page is, without what it holds.
func TestOutline(t *testing.T) {
	t.Parallel()
	const canary = "CanaryValue81x"
	site := serve(t, map[string]string{"/": `<!DOCTYPE html><title>Sign in</title><script>var stateToken = '` + canary + `'</script>
		<meta name=csrf content="` + canary + `"><style>/* ` + canary + ` */</style><noscript>` + canary + `</noscript><!-- ` + canary + ` -->
		<form data-se=o-form data-state-token="` + canary + `" action="/post/here?stateToken=` + canary + `#` + canary + `" onsubmit="` + canary + `">
		<input type=hidden name=SAMLResponse value="` + canary + `"><input name=identifier autocomplete=username value="` + canary + `">
		<input type=password name=credentials.passcode><input type=checkbox name=rememberMe value="` + canary + `" checked>
		<textarea>` + canary + `</textarea><output>` + canary + `</output><div contenteditable><b>` + canary + `</b></div>
		<button value="` + canary + `">Use <i>another</i> & go</button><a href="javascript:go('` + canary + `')" style="background:url(` + canary + `)">x</a>
		<img src="data:image/png;base64,` + canary + `" alt="a code"><iframe src="/frame/at?x=` + canary + `" srcdoc="` + canary + `"></iframe>
		<input type=submit data-type=save value="Sign in"></form><div id=host></div>
		<script>document.querySelector('#host').attachShadow({mode: 'open'}).innerHTML = '<p>below</p>'; document.querySelector('[type=password]').value = '` + canary + `'</script>`})
	sharedTab, ctx := ownTab(t), within(t, patient)
	open(t, sharedTab, site.URL+"/?stateToken="+canary+"#"+canary)
	if _, err := sharedTab.Await(ctx, "input[type=submit]"); err != nil {
		t.Fatal(err)
	}
	outline, err := sharedTab.Outline(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(outline, canary) {
		t.Errorf("a value is in it:\n%s", outline)
	}
	for _, want := range []string{
		site.URL + "/\n", `<form data-se="o-form" action="/post/here">`, `name="SAMLResponse"`,
		`<input name="identifier" autocomplete="username" is-filled>`,
		`type="password" name="credentials.passcode" is-filled`, `is-checked`, "Use\n", "&amp; go", `href="javascript:"`, `src="data:"`,
		`src="/frame/at"`,
		`value="Sign in"`, "#shadow-root", "below",
	} {
		if !strings.Contains(outline, want) {
			t.Errorf("want %q in:\n%s", want, outline)
		}
	}
}
