package desktop

import (
	"bufio"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// checkRequester is nil when the other end of a connection to us belongs to a process of
// this user, or of root, who can do as this user anyway.
func checkRequester(remote, local string) error {
	uid, err := socketOwner(remote, local)
	if err != nil {
		return fmt.Errorf("finding out who asks for the page: %w", err)
	}
	if uid != os.Getuid() && uid != 0 {
		return fmt.Errorf("another user of this machine (uid %d) was faster than the browser: the page was not given out", uid)
	}
	return nil
}

// socketOwner reads the owner of the socket at remote from the kernel's tables.
func socketOwner(remote, local string) (uid int, err error) {
	there, err := netip.ParseAddrPort(remote)
	if err != nil {
		return 0, err
	}
	here, err := netip.ParseAddrPort(local)
	if err != nil {
		return 0, err
	}
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		file, err := os.Open(table)
		if err != nil {
			continue
		}
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			// sl, local address, remote address, state, queues, timers, retransmissions, uid
			f := strings.Fields(lines.Text())
			if len(f) > 7 && isAddress(f[1], there) && isAddress(f[2], here) {
				file.Close()
				return strconv.Atoi(f[7])
			}
		}
		file.Close()
	}
	return 0, errors.New("the kernel does not tell")
}

// isAddress compares an address as the tables have it: words of 32 bits in the
// machine's order, each in hexadecimal, and the port. 127.0.0.1 reads the same
// from inside an IPv6 socket, in the last word.
func isAddress(text string, at netip.AddrPort) bool {
	address, port, _ := strings.Cut(text, ":")
	n, err := strconv.ParseUint(port, 16, 16)
	if err != nil || uint16(n) != at.Port() || len(address) < 8 {
		return false
	}
	word := address[len(address)-8:]
	b := at.Addr().Unmap().As4()
	little := fmt.Sprintf("%02X%02X%02X%02X", b[3], b[2], b[1], b[0])
	big := fmt.Sprintf("%02X%02X%02X%02X", b[0], b[1], b[2], b[3])
	return word == little || word == big
}
