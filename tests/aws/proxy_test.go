package aws_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"stsx/tests/aws"
)

func proxied(t testing.TB, config aws.ProxyConfig) (*aws.Proxy, *http.Client) {
	t.Helper()
	proxy, err := aws.NewProxy(config)
	ok(t, err)
	address, err := url.Parse(proxy.URL())
	ok(t, err)
	transport := &http.Transport{Proxy: http.ProxyURL(address)}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		ok(t, proxy.Close())
	})
	return proxy, &http.Client{Transport: transport}
}

func TestProxyRefuses(t *testing.T) {
	proxy, client := proxied(t, aws.ProxyConfig{})
	if _, err := client.Get("https://signin.aws.amazon.com/saml"); err == nil || !strings.Contains(err.Error(), "Forbidden") {
		t.Errorf("https ended with %v, want Forbidden", err)
	}
	resp, err := client.Get("http://acme.test/page")
	ok(t, err)
	ok(t, resp.Body.Close())
	equal(t, "the status", resp.StatusCode, http.StatusForbidden)
	if want := []string{"acme.test:80", "signin.aws.amazon.com:443"}; !slices.Equal(proxy.Hosts(), want) {
		t.Errorf("the hosts are %v, want %v", proxy.Hosts(), want)
	}
	equal(t, "the first method", proxy.Asked()[0].Method, "CONNECT")
	equal(t, "whether it was let through", proxy.Asked()[0].Forwarded, false)
}

func TestProxyForwards(t *testing.T) {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("hello")) })
	plain := httptest.NewServer(page)
	defer plain.Close()
	secure := httptest.NewTLSServer(page)
	defer secure.Close()
	proxy, client := proxied(t, aws.ProxyConfig{Forward: true, Routes: map[string]string{"acme.test:80": plain.Listener.Addr().String()}})
	client.Transport.(*http.Transport).TLSClientConfig = secure.Client().Transport.(*http.Transport).TLSClientConfig
	for _, address := range []string{plain.URL, secure.URL, "http://acme.test/"} {
		resp, err := client.Get(address)
		ok(t, err)
		ok(t, resp.Body.Close())
		equal(t, "the status of "+address, resp.StatusCode, 200)
	}
	equal(t, "the number of requests", len(proxy.Asked()), 3)
}

func TestProxyIsNoServer(t *testing.T) {
	proxy, _ := proxied(t, aws.ProxyConfig{Forward: true})
	resp, err := http.Get(proxy.URL())
	ok(t, err)
	ok(t, resp.Body.Close())
	equal(t, "the status", resp.StatusCode, http.StatusBadRequest)
	equal(t, "the number of requests", len(proxy.Asked()), 0)
	http.DefaultClient.CloseIdleConnections()
}

// A tunnel that nobody uses must not hold Close.
func TestProxyCloseCutsTunnels(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	defer silent.Close() //nolint:errcheck // a test's listener
	proxy, err := aws.NewProxy(aws.ProxyConfig{Forward: true})
	ok(t, err)
	conn, err := net.Dial("tcp", strings.TrimPrefix(proxy.URL(), "http://"))
	ok(t, err)
	defer conn.Close() //nolint:errcheck // cut already
	_, err = conn.Write([]byte("CONNECT " + silent.Addr().String() + " HTTP/1.1\r\nHost: x\r\n\r\n"))
	ok(t, err)
	answer := make([]byte, 12)
	_, err = conn.Read(answer)
	ok(t, err)
	equal(t, "the answer", string(answer), "HTTP/1.1 200")
	ok(t, proxy.Close())
}
