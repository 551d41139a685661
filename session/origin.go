package session

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// Origin is scheme and host of the place where o is signed in to, "" when the
// address is none.
func (o Org) Origin() string { return Origin(o.URL) }

// Origin is an address's scheme, host and port, in the one form that can be
// compared; "" when it has none.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	for _, usual := range []struct{ scheme, port string }{{"https", ":443"}, {"http", ":80"}} {
		if scheme == usual.scheme {
			host = strings.TrimSuffix(host, usual.port)
		}
	}
	return scheme + "://" + strings.TrimSuffix(host, ":")
}

// HostOf is the host of an address with its port; an address that has none comes
// back as it is.
func HostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}

// AllowedOrigins are the places where o's password may be typed: the one that
// is configured and the hosts that the person allowed beside it.
func (o Org) AllowedOrigins() []string {
	out := []string{o.Origin()}
	for _, host := range o.AllowedHosts {
		if origin := Origin("https://" + host); !slices.Contains(out, origin) {
			out = append(out, origin)
		}
	}
	return out
}

// IsLoopback reports whether host, without a port, is this machine.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
