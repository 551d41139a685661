package aws

import "sync"

// gate counts who is inside and lets nobody in once it is closed, so that waiting for the last to leave ends.
type gate struct {
	mu     sync.Mutex
	inside sync.WaitGroup
	closed bool
}

// enter lets the caller in, who then must leave; false when the gate is closed.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.inside.Add(1)
	}
	return !g.closed
}

func (g *gate) leave() { g.inside.Done() }

// wait closes the gate and returns when nobody is inside.
func (g *gate) wait() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
}
