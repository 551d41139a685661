package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/page"
)

// answers counts the posts to a path and answers them with a status and its number.
func answers(path string, status int, posts *atomic.Int32) func(*http.ServeMux) {
	return func(mux *http.ServeMux) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			n := posts.Add(1)
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"n":%d}`, n)
		})
	}
}

// TestLatePost: a fingerprint frame first, the post 2 s later; one press is enough and a second makes no sense.
func TestLatePost(t *testing.T) {
	t.Parallel()
	var posts, presses atomic.Int32
	site := serve(t, map[string]string{
		"/frame": "<p>fingerprint",
		"/": `<form onsubmit="event.preventDefault(); fetch('/pressed'); document.body.append(Object.assign(document.createElement('iframe'), {src: '/frame', hidden: true}));
			setTimeout(() => fetch('/api/v1/authn', {method: 'POST', body: 'x'}), 2200)"><input id=u><button>Sign in</button></form>`,
	}, answers("/api/v1/authn", 401, &posts), answers("/pressed", 200, &presses))
	tab := sharedTab(t)
	open(t, tab, site.URL)
	await(t, tab, "button")
	reply := pressMark(t, tab, "button", "/api/v1/authn", "/idp/idx/")
	if reply.Status != 401 || string(reply.Body) != `{"n":1}` || reply.URL != site.URL+"/api/v1/authn" || reply.Navigated {
		t.Errorf("got %d %s %s", reply.Status, reply.URL, reply.Body)
	}
	if presses.Load() != 1 || posts.Load() != 1 {
		t.Errorf("pressed %d times, posted %d", presses.Load(), posts.Load())
	}
}

// TestLostPress: the page swallows the first n presses, as one that was just moving does.
func TestLostPress(t *testing.T) {
	t.Parallel()
	for lost := range 3 {
		t.Run(fmt.Sprint(lost), func(t *testing.T) {
			t.Parallel()
			var posts atomic.Int32
			site := serve(t, map[string]string{"/": fmt.Sprintf(`<form><input id=u><button>go</button></form><script>
				let left = %d
				document.forms[0].onsubmit = e => { e.preventDefault(); if (left-- <= 0) fetch('/idp/idx/identify', {method: 'POST'}) }
			</script>`, lost)}, answers("/idp/idx/identify", 200, &posts))
			tab := sharedTab(t)
			open(t, tab, site.URL)
			await(t, tab, "button")
			fill(t, tab, "#u", "jane", site.URL)
			if reply := pressMark(t, tab, "button", "/idp/idx/"); reply.Status != 200 || posts.Load() != 1 {
				t.Errorf("got %d after %d posts", reply.Status, posts.Load())
			}
		})
	}
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		site := serve(t, map[string]string{"/": `<form onsubmit="return false"><button>go</button></form>`})
		tab := sharedTab(t)
		open(t, tab, site.URL)
		await(t, tab, "button")
		if _, err := tab.Press(within(t, patient), "button", "/idp/"); !errors.Is(err, page.ErrNoReaction) {
			t.Errorf("got %v", err)
		}
	})
}

