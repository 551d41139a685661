package browser

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-rod/rod/lib/proto"
)

// proxySettings are what the environment says of proxies, in Chromium's words. Only Chromium for Linux reads the environment
// itself; by flags it is the same on every system. Without any, the system's own settings hold.
type proxySettings struct {
	flags []string
	login proxyLogin
	notes []string // worth saying under --verbose
}

// proxyLogin maps host:port of a proxy to its user and password. They never stand in argv: Chromium asks when it needs them.
type proxyLogin map[string]*url.Userinfo

// proxyFrom reads HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; as with curl, the lower-case name wins.
func proxyFrom(environ []string) (proxySettings, error) {
	p := proxySettings{login: proxyLogin{}}
	var servers []string
	for _, scheme := range []string{"https", "http"} {
		name, value := proxyVariable(environ, scheme+"_proxy")
		if value == "" {
			name, value = proxyVariable(environ, "all_proxy")
		}
		if value == "" {
			continue
		}
		server, err := p.serverFlag(name, value)
		if err != nil {
			return proxySettings{}, err
		}
		servers = append(servers, scheme+"="+server)
	}
	if len(servers) == 0 {
		return p, nil
	}
	_, except := proxyVariable(environ, "no_proxy")
	rules := bypassRules(except)
	if len(rules) == 1 && rules[0] == "*" {
		p.flags = []string{"--no-proxy-server"}
		return p, nil
	}
	// What nothing may go to bypasses the proxy, so that deafRules decide about it: it resolves to nothing.
	for _, host := range signinHosts {
		rules = append(rules, host, "*."+host)
	}
	rules = append(rules, chromiumHosts[:]...)
	p.flags = []string{"--proxy-server=" + strings.Join(servers, ";"), "--proxy-bypass-list=" + strings.Join(rules, ";")}
	return p, nil
}

// ProxyServers are the proxies that the environment names, as URLs without their passwords; none where there are none. Errors
// name the variable, not its value.
func (l Launcher) ProxyServers() ([]string, error) {
	p, err := proxyFrom(l.Environ)
	var servers []string
	for _, flag := range p.flags {
		list, ok := strings.CutPrefix(flag, "--proxy-server=")
		if !ok {
			continue
		}
		for entry := range strings.SplitSeq(list, ";") {
			if _, server, _ := strings.Cut(entry, "="); !slices.Contains(servers, server) {
				servers = append(servers, server)
			}
		}
	}
	return servers, err
}

func proxyVariable(environ []string, lower string) (name, value string) {
	for _, name := range []string{lower, strings.ToUpper(lower)} {
		if value := strings.TrimSpace(lookupVariable(environ, name)); value != "" {
			return name, value
		}
	}
	return lower, ""
}

// serverFlag is a proxy in Chromium's words, its password set aside. Errors name the variable, not its value.
func (p *proxySettings) serverFlag(variable, value string) (string, error) {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("%s is not a proxy's URL", variable)
	}
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	switch scheme {
	case "http", "https":
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[scheme]
		}
	case "socks5", "socks5h", "socks":
		scheme = "socks5" // Chromium always lets the proxy resolve names
	case "socks4", "socks4a":
		scheme = "socks4"
	default:
		return "", fmt.Errorf("%s: a proxy of kind %q is not supported; http, https, socks5 and socks4 are", variable, scheme)
	}
	if port == "" {
		port = "1080"
	}
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	host += ":" + port
	if u.User != nil {
		if strings.HasPrefix(scheme, "socks") {
			p.notes = append(p.notes, variable+" holds a user and password, which Chromium cannot give to a SOCKS proxy: left out")
		} else {
			p.login[host] = u.User
		}
	}
	return scheme + "://" + host, nil
}

// bypassRules translates NO_PROXY, where example.com also means its subdomains.
func bypassRules(except string) []string {
	var rules []string
	for _, entry := range strings.FieldsFunc(except, func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		switch {
		case entry == "*":
			return []string{"*"}
		case strings.Contains(entry, "/") || isAddress(entry):
			rules = append(rules, entry)
		default:
			host := strings.TrimPrefix(strings.TrimPrefix(entry, "*"), ".")
			rules = append(rules, host, "*."+host)
		}
	}
	return rules
}

func isAddress(entry string) bool {
	return strings.HasPrefix(entry, "[") || strings.Count(entry, ":") > 1 || strings.Trim(entry, "0123456789.:") == ""
}

// answerProxy answers a proxy that asks who we are, once per request: asked again, the password was wrong, and the
// page's own error says more than an endless exchange. A server that asks is none of ours to answer.
func (b *Browser) answerProxy(session string, e proto.FetchAuthRequired) {
	answer := &proto.FetchAuthChallengeResponse{Response: proto.FetchAuthChallengeResponseResponseDefault}
	if e.AuthChallenge.Source == proto.FetchAuthChallengeSourceProxy {
		answer.Response = proto.FetchAuthChallengeResponseResponseCancelAuth
		if user := b.proxyUser(e.AuthChallenge.Origin); user != nil && b.firstAsked(e.RequestID) {
			answer.Response = proto.FetchAuthChallengeResponseResponseProvideCredentials
			answer.Username = user.Username()
			answer.Password, _ = user.Password()
		}
	}
	_ = proto.FetchContinueWithAuth{RequestID: e.RequestID, AuthChallengeResponse: answer}.
		Call(b.sessionFor(b.alive, proto.TargetSessionID(session))) // fails only for a request that is gone
}

// proxyUser is who we are to the proxy at an origin such as http://proxy.example:8080.
func (b *Browser) proxyUser(origin string) *url.Userinfo {
	u, err := url.Parse(origin)
	if err != nil {
		return nil
	}
	host := u.Host
	if u.Port() == "" {
		host += map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	}
	return b.login[host]
}

func (b *Browser) firstAsked(id proto.FetchRequestID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := !b.asked[id]
	b.asked[id] = true
	return first
}
