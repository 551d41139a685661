package endpoint

import (
	"net"

	"golang.org/x/sys/unix"

	"stsx/session"
)

// knowsPeers: the kernel says who connects to a socket.
const knowsPeers = true

// peerOf is the process at the other end, as it was when it connected or listened.
func peerOf(c *net.UnixConn) (session.Caller, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return session.Caller{}, err
	}
	var caller session.Caller
	var failed error
	err = raw.Control(func(fd uintptr) {
		var peer *unix.Xucred
		if peer, failed = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED); failed == nil {
			caller.UID = int(peer.Uid)
			caller.PID, _ = unix.GetsockoptInt(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERPID) // 0: only its name is missing then
		}
	})
	if err == nil {
		err = failed
	}
	return caller, err
}
