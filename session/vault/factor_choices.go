package vault

import (
	"path/filepath"
	"time"

	"stsx/session"
)

const (
	choicesFile = "choices.json"
	// choicesLife is how long a choice counts that was not made again.
	choicesLife = 180 * 24 * time.Hour
)

// FactorChoices implements session.LastChoices with a file of stsx's own words.
type FactorChoices struct{ file cache[factorChoice] }

type factorChoice struct {
	Picked string    `json:"picked"`
	Made   time.Time `json:"made"`
}

// NewFactorChoices returns those in dir, $XDG_CACHE_HOME/stsx. It touches nothing.
func NewFactorChoices(dir string, clock func() time.Time) *FactorChoices {
	return &FactorChoices{cache[factorChoice]{
		path: filepath.Join(dir, choicesFile), life: choicesLife, now: clock,
		entryTime: func(c factorChoice) (time.Time, bool) { return c.Made, true },
	}}
}

// Last implements session.LastChoices.
func (c *FactorChoices) Last(o session.Org, what string) string {
	return c.file.entries()[o.ID()+" "+what].Picked
}

// Made implements session.LastChoices.
func (c *FactorChoices) Made(o session.Org, what, picked string) {
	key := o.ID() + " " + what
	last, ok := c.file.entries()[key]
	if ok && last.Picked == picked && c.file.isRecent(last.Made) {
		return
	}
	c.file.add(map[string]factorChoice{key: {picked, c.file.now().UTC()}})
}