func TestActOutcomes(t *testing.T) {
	t.Parallel()
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	var posts atomic.Int32
	site := serve(t, map[string]string{
		"/": `<button id=refused onclick="fetch('http://` + dead.Addr().String() +
			`/idp/idx/x', {method: 'POST'}).catch(() => 0)">a</button>
			<button id=local onclick="document.body.innerHTML = '<p id=done>done</p>'">b</button>
			<form action=/next method=post><button id=next>c</button></form>
			<form action=/moved><button id=moved>c</button></form>
			<form action="http://` + dead.Addr().String() + `/"><button id=nowhere>d</button></form>
			<button id=poll onclick="setTimeout(() => fetch('/idp/idx/answer', {method: 'POST'}), 100)">e</button>
			<button id=both onclick="fetch('/idp/idx/answer', {method: 'POST'}).then(() => location = '/next')">f</button>
			<script>if (location.search) setInterval(() => fetch('/idp/idx/poll', {method: 'POST'}), 300)</script>`,
		"/next": `<p id=next>next`,
	}, answers("/idp/idx/answer", 403, &posts), answers("/idp/idx/poll", 200, new(atomic.Int32)), func(mux *http.ServeMux) {
		mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/next?token="+canary, http.StatusFound)
		})
	})
	tab := sharedTab(t)
	for _, c := range []struct {
		name, mark, query string
		check             func(page.Reply, error) bool
	}{
		{"refused", "#refused", "", func(r page.Reply, err error) bool {
			var network *NetworkError
			return errors.As(err, &network) && strings.Contains(err.Error(), "connection refused") && network.Host == dead.Addr().String()
		}},
		{"local", "#local", "", func(r page.Reply, err error) bool { return err == nil && r.Status == 0 && !r.Navigated }},
		{"document", "#next", "", func(r page.Reply, err error) bool {
			return err == nil && r.Navigated && r.Status == 200 && r.URL == site.URL+"/next"
		}},
		{"redirect", "#moved", "", func(r page.Reply, err error) bool {
			return err == nil && r.Navigated && r.Status == 200 && r.URL == site.URL+"/next"
		}},
		{"document refused", "#nowhere", "", func(r page.Reply, err error) bool {
			var network *NetworkError
			return errors.As(err, &network) && strings.Contains(network.Code, "ERR_CONNECTION_REFUSED")
		}},
		{"polls between", "#poll", "?poll", func(r page.Reply, err error) bool {
			return err == nil && r.Status == 403 && strings.HasPrefix(string(r.Body), `{"n":`)
		}},
		{"leaves at once", "#both", "", func(r page.Reply, err error) bool { return err == nil && r.Status == 403 }},
		{"absent", "#absent", "", func(r page.Reply, err error) bool { return errors.Is(err, page.ErrAbsent) }},
		{"no selector", "##", "", func(r page.Reply, err error) bool { return err != nil && strings.Contains(err.Error(), "##") }},
	} {
		open(t, tab, site.URL+"/"+c.query)
		await(t, tab, "#local")
		if reply, err := tab.Press(within(t, patient), c.mark, "/idp/idx/answer", "/idp/idx/x"); !c.check(reply, err) {
			t.Errorf("%s: %d %s %q %v, %v", c.name, reply.Status, reply.URL, reply.Body, reply.Navigated, err)
		}
	}
}

// TestStaleness: the old form lingers after an answer, a refused one is redrawn in place with the old value, and classic
// shows the old and the new form at the same time.
func TestStaleness(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	site := serve(t, map[string]string{"/": `<div id=root></div><script>
		const form = (id, kind) => '<form id=' + id + '><input name=' + kind + '><button>go</button></form>'
		root.innerHTML = form('first', 'identifier')
		let n = 0
		document.onsubmit = async e => {
			e.preventDefault()
			const answer = await fetch('/idp/idx/answer', {method: 'POST'})
			const step = ++n
			setTimeout(() => {
				if (step === 1) e.target.insertAdjacentHTML('afterbegin', '<p class=error>Unable to sign in</p>')
				if (step === 2) { root.insertAdjacentHTML('beforeend', form('second', 'code')); setTimeout(() => root.firstChild.remove(), 600) }
				if (step === 3) document.querySelector('[name=code]').value = ''
				if (step === 4) root.innerHTML = form('third', 'code')
			}, 400)
		}
	</script>`}, answers("/idp/idx/answer", 200, &posts))
	tab := sharedTab(t)
	open(t, tab, site.URL)
	await(t, tab, "[name=identifier]")
	fill(t, tab, "[name=identifier]", "jane", site.URL)
	pressMark(t, tab, "#first button", "/idp/idx/answer")
	if i := await(t, tab, "#first", "[name=identifier]", "#first button", ".error"); i != 3 {
		t.Fatalf("took an answered mark, %d, for a new one", i)
	}
	short, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if i, err := tab.Await(short, "[name=identifier]"); !errors.Is(err, context.DeadlineExceeded) ||
		strings.Contains(err.Error(), "[name=identifier]") {
		t.Fatalf("the answered field: %d, %v", i, err)
	}
	if err := tab.AwaitAgain(within(t, patient)); err != nil {
		t.Fatal(err)
	}
	await(t, tab, "[name=identifier]")
	fill(t, tab, "[name=identifier]", "joe", site.URL)
	if value, _ := tab.Attr(within(t, patient), "[name=identifier]", "value"); value != "joe" {
		t.Fatalf("not cleared first: %q", value)
	}
	pressMark(t, tab, "#first button", "/idp/idx/answer")
	if i := await(t, tab, "[name=identifier]", "[name=code]"); i != 1 {
		t.Fatal("took the leaving form for a new one")
	}
	fill(t, tab, "[name=code]", "123456", site.URL)
	pressMark(t, tab, "#second button", "/idp/idx/answer")
	await(t, tab, "[name=code]") // emptied: fresh without Again
	fill(t, tab, "[name=code]", "654321", site.URL)
	pressMark(t, tab, "#second button", "/idp/idx/answer")
	await(t, tab, "[name=code]") // replaced: fresh
	if ok, err := tab.Visible(within(t, patient), "#third [name=code]"); !ok || err != nil {
		t.Errorf("await was too early: %v %v", ok, err)
	}
	if posts.Load() != 4 {
		t.Errorf("%d posts for 4 acts", posts.Load())
	}
}

