package awsfile

// lineRole is what a line is to a tool.
type lineRole int

const (
	ignoredLine lineRole = iota // empty, a comment, or nothing that the tool knows
	headerLine
	settingLine
	continuationLine // goes on with the setting above
)

// lineMeaning is what a tool takes one line for.
type lineMeaning struct {
	role    lineRole
	section string // that it belongs to, as the tool calls it
	key     string // of a setting, in lower case
}

// fileReading is what one tool makes of a file.
type fileReading struct {
	meanings []lineMeaning                // of each line
	values   map[string]map[string]string // by section and key
	profile  func(section string) string  // the profile that a section is, "" for none
	problems []LineError                  // for which the tool refuses the whole file
}

// setValue gives section a value; section has been seen.
func (r *fileReading) setValue(section, key, value string) { r.values[section][key] = value }

// addSection makes room for a section's values.
func (r *fileReading) addSection(section string) {
	if r.values[section] == nil {
		r.values[section] = map[string]string{}
	}
}

// isHeaderOf reports whether line i begins a section of profile.
func (r *fileReading) isHeaderOf(i int, profile string) bool {
	return r.meanings[i].role == headerLine && r.profile(r.meanings[i].section) == profile
}

// settingOf is the key that line i sets for profile, "" for none.
func (r *fileReading) settingOf(i int, profile string) string {
	if m := r.meanings[i]; m.role == settingLine && r.profile(m.section) == profile {
		return m.key
	}
	return ""
}

// pairsOf are the profile's settings, in the order of their lines.
func (r *fileReading) pairsOf(profile string) []Pair {
	var pairs []Pair
	for i, m := range r.meanings {
		if r.settingOf(i, profile) != "" {
			pairs = append(pairs, Pair{m.key, r.values[m.section][m.key]})
		}
	}
	return pairs
}
