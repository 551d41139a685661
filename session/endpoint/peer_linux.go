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
	var peer *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) { peer, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err == nil {
		err = failed
	}
	if err != nil {
		return session.Caller{}, err
	}
	return session.Caller{PID: int(peer.Pid), UID: int(peer.Uid)}, nil
}
