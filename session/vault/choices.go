package vault

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"time"

	"stsx/session"
	"stsx/session/files"
)

const (
	choicesFile = "choices.json"
	// choicesLife is how long a choice counts that was not made again.
	choicesLife = 180 * 24 * time.Hour
)

// Choices implements session.Choices with a file of stsx's own words. It needs
// no lock: of two choices at once one may be forgotten.
type Choices struct {
	dir string
	now func() time.Time
}

// NewChoices returns the Choices in dir, $XDG_CACHE_HOME/stsx. It touches nothing.
func NewChoices(dir string, clock func() time.Time) *Choices { return &Choices{dir, clock} }

type choice struct {
	Picked string    `json:"picked"`
	Made   time.Time `json:"made"`
}

// Last implements session.Choices.
func (c *Choices) Last(o session.Org, what string) string { return c.read()[o.ID()+" "+what].Picked }

// Made implements session.Choices.
func (c *Choices) Made(o session.Org, what, picked string) {
	key := o.ID() + " " + what
	all := c.read()
	if was, ok := all[key]; ok && was.Picked == picked && c.now().Sub(was.Made) < choicesLife/2 {
		return
	}
	if files.MakePrivate(c.dir) != nil {
		return
	}
	all[key] = choice{picked, c.now().UTC()}
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return
	}
	files.Replace(filepath.Join(c.dir, choicesFile), append(data, '\n'))
}

func (c *Choices) read() map[string]choice {
	all := map[string]choice{}
	data, _, err := files.ReadOwn(filepath.Join(c.dir, choicesFile))
	if err != nil || json.Unmarshal(data, &all) != nil || all == nil {
		return map[string]choice{}
	}
	maps.DeleteFunc(all, func(_ string, made choice) bool {
		age := c.now().Sub(made.Made)
		return age < -choicesLife || age > choicesLife
	})
	return all
}
