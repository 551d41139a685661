package aws

import "sync"

// requestGate counts who is inside and lets nobody in once it is closed, so that waiting for the last to leave ends.
type requestGate struct {
	mu     sync.Mutex
	inside sync.WaitGroup
	closed bool
}

// beginRequest lets the caller in, who then must leave; false when the gate is closed.
func (g *requestGate) beginRequest() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.inside.Add(1)
	}
	return !g.closed
}

func (g *requestGate) endRequest() { g.inside.Done() }

// waitIdle closes the gate and returns when nobody is inside.
func (g *requestGate) waitIdle() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
}
