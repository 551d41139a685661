package config

import (
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"stsx/session"
)

func (c *checker) readDuration(e tableEntry, least, most time.Duration) (time.Duration, bool) {
	if e.value.kind == unstable.Integer || e.value.kind == unstable.Float {
		c.addProblem(e.at, "%s needs a unit: write %s = \"8h\", \"90m\" or \"30s\"", e.key, e.key)
		return 0, false
	}
	text, ok := c.readText(e)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		c.addProblem(e.at, "%s %q is not a duration; write \"8h\", \"1h30m\" or \"30s\"", e.key, text)
		return 0, false
	}
	if d < least || d > most {
		c.addProblem(e.at, "%s %q is not between %s and %s", e.key, text, session.ShortDuration(least), session.ShortDuration(most))
		return 0, false
	}
	return d, true
}

// What STS can give: AssumeRoleWithSAML's DurationSeconds.
const (
	leastDuration = 15 * time.Minute
	mostDuration  = 12 * time.Hour
)