// TestMovingButton: a box slides in above the button, and only a click on a button at rest counts.
func TestMovingButton(t *testing.T) {
	t.Parallel()
	var early, posts atomic.Int32
	site := serve(t, map[string]string{"/": `<style>#box { height: 0; transition: height .5s linear } #box.in { height: 300px }</style>
		<div id=box></div><button onclick="fetch(box.getAnimations().length ? '/early' : '/idp/x', {method: 'POST'})">go</button>
		<script>box.offsetHeight; box.className = 'in'</script>`}, answers("/idp/x", 200, &posts), answers("/early", 200, &early))
	tab := sharedTab(t)
	open(t, tab, site.URL)
	begun := time.Now()
	await(t, tab, "button")
	t.Logf("still after %v", time.Since(begun))
	if reply := pressMark(t, tab, "button", "/idp/x", "/early"); reply.URL != site.URL+"/idp/x" {
		t.Error("clicked while it moved")
	}
}

func TestVisibility(t *testing.T) {
	t.Parallel()
	site := serve(t, map[string]string{"/": `
		<input class=a style="display:none" value=no><div style="visibility:hidden"><input class=a value=no></div>
		<input class=a style="opacity:0" value=no><div style="height:0;overflow:hidden"><input class=a value=no></div>
		<input class=a style="position:absolute;left:-9999px" value=no><input class=a disabled value=no>
		<fieldset disabled><input class=a value=no></fieldset><div inert><input class=a value=no></div>
		<input class=a type=hidden value=no><input class=a style="position:absolute;width:1px;height:1px;border:0;padding:0" value=no>
		<input class=a id=yes value=yes>
		<p data-se=challenge-number style="display:none">17</p>
		<p id=number><span aria-hidden=true>4</span>2   and
			<span style="display:none">hidden</span> more</p>
		<ul><li class=o>one<li class=o style="display:none">two<li class=o>three</ul>
		<input type=submit value="Send  push">`})
	tab := sharedTab(t)
	open(t, tab, site.URL)
	ctx := within(t, patient)
	if value, err := tab.Attr(ctx, ".a", "value"); value != "yes" || err != nil {
		t.Errorf("first visible: %q, %v", value, err)
	}
	fill(t, tab, ".a", "typed", site.URL)
	if value, _ := tab.Attr(ctx, "#yes", "value"); value != "typed" {
		t.Errorf("typed elsewhere; last holds %q", value)
	}
	if ok, err := tab.Visible(ctx, "[data-se=challenge-number]"); ok || err != nil {
		t.Errorf("hidden number: %v, %v", ok, err)
	}
	if ok, err := tab.Painted(ctx); !ok || err != nil {
		t.Errorf("painted: %v, %v", ok, err)
	}
	if texts, err := tab.Texts(ctx, ".o"); fmt.Sprint(texts) != "[one three]" || err != nil {
		t.Errorf("texts: %q, %v", texts, err)
	}
	for mark, want := range map[string]string{"#number": "42 and more", "input[type=submit]": "Send push", "#absent": "",
		"[data-se=challenge-number]": ""} {
		if got := text(t, tab, mark); got != want {
			t.Errorf("%s: %q, want %q", mark, got, want)
		}
	}
	if at, err := tab.Location(ctx); at != site.URL+"/" || err != nil {
		t.Errorf("location: %q, %v", at, err)
	}
	if shot, err := tab.Screenshot(ctx); err != nil || !strings.HasPrefix(string(shot), "\x89PNG") {
		t.Errorf("screenshot: %d bytes, %v", len(shot), err)
	}
}

