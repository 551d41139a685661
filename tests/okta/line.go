package okta

import (
	"net"
	"slices"
	"sync"
	"time"
)

// Line is a network between the browser and the org: what a loopback address
// does not have. Its zero value adds nothing.
type Line struct {
	RoundTrip      time.Duration // of a packet and its answer
	BytesPerSecond int           // towards the browser, of all connections together; 0: no limit
}

// handshakes are the round trips before a connection's first request: TCP's and
// TLS 1.3's.
const handshakes = 2

// lineListener puts a Line before each connection.
type lineListener struct {
	net.Listener
	line Line

	mu   sync.Mutex
	free time.Time // when the line has sent what it was given
}

func (l *lineListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &lineConn{
		Conn: conn, listener: l, opens: time.Now().Add(handshakes * l.line.RoundTrip),
		sends: make(chan delayedBytes, 256), ended: make(chan struct{}),
	}
	go c.deliver()
	return c, nil
}

// arrival is when n bytes given to the line now have reached the browser.
func (l *lineListener) arrival(n int) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); l.free.Before(now) {
		l.free = now
	}
	if l.line.BytesPerSecond > 0 {
		l.free = l.free.Add(time.Duration(n) * time.Second / time.Duration(l.line.BytesPerSecond))
	}
	return l.free.Add(l.line.RoundTrip / 2)
}

// delayedBytes reach the browser at a time; without bytes it is the end.
type delayedBytes struct {
	bytes []byte
	at    time.Time
}

// lineConn is one connection over the line.
type lineConn struct {
	net.Conn
	listener *lineListener
	opens    time.Time // when the browser's first bytes can be sent
	sends    chan delayedBytes
	ended    chan struct{} // closed when nothing is delivered any more
}

// Read returns what the browser sent half a round trip ago.
func (c *lineConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		sent := time.Now()
		if sent.Before(c.opens) {
			sent = c.opens
		}
		time.Sleep(time.Until(sent.Add(c.listener.line.RoundTrip / 2)))
	}
	return n, err
}

func (c *lineConn) Write(p []byte) (int, error) {
	if !c.send(slices.Clone(p)) {
		return 0, net.ErrClosed
	}
	return len(p), nil
}

// Close comes behind what is still under way.
func (c *lineConn) Close() error {
	c.send(nil)
	return nil
}

// send gives the line bytes, or its end; false when it has ended.
func (c *lineConn) send(bytes []byte) bool {
	select {
	case c.sends <- delayedBytes{bytes, c.listener.arrival(len(bytes))}:
		return true
	case <-c.ended:
		return false
	}
}

// deliver writes what is due, in order.
func (c *lineConn) deliver() {
	defer close(c.ended)
	defer c.Conn.Close()
	for next := range c.sends {
		time.Sleep(time.Until(next.at))
		if next.bytes == nil {
			return
		}
		if _, err := c.Conn.Write(next.bytes); err != nil {
			return
		}
	}
}
