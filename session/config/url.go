package config

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"stsx/session"
)

// readURL is the page to sign in at, as a browser would write it. Its text is
// quoted in no message: somebody may have put a password in it.
func (c *checker) readURL(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if !ok {
		return "", false
	}
	text, err := cleanURL(text)
	if err != nil {
		c.addProblem(e.at, "%v", err)
	}
	return text, err == nil
}

// cleanURL is text with its host as browsers compare it: in lower case, without
// the port that goes without saying and without a dot at its end. Anything else
// of it stays as it is. Its errors show no more than the host.
func cleanURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case strings.TrimSpace(text) != text:
		return "", fmt.Errorf("url begins or ends with a blank")
	case err != nil || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("url is not an https:// address")
	case u.User != nil:
		return "", fmt.Errorf("url holds a username or a password; leave out what stands before the @")
	case u.Hostname() == "":
		return "", fmt.Errorf("url names no host")
	}
	host, err := cleanHost(u.Hostname())
	address, notIP := netip.ParseAddr(host)
	isIPv6 := notIP == nil && address.Is6() && !address.Is4In6() && address.Zone() == ""
	port, errPort := strconv.ParseUint(cmp.Or(u.Port(), "1"), 10, 16)
	switch {
	case err != nil:
		return "", fmt.Errorf("url: %w", err)
	case !isIPv6 && !isHost(strings.ReplaceAll(host, "_", "a")): // an underscore is in no host's name but in a few DNS names
		return "", fmt.Errorf("url: %q is not a host name", host)
	case errPort != nil || port == 0:
		return "", fmt.Errorf("url: %s is not a port", u.Port())
	case u.Scheme == "http" && !session.IsLoopback(host):
		return "", fmt.Errorf("url is http; a password needs https (http is for a loopback host only)")
	case isIPv6:
		host = "[" + address.String() + "]"
	}
	if u.Port() != "" && port != map[string]uint64{"https": 443, "http": 80}[u.Scheme] {
		host += ":" + strconv.FormatUint(port, 10)
	}
	rest := text[strings.Index(text, "://")+len("://"):]
	return u.Scheme + "://" + host + rest[strings.Index(strings.ToLower(rest), strings.ToLower(u.Host))+len(u.Host):], nil
}

// checkPlainHost refuses a host that is not ASCII, in the form that shows what it
// is: аcme.okta.com with a Cyrillic а looks like another.
func checkPlainHost(host string) error {
	if !strings.ContainsFunc(host, isNotASCII) {
		return nil
	}
	return fmt.Errorf("the host is not written in plain letters: it is %s; write that, if it is the one you mean", asciiHost(host))
}

// cleanHost is host in lower case and without a dot at its end.
func cleanHost(host string) (string, error) {
	if err := checkPlainHost(host); err != nil {
		return "", err
	}
	return strings.TrimSuffix(strings.ToLower(host), "."), nil
}

// readHosts is a list of host names, as cleanHost writes them.
func (c *checker) readHosts(e tableEntry) ([]string, bool) {
	list, ok := c.readWords(e)
	for i, name := range list {
		host, err := cleanHost(name)
		switch {
		case err != nil:
			c.addProblem(e.at, "allowed_hosts: number %d: %v", i+1, err)
			return nil, false
		case !isHost(host):
			c.addProblem(e.at, "allowed_hosts: %q is not a host name; write it without scheme, port and path", name)
			return nil, false
		}
		list[i] = host
	}
	return list, ok
}

// isHost reports a DNS name or an IPv4 address. What ends in a number is an
// address to browsers, also where it is short of four numbers.
func isHost(text string) bool {
	if text == "" || len(text) > 253 {
		return false
	}
	last := text[strings.LastIndexByte(text, '.')+1:]
	if _, err := strconv.ParseUint(last, 0, 64); err == nil || strings.Trim(last, "0123456789") == "" {
		address, err := netip.ParseAddr(text)
		return err == nil && address.Is4()
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
