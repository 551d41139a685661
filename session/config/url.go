package config

import (
	"net/url"
	"strings"
	"stsx/session"
)

// readURL is the page to sign in at. Its text is quoted in no message: somebody
// may have put a password in it.
func (c *checker) readURL(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if !ok {
		return "", false
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http":
		c.addProblem(e.at, "url is not an https:// address")
	case u.User != nil:
		c.addProblem(e.at, "url holds a username or a password; leave out what stands before the @")
	case u.Hostname() == "":
		c.addProblem(e.at, "url names no host")
	case u.Scheme == "http" && !session.IsLoopback(u.Hostname()):
		c.addProblem(e.at, "url is http; a password needs https (http is for a loopback host only)")
	default:
		return text, true
	}
	return "", false
}

// readHosts is a list of host names, which come back in lower case.
func (c *checker) readHosts(e tableEntry) ([]string, bool) {
	list, ok := c.readWords(e)
	for i, host := range list {
		if !isHost(host) {
			c.addProblem(e.at, "allowed_hosts: %q is not a host name; write it without scheme, port and path", host)
			return nil, false
		}
		list[i] = strings.ToLower(host)
	}
	return list, ok
}

// isHost reports a DNS name or an IPv4 address.
func isHost(text string) bool {
	if text == "" || len(text) > 253 {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if !madeOf(label, "-") {
			return false
		}
	}
	return true
}
