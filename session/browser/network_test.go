package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// TestHeard: a page that polls by itself after a press, as one that waits for a push does.
func TestHeard(t *testing.T) {
	t.Parallel()
	var sent, polls atomic.Int32
	site := serve(t, map[string]string{
		"/": `<button>send</button><script>
			fetch('/idp/idx/introspect')
			const poll = async () => {
				await fetch('/somewhere/else')
				const reply = await (await fetch('/idp/idx/poll', {method: 'POST'})).json()
				if (reply.n < 3) setTimeout(poll, 50); else location = '/next'
			}
			document.querySelector('button').onclick = async () => { await fetch('/idp/idx/send', {method: 'POST'}); poll() }
		</script>`,
		"/next": "<p>on",
	}, answers("/idp/idx/send", 200, &sent), answers("/idp/idx/poll", 202, &polls), answers("/idp/idx/introspect", 200, new(atomic.Int32)))
	tab := sharedTab(t)
	open(t, tab, site.URL)
	await(t, tab, "button")
	if reply, err := tab.NextReply(within(t, patient), "/idp/idx/"); err != nil || reply.URL != site.URL+"/idp/idx/introspect" {
		t.Errorf("%+v, %v", reply, err)
	}
	if reply := pressMark(t, tab, "button", "/idp/idx/"); reply.URL != site.URL+"/idp/idx/send" {
		t.Errorf("%+v", reply)
	}
	for n := 1; n <= 3; n++ { // what Act returned and what went elsewhere are not among them
		reply, err := tab.NextReply(within(t, patient), "/idp/idx/")
		if err != nil || reply.Navigated || reply.Status != 202 || reply.URL != site.URL+"/idp/idx/poll" {
			t.Fatalf("%+v, %v", reply, err)
		}
		if want := fmt.Sprintf(`{"n":%d}`, n); string(reply.Body) != want && n < 3 { // the third may have gone with its page
			t.Errorf("heard %s, want %s", reply.Body, want)
		}
	}
	if reply, err := tab.NextReply(within(t, patient), "/idp/idx/"); err != nil || !reply.Navigated {
		t.Errorf("%+v, %v", reply, err)
	}
	await(t, tab, "p") // looked at: from here on it is no news
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if reply, err := tab.NextReply(short, "/idp/idx/"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%+v, %v", reply, err)
	}
}

func TestHeardNoAnswer(t *testing.T) {
	t.Parallel()
	site := serve(t, map[string]string{"/": `<button onclick="fetch('/gone')">go</button>`}, func(mux *http.ServeMux) {
		mux.HandleFunc("/gone", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	})
	tab := sharedTab(t)
	open(t, tab, site.URL)
	await(t, tab, "button")
	if err := tab.Click(within(t, patient), "button"); err != nil {
		t.Fatal(err)
	}
	var network *NetworkError
	if reply, err := tab.NextReply(within(t, patient)); !errors.As(err, &network) {
		t.Errorf("%+v, %v", reply, err)
	}
}
