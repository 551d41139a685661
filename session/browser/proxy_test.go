package browser

import (
	"strings"
	"testing"
)

func TestProxyFrom(t *testing.T) {
	for _, c := range []struct {
		name, server, err string
		environ           []string
	}{
		{name: "none"},
		{name: "plain", environ: []string{"HTTPS_PROXY=proxy:3128"}, server: "https=http://proxy:3128"},
		{name: "both", environ: []string{"https_proxy=http://a", "HTTP_PROXY=https://b"}, server: "https=http://a:80;http=https://b:443"},
		{name: "lower wins", environ: []string{"https_proxy=a:1", "HTTPS_PROXY=b:2"}, server: "https=http://a:1"},
		{name: "all", environ: []string{"ALL_PROXY=socks5h://s"}, server: "https=socks5://s:1080;http=socks5://s:1080"},
		{name: "v6", environ: []string{"HTTPS_PROXY=http://[::1]:8080"}, server: "https=http://[::1]:8080"},
		{name: "password", environ: []string{"HTTPS_PROXY=http://jane:" + canary + "@proxy:3128"}, server: "https=http://proxy:3128"},
		{name: "socks password", environ: []string{"HTTPS_PROXY=socks5://jane:" + canary + "@proxy:3128"},
			server: "https=socks5://proxy:3128"},
		{name: "kind", environ: []string{"HTTPS_PROXY=ftp://jane:" + canary + "@x"}, err: `HTTPS_PROXY: a proxy of kind "ftp"`},
		{name: "nonsense", environ: []string{"https_proxy=http://" + canary + ":x y"}, err: "https_proxy is not a proxy's URL"},
	} {
		p, err := proxyFrom(c.environ)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v", c.name, err)
		}
		flags := strings.Join(p.flags, " ")
		if c.server != "" && !strings.HasPrefix(flags, "--proxy-server="+c.server+" ") || c.server == "" && flags != "" {
			t.Errorf("%s: %s", c.name, flags)
		}
		if err != nil && strings.Contains(err.Error(), canary) || strings.Contains(flags+strings.Join(p.notes, ""), canary) {
			t.Errorf("%s gives the password away", c.name)
		}
	}
	for except, want := range map[string]string{
		"": "", "example.com, .internal": "example.com;*.example.com;internal;*.internal",
		"10.0.0.0/8,192.168.0.1,[::1]": "10.0.0.0/8;192.168.0.1;[::1]", "a,*": "*",
	} {
		if got := strings.Join(bypassRules(except), ";"); got != want {
			t.Errorf("%q: %s", except, got)
		}
	}
}
