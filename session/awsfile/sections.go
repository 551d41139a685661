package awsfile

import (
	"fmt"
	"slices"
	"strings"

	"stsx/session"
)

// longestShown bounds how much of a line an error shows, in characters.
const longestShown = 80

// toolReadings are what both tools make of one text.
type toolReadings struct{ botocore, goSDK *fileReading }

func (d *Document) read() toolReadings {
	lines := d.content()
	return toolReadings{readBotocore(d.kind, lines), readGoSDK(d.kind, lines)}
}

// findHeader is the line of the profile's header, -1 when it has none. Errors:
// *LineError where only some tools take a line for it, and where there are two.
func (d *Document) findHeader(v toolReadings, profile string) (int, error) {
	found := -1
	for i := range d.lines {
		cli, sdk := v.botocore.isHeaderOf(i, profile), v.goSDK.isHeaderOf(i, profile)
		switch {
		case cli != sdk:
			return 0, d.toolsDisagreeError(i, "profile "+profile, cli)
		case cli && found >= 0:
			return 0, &LineError{i + 1, fmt.Sprintf("%s is there twice, on lines %d and %d: join the two by hand",
				d.header(profile), found+1, i+1)}
		case cli:
			found = i
		}
	}
	if found < 0 {
		return found, d.checkMisspelt(v, profile)
	}
	return found, nil
}

// toolsDisagreeError says that what stands on line i is a thing to some tools only.
func (d *Document) toolsDisagreeError(i int, thing string, cli bool) error {
	takes, leaves := "the AWS CLI", "AWS's SDKs"
	if !cli {
		takes, leaves = leaves, takes
	}
	shown := strings.TrimSpace(d.content()[i])
	if key, _, ok := splitSetting(shown); ok && !strings.HasPrefix(shown, "[") {
		shown = key // its value may be secret
	}
	return &LineError{i + 1, fmt.Sprintf("%s is %s to %s and not to %s: write it at the start of its line, as %s",
		session.OneLine(shown, longestShown), thing, takes, leaves, d.exampleLine(i))}
}

// exampleLine is how line i would be written for every tool.
func (d *Document) exampleLine(i int) string {
	shown := strings.TrimSpace(d.content()[i])
	if name, ok := goHeader(session.OneLine(shown, longestShown)); ok {
		return "[" + strings.NewReplacer(`"`, "", "'", "").Replace(name) + "]"
	}
	if strings.HasPrefix(shown, "[") {
		name, _, _ := strings.Cut(shown[1:], "]")
		return "[" + session.OneLine(name, longestShown) + "] alone"
	}
	key, _, _ := splitSetting(shown)
	return key + " = …"
}

// checkMisspelt finds a header that no tool takes for the profile's, and that
// was meant to be it.
func (d *Document) checkMisspelt(v toolReadings, profile string) error {
	for i := range d.lines {
		m := v.goSDK.meanings[i]
		if m.role != headerLine {
			continue
		}
		name := strings.NewReplacer(`"`, "", "'", "").Replace(m.section)
		if strings.EqualFold("["+name+"]", d.header(profile)) || strings.EqualFold(name, "profile "+profile) {
			return &LineError{i + 1, fmt.Sprintf("[%s] is not profile %s to AWS's tools: write %s, or remove it",
				session.OneLine(m.section, longestShown), profile, d.header(profile))}
		}
	}
	return nil
}

// checkKeys finds a line that sets one of keys for only some of the tools, or
// again.
func (d *Document) checkKeys(v toolReadings, profile string, keys []string) error {
	first := map[string]int{}
	for i := range d.lines {
		cli, sdk := v.botocore.settingOf(i, profile), v.goSDK.settingOf(i, profile)
		if cli != sdk && (slices.Contains(keys, cli) || slices.Contains(keys, sdk)) {
			return d.toolsDisagreeError(i, "a setting of profile "+profile, cli != "")
		}
		if at, ok := first[cli]; ok && slices.Contains(keys, cli) {
			return &LineError{i + 1, fmt.Sprintf("%s of %s is there twice, on lines %d and %d: remove one by hand",
				cli, d.header(profile), at+1, i+1)}
		}
		first[cli] = i
		m := v.botocore.meanings[i]
		if m.role == settingLine && m.section == inheritedSection && slices.Contains(keys, m.key) {
			return &LineError{i + 1, fmt.Sprintf("%s in [%s] is every profile's to the AWS CLI and none's to AWS's SDKs: "+
				"move it to the profiles that it is for", m.key, inheritedSection)}
		}
	}
	return nil
}

// Pairs returns the profile's settings as any of the tools reads them, in their
// order, and whether it is there. Errors: *LineError.
func (d *Document) Pairs(profile string) ([]Pair, bool, error) {
	v := d.read()
	at, err := d.findHeader(v, profile)
	if err != nil || at < 0 {
		return nil, false, err
	}
	pairs := v.botocore.pairsOf(profile)
	for _, p := range v.goSDK.pairsOf(profile) {
		if !slices.ContainsFunc(pairs, func(q Pair) bool { return q.Key == p.Key }) {
			pairs = append(pairs, p)
		}
	}
	return pairs, true, nil
}

func valueOf(pairs []Pair, key string) string {
	i := slices.IndexFunc(pairs, func(p Pair) bool { return p.Key == key })
	if i < 0 {
		return ""
	}
	return pairs[i].Value
}
