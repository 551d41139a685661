package config

import (
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"
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
		c.addProblem(e.at, "%s %q is not between %s and %s", e.key, text, shortDuration(least), shortDuration(most))
		return 0, false
	}
	return d, true
}

// shortDuration is a duration without its zeros: "15m", not "15m0s".
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// What STS can give: AssumeRoleWithSAML's DurationSeconds.
const (
	leastDuration = 15 * time.Minute
	mostDuration  = 12 * time.Hour
)
