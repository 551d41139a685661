package renew

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"stsx/session"
)

// MaxCookies bounds what is kept for an org; a browser keeps 180 for a site.
const MaxCookies = 100

// HostCookies are the cookies that u's host set for itself, in full: one that other
// hosts share, as all of a company's do, is none of a sign-in's.
func HostCookies(cookies []session.Cookie, u *url.URL) []session.Cookie {
	host := strings.ToLower(u.Hostname())
	return slices.DeleteFunc(slices.Clone(cookies), func(c session.Cookie) bool {
		return strings.ToLower(strings.TrimPrefix(c.Domain, ".")) != host
	})
}

// Unexpired are the cookies that have not ended.
func Unexpired(cookies []session.Cookie, now time.Time) []session.Cookie {
	return slices.DeleteFunc(slices.Clone(cookies), func(c session.Cookie) bool { return !c.Expires.IsZero() && !c.Expires.After(now) })
}

// cookieHeader is what a browser would send to u of cookies.
func cookieHeader(cookies []session.Cookie, u *url.URL, now time.Time) string {
	var pairs []string
	for _, c := range HostCookies(Unexpired(cookies, now), u) {
		if pathMatches(c.Path, u.EscapedPath()) {
			pairs = append(pairs, c.Name+"="+c.Value.Reveal())
		}
	}
	return strings.Join(pairs, "; ")
}

// pathMatches reports whether a cookie of path goes to what is at the address.
// Source: RFC 6265, 5.1.4.
func pathMatches(path, at string) bool {
	if at == "" {
		at = "/"
	}
	return path == at || strings.HasPrefix(at, path) && (strings.HasSuffix(path, "/") || strings.HasPrefix(at[len(path):], "/"))
}

// withSetCookies returns cookies as they are after an answer of u's.
func withSetCookies(cookies []session.Cookie, answer *http.Response, u *url.URL, now time.Time) []session.Cookie {
	out := Unexpired(cookies, now)
	for _, set := range answer.Cookies() {
		c := session.Cookie{
			Name: set.Name, Value: session.NewSecret(set.Value), Domain: strings.ToLower(u.Hostname()), Path: set.Path,
			Expires: set.Expires,
			Secure:  set.Secure, HTTPOnly: set.HttpOnly, SameSite: sameSiteName(set.SameSite),
		}
		if set.Quoted {
			c.Value = session.NewSecret(`"` + set.Value + `"`)
		}
		if domain := strings.ToLower(strings.TrimPrefix(set.Domain, ".")); domain != "" {
			if domain != c.Domain {
				continue // for other hosts too
			}
			c.Domain = "." + domain
		}
		if !strings.HasPrefix(c.Path, "/") {
			c.Path = "/"
			if i := strings.LastIndexByte(u.EscapedPath(), '/'); i > 0 {
				c.Path = u.EscapedPath()[:i]
			}
		}
		switch {
		case set.MaxAge < 0:
			c.Expires = now
		case set.MaxAge > 0:
			c.Expires = now.Add(time.Duration(set.MaxAge) * time.Second)
		}
		out = slices.DeleteFunc(out, func(was session.Cookie) bool {
			return was.Name == c.Name && strings.TrimPrefix(was.Domain, ".") == strings.TrimPrefix(c.Domain, ".") && was.Path == c.Path
		})
		if len(out) < MaxCookies {
			out = append(out, Unexpired([]session.Cookie{c}, now)...)
		}
	}
	return out
}

func sameSiteName(s http.SameSite) string {
	switch s {
	case http.SameSiteStrictMode:
		return "Strict"
	case http.SameSiteLaxMode:
		return "Lax"
	case http.SameSiteNoneMode:
		return "None"
	}
	return ""
}
