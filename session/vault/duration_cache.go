package vault

import (
	"path/filepath"
	"time"
)

const (
	durationsFile = "durations.json"
	// durationsLife is how long what was learnt counts: an admin may raise a
	// role's maximum.
	durationsLife = 7 * 24 * time.Hour
	// longestDuration is what STS allows at most: more was never learnt.
	longestDuration = 12 * time.Hour
)

// DurationCache implements session.DurationLimits with a file.
type DurationCache struct{ file cache[roleDuration] }

type roleDuration struct {
	Seconds int64     `json:"seconds"`
	Learnt  time.Time `json:"learnt"`
}

// NewDurationCache returns the one in dir, $XDG_CACHE_HOME/stsx. It touches nothing.
func NewDurationCache(dir string, clock func() time.Time) *DurationCache {
	return &DurationCache{cache[roleDuration]{
		path: filepath.Join(dir, durationsFile), life: durationsLife, now: clock,
		entryTime: func(d roleDuration) (time.Time, bool) {
			return d.Learnt, d.Seconds > 0 && d.Seconds <= int64(longestDuration/time.Second)
		},
	}}
}

// Longest implements session.DurationLimits.
func (c *DurationCache) Longest(role string) time.Duration {
	return time.Duration(c.file.entries()[role].Seconds) * time.Second
}

// Learn implements session.DurationLimits.
func (c *DurationCache) Learn(role string, d time.Duration) {
	c.file.add(map[string]roleDuration{role: {int64(d / time.Second), c.file.now().UTC()}})
}
