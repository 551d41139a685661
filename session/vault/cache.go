package vault

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"sync"
	"time"

	"stsx/session/files"
)

// cache is a JSON file of entries that hold no secret and count for a while. A
// failure to read or write it is not worth an error. It needs no lock: of two
// processes that write at once one may forget, and learns again.
type cache[E any] struct {
	path string
	life time.Duration
	now  func() time.Time
	// entryTime is when an entry was learnt, and whether it is one at all.
	entryTime func(E) (learnt time.Time, ok bool)

	mu sync.Mutex // one goroutine writes the file
}

// entries returns what counts of the file; of one that doesn't parse, nothing.
func (c *cache[E]) entries() map[string]E {
	all := map[string]E{}
	data, _, err := files.ReadOwn(c.path)
	if err != nil || json.Unmarshal(data, &all) != nil || all == nil {
		return map[string]E{}
	}
	maps.DeleteFunc(all, func(_ string, entry E) bool {
		learnt, ok := c.entryTime(entry)
		age := c.now().Sub(learnt)
		return !ok || age < -c.life || age > c.life
	})
	return all
}

// add puts entries in place of those of the same keys.
func (c *cache[E]) add(entries map[string]E) {
	c.mu.Lock()
	defer c.mu.Unlock()
	dir := filepath.Dir(c.path)
	if files.MakePrivate(dir) != nil {
		return
	}
	all := c.entries()
	maps.Copy(all, entries)
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil || files.Replace(c.path, append(data, '\n')) != nil {
		return
	}
	files.RemoveUnfinished(dir, c.now())
}

// isRecent is false where an entry learnt then has to be written again, though
// it says the same, so as not to be forgotten.
func (c *cache[E]) isRecent(learnt time.Time) bool { return c.now().Sub(learnt) < c.life/2 }