// TestFillOrigin: a redirect takes the page to another origin, and the password isn't typed there.
func TestFillOrigin(t *testing.T) {
	t.Parallel()
	form := `<input type=password id=p oninput="document.title = 'touched'"><p id=t></p>`
	evil := serve(t, map[string]string{"/": form})
	good := serve(t, map[string]string{"/": form, "/leave": `<script>location = '` + evil.URL + `'</script>`})
	tab := sharedTab(t)
	open(t, tab, good.URL)
	await(t, tab, "#p")
	fill(t, tab, "#p", canary, "https://other.example", good.URL)
	open(t, tab, good.URL+"/leave")
	for until := time.Now().Add(patient); time.Now().Before(until); {
		if at, _ := tab.Location(within(t, patient)); at == evil.URL+"/" {
			break
		}
	}
	err := tab.Fill(within(t, patient), "#p", session.NewSecret(canary), []string{good.URL})
	var refused *session.OriginError
	if !errors.As(err, &refused) || refused.Got != evil.URL || strings.Contains(err.Error(), canary) {
		t.Errorf("got %v", err)
	}
	if value, _ := tab.Attr(within(t, patient), "#p", "value"); value != "" {
		t.Error("typed all the same")
	}
	open(t, tab, "about:blank")
	if err := tab.Fill(within(t, patient), "#p", session.NewSecret(canary), nil); !errors.As(err, &refused) {
		t.Errorf("no origin at all: %v", err)
	}
}

// TestFill: frameworks hear of it as of real typing, the page's own overrides are not used, and what the field refuses is said.
func TestFill(t *testing.T) {
	t.Parallel()
	site := serve(t,
		map[string]string{"/": `<input id=a value=old><input id=short maxlength=3><input id=tel type=tel><input id=mail type=email><input id=pass type=password><p id=log></p><script>
		const real = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')
		Object.defineProperty(a, 'value', {get() { return 'forged' }, set(v) { log.append(' set') }})
		HTMLElement.prototype.focus = () => log.append(' focus')
		document.execCommand = () => log.append(' exec')
		document.querySelectorAll = () => []
		for (const kind of ['input', 'change']) a.addEventListener(kind, e => log.append(' ' + kind + ':' + real.get.call(a)))
	</script>`})
	tab := sharedTab(t)
	open(t, tab, site.URL)
	await(t, tab, "#a")
	fill(t, tab, "#a", "new", site.URL)
	if got := text(t, tab, "#log"); got != "input:new change:new" {
		t.Errorf("the page saw %q", got)
	}
	for _, mark := range []string{"#tel", "#mail", "#pass"} {
		for _, value := range []string{`pä$s"'\<w>ö `, ""} {
			if mark == "#mail" && value != "" {
				value = "jane.roe@example.com"
			}
			fill(t, tab, mark, value, site.URL)
			if got, _ := tab.Attr(within(t, patient), mark, "value"); got != value {
				t.Errorf("%s: %q instead of %q", mark, got, value)
			}
		}
	}
	err := tab.Fill(within(t, patient), "#short", session.NewSecret(canary), []string{site.URL})
	if err == nil || !strings.Contains(err.Error(), "takes 3 of") || strings.Contains(err.Error(), canary) {
		t.Errorf("cut short: %v", err)
	}
}

// TestAwaitSurvives: redirects, meta refresh and replaced documents pass under a wait.
func TestAwaitSurvives(t *testing.T) {
	t.Parallel()
	other := serve(t, map[string]string{"/": `<meta http-equiv=refresh content="0;url=/here"><p>refresh`, "/here": `<p id=here>here`})
	site := serve(t, map[string]string{
		"/":  `<script>setTimeout(() => location = '/2', 200)</script>one`,
		"/2": `<script>setTimeout(() => location.replace('` + other.URL + `'), 200)</script>two`,
	})
	tab := sharedTab(t)
	for range 3 {
		open(t, tab, site.URL)
		await(t, tab, "#never", "#here")
	}
	open(t, tab, site.URL)
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, cancel)
	if _, err := tab.Await(ctx, "#never"); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "#never") {
		t.Errorf("cancelled: %v", err)
	}
}

