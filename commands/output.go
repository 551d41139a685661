package commands

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"stsx/session"
)

// printText writes all at once: a shell evaluates everything or nothing.
func (r *commandRun) printText(text string) error {
	if _, err := r.Stdout.Write([]byte(text)); err != nil {
		return fmt.Errorf("writing to standard output: %w", err)
	}
	return nil
}

func (r *commandRun) printJSON(v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.Stdout, "%s\n", text)
	return err
}

// nameList names up to ten things.
func nameList(names []string) string {
	const most = 10
	shown := names[:min(most, len(names))]
	text := make([]string, len(shown))
	for i, name := range shown {
		text[i] = quotedName(name)
	}
	out := strings.Join(text, ", ")
	if more := len(names) - most; more > 0 {
		out += " and " + strconv.Itoa(more) + " more"
	}
	if out == "" {
		return "none"
	}
	return out
}

// quotedName is a name as it is shown: bare when it is plain, else in quotes.
func quotedName(name string) string {
	for _, c := range name {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@+", c) {
			return strconv.Quote(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
}

// nameColumn makes cells of a column that is only there when one of them would
// hold something.
func nameColumn(there bool) func(name string) string {
	return func(name string) string {
		if !there {
			return ""
		}
		if name == "" {
			name = "-"
		}
		return session.VisibleLine(name) + "\t"
	}
}

// accountName is what is known of an account beside its number; "" = nothing.
func (r *commandRun) accountName(account string) string {
	if r.drivers.Names == nil {
		return ""
	}
	return r.drivers.Names.Name(account)
}

// describeSession is one session in a line for people.
func describeSession(s session.Session) string {
	text := s.Profile + ": " + s.Role.Name() + " in " + s.Role.Account()
	if s.Only != "" {
		text += ", " + onlyText(s.Only)
	}
	return text
}

// clockTime is a time as people say it, with the day when it is another than today.
func clockTime(at, now time.Time) string {
	at = at.In(now.Location())
	if at.YearDay() != now.YearDay() || at.Year() != now.Year() {
		return at.Format("15:04 on 2 January")
	}
	return at.Format("15:04")
}

// wrapWords joins words with commas, in lines of at most width letters.
func wrapWords(words []string, width int) string {
	var out strings.Builder
	at := 0
	for i, word := range words {
		if i > 0 {
			out.WriteByte(',')
			if at += 2; at+len(word) > width {
				out.WriteString("\n   ")
				at = 0
			} else {
				out.WriteByte(' ')
			}
		}
		out.WriteString(word)
		at += len(word)
	}
	return out.String()
}

// timeLeft is a duration as a person says it: 7h59m, 42m, 30s.
func timeLeft(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}
