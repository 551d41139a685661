//go:build !linux && !darwin

package endpoint

import (
	"errors"
	"net"

	"stsx/session"
)

// knowsPeers: Windows has such sockets, but does not say who connects.
const knowsPeers = false

func peerOf(*net.UnixConn) (session.Caller, error) { return session.Caller{}, errors.ErrUnsupported }
