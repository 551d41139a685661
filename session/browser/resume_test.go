package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestPlace: another browser goes on where this one stands.
func TestPlace(t *testing.T) {
	tab := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/first" {
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: canary, HttpOnly: true, Path: "/"})
		}
		fmt.Fprintf(w, `<div id="cookie">has %s</div><div id="seen"></div><script>
			seen.textContent = [sessionStorage.handle, localStorage.device, location.search].join();
			if (location.pathname === '/first') {
				sessionStorage.handle = 'h-%s'; localStorage.device = 'd"<\/script>';
				history.pushState({}, '', '/second?x=1');
			} else sessionStorage.handle = 'changed';
		</script>`, r.Header.Get("Cookie"), canary)
	}
	server := httptest.NewServer(http.HandlerFunc(tab))
	defer server.Close()
	first := ownTab(t)
	if err := first.Open(within(t, patient), server.URL+"/first"); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Await(within(t, patient), "#cookie"); err != nil {
		t.Fatal(err)
	}
	at, err := first.resumePoint(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", at, at, at, at); strings.Contains(shown, canary) {
		t.Errorf("it prints as %s", shown)
	}
	b := launch(t)
	second, err := b.Tab(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	if err := second.ContinueFrom(within(t, patient), first); err != nil {
		t.Fatal(err)
	}
	text := func(mark string) string {
		if _, err := second.Await(within(t, patient), mark); err != nil {
			t.Fatal(err)
		}
		text, err := second.Text(within(t, patient), mark)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if got := text("#cookie"); got != "has sid="+canary {
		t.Errorf("the cookie is %q", got)
	}
	if got := text("#seen"); got != "h-"+canary+`,d"</script>,?x=1` {
		t.Errorf("the page found %q", got)
	}
	// What the page changed since then stays changed.
	if err := second.Open(within(t, patient), server.URL+"/third"); err != nil {
		t.Fatal(err)
	}
	if got := text("#seen"); got != `changed,d"</script>,` {
		t.Errorf("the next page found %q", got)
	}
}
