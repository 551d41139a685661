package vault

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"sync"
	"time"

	"stsx/session/files"
)

const (
	limitsFile = "durations.json"
	// limitsLife is how long what was learnt counts: an admin may raise a
	// role's maximum.
	limitsLife = 7 * 24 * time.Hour
	// limitsMost is what STS allows at most: more was never learnt.
	limitsMost = 12 * time.Hour
)

// Limits implements session.Limits with a file. It needs no lock: of two
// processes that learn at once one forgets, and learns again.
type Limits struct {
	dir string
	now func() time.Time

	mu sync.Mutex // one goroutine writes the file
}

// NewLimits returns the Limits in dir, $XDG_CACHE_HOME/stsx. It touches
// nothing. A nil clock is time.Now.
func NewLimits(dir string, clock func() time.Time) *Limits {
	if clock == nil {
		clock = time.Now
	}
	return &Limits{dir: dir, now: clock}
}

type limit struct {
	Seconds int64     `json:"seconds"`
	Learnt  time.Time `json:"learnt"`
}

// Longest implements session.Limits.
func (l *Limits) Longest(role string) time.Duration {
	return time.Duration(l.read()[role].Seconds) * time.Second
}

// Learn implements session.Limits.
func (l *Limits) Learn(role string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if files.MakePrivate(l.dir) != nil {
		return
	}
	all := l.read()
	all[role] = limit{int64(d / time.Second), l.now().UTC()}
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return
	}
	files.Replace(filepath.Join(l.dir, limitsFile), append(data, '\n'))
	files.RemoveUnfinished(l.dir, l.now())
}

// read returns what counts of the file; of one that doesn't parse, nothing.
func (l *Limits) read() map[string]limit {
	all := map[string]limit{}
	data, _, err := files.ReadOwn(filepath.Join(l.dir, limitsFile))
	if err != nil || json.Unmarshal(data, &all) != nil || all == nil {
		return map[string]limit{}
	}
	maps.DeleteFunc(all, func(_ string, of limit) bool {
		age := l.now().Sub(of.Learnt)
		return age < -limitsLife || age > limitsLife || of.Seconds <= 0 || of.Seconds > int64(limitsMost/time.Second)
	})
	return all
}
