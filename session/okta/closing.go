package okta

import (
	"errors"
	"sync"

	"stsx/session"
	"stsx/session/page"
)

// closingBrowsers are browsers that are on their way out, by the names of their orgs.
type closingBrowsers struct {
	mu    sync.Mutex
	ended map[string][]chan error
}

// start closes p without waiting for it: the processes of a browser take a tenth of a
// second to end.
func (c *closingBrowsers) start(org string, p page.Page) {
	ended := make(chan error, 1)
	go session.ContainPanic(func() { ended <- p.Close() })()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		c.ended = map[string][]chan error{}
	}
	c.ended[org] = append(c.ended[org], ended)
}

// wait returns once the browsers of org are gone, with what went wrong.
func (c *closingBrowsers) wait(org string) error {
	c.mu.Lock()
	ended := c.ended[org]
	delete(c.ended, org)
	c.mu.Unlock()
	var errs []error
	for _, e := range ended {
		errs = append(errs, <-e)
	}
	return errors.Join(errs...)
}
