package migrate

import (
	"net/url"
	"strings"
)

// hostOf is the host of an address that may stand without its scheme; "" when
// there is none.
func hostOf(address string) string {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