// TestAwaitTrouble: what can't get better ends a wait at once.
func TestAwaitTrouble(t *testing.T) {
	t.Parallel()
	site := serve(t, map[string]string{"/": `<script>setTimeout(() => location = 'http://127.0.0.1:1/x', 100)</script>`,
		"/ok": `<p id=p>ok<script>alert('held up')</script>`})
	b := launch(t)
	tab, err := b.Tab(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	open(t, tab, site.URL)
	var network *NetworkError
	if _, err := tab.Await(within(t, patient), "#p"); !errors.As(err, &network) {
		t.Errorf("error page: %v", err)
	}
	open(t, tab, site.URL+"/ok")
	await(t, tab, "#p")

	go tab.Open(within(t, patient), "chrome://crash")
	if _, err := tab.Await(within(t, patient), "#never"); !errors.Is(err, ErrCrashed) {
		t.Errorf("crash: %v", err)
	}

	tab, err = b.Tab(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(200*time.Millisecond, func() { b.process.cmd.Process.Kill() })
	if _, err := tab.Await(within(t, patient), "#never"); !errors.Is(err, ErrDied) {
		t.Errorf("death: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	tls := newTLSServer(t)
	tab := sharedTab(t)
	for url, want := range map[string][]string{
		"https://nowhere.invalid/x?token=" + canary: {"no such host", "nowhere.invalid", "net::ERR_NAME_NOT_RESOLVED"},
		"http://127.0.0.1:1/":                       {"net::ERR_UNSAFE_PORT"},
		tls:                                         {"certificate is not trusted", "net::ERR_CERT_AUTHORITY_INVALID"},
	} {
		err := tab.Open(within(t, patient), url)
		if err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", url, err)
			continue
		}
		t.Log(err)
		for _, part := range want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%v lacks %q", err, part)
			}
		}
	}
	hang := serve(t, nil, func(mux *http.ServeMux) {
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	})
	if err := tab.Open(within(t, 300*time.Millisecond), hang.URL); !errors.Is(err, context.DeadlineExceeded) ||
		!strings.Contains(err.Error(), hang.URL) {
		t.Errorf("hanging: %v", err)
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	var got atomic.Value
	site := serve(t, nil, func(mux *http.ServeMux) {
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			got.Store(r.Header.Get("Cookie"))
			http.SetCookie(w, &http.Cookie{Name: "DT", Value: "device", Path: "/", HttpOnly: true, MaxAge: 3600,
				SameSite: http.SameSiteLaxMode})
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "session", Path: "/"})
			io.WriteString(w, "<p>hello")
		})
	})
	first := ownTab(t)
	open(t, first, site.URL)
	cookies, err := first.Cookies(within(t, patient), site.URL)
	if err != nil || len(cookies) != 2 {
		t.Fatalf("%v, %v", cookies, err)
	}
	second := ownTab(t)
	if err := second.SetCookies(within(t, patient), site.URL, cookies); err != nil {
		t.Fatal(err)
	}
	open(t, second, site.URL)
	if sent := got.Load().(string); !strings.Contains(sent, "DT=device") || !strings.Contains(sent, "sid=session") {
		t.Errorf("sent %q", sent)
	}
	again, err := second.Cookies(within(t, patient), site.URL)
	if err != nil || len(again) != 2 {
		t.Fatalf("%v, %v", again, err)
	}
}

// TestCheck: boxes as the widgets draw them, one of their own over the real one.
func TestCheck(t *testing.T) {
	t.Parallel()
	site := serve(t,
		map[string]string{"/": `<style>.own { position: relative } .own input { position: absolute; opacity: 0; width: 0; height: 0 }</style>
		<form><div class=own><input type=checkbox name=a id=a><label for=a>Keep me signed in</label></div>
		<label><input type=checkbox name=a checked> twice</label>
		<div hidden><input type=checkbox name=a id=c><label for=c>hidden</label></div>
		<input type=checkbox name=a disabled><input name=a value=text></form><p></p>
		<script>let n = 0; document.onchange = () => document.querySelector('p').textContent = ++n + ' ' + [...document.querySelectorAll('input')].map(e => e.checked ? 1 : 0).join('')</script>`})
	tab := sharedTab(t)
	open(t, tab, site.URL)
	await(t, tab, "label")
	for _, step := range []struct {
		on   bool
		want string
	}{{true, "1 11000"}, {true, "1 11000"}, {false, "3 00000"}} {
		if err := tab.SetChecked(within(t, patient), "input[name=a]", step.on); err != nil {
			t.Fatal(err)
		}
		if text, err := tab.Text(within(t, patient), "p"); err != nil || text != step.want {
			t.Errorf("%q, %v; want %q", text, err, step.want)
		}
	}
	if err := tab.SetChecked(within(t, patient), "input[name=none]", true); err != nil {
		t.Error(err)
	}
}
