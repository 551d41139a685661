package commands

import (
	"cmp"
	"context"
	"slices"

	"stsx/session"
)

// askEdits offers to change the profiles that are there and stay, and asks how.
func (r *commandRun) askEdits(ctx context.Context, own []session.Table, kept []roleOption) (session.ConfigEdits, error) {
	edits := session.ConfigEdits{Renamed: map[string]string{}}
	if len(kept) == 0 {
		return edits, nil
	}
	prompt := "Change names, regions or durations of the " + session.Plural(len(kept), "profile") + " you have?"
	yes, err := r.drivers.Ask.Confirm(ctx, prompt, false)
	if err != nil || !yes {
		return edits, err
	}
	for _, o := range kept {
		was := o.profile.Name
		taken := func(name string) bool {
			return name != was && hasTable(withRenamed(own, edits.Renamed), "profile", name)
		}
		name, err := r.askName(ctx, o.Role, was, taken)
		if err != nil {
			return edits, err
		}
		if name != was {
			edits.Renamed[was] = name
		}
		settings, err := r.askSettings(ctx, o)
		if err != nil {
			return edits, err
		}
		if settings != nil {
			edits.Changed = append(edits.Changed, session.Table{Kind: "profile", Name: was, Settings: settings})
		}
	}
	return edits, nil
}

// askSettings asks for the region and the duration of a profile, and returns those that are
// to be another.
func (r *commandRun) askSettings(ctx context.Context, o roleOption) ([]session.Setting, error) {
	var changed []session.Setting
	was := o.profile.Text("region")
	region, err := r.askRegion(ctx, "Region of "+quotedName(o.profile.Name), was, o.Partition())
	if err != nil {
		return nil, err
	}
	if region != was {
		changed = append(changed, session.Setting{Key: "region", Value: region})
	}
	was = o.profile.Text("duration")
	duration, err := r.askDuration(ctx, "Duration of "+quotedName(o.profile.Name), was)
	if err != nil {
		return nil, err
	}
	if duration != was {
		changed = append(changed, session.Setting{Key: "duration", Value: duration})
	}
	return changed, nil
}

// askDuration asks how long sessions are to be until it gets what can be one; Enter alone is
// usual.
func (r *commandRun) askDuration(ctx context.Context, prompt, usual string) (string, error) {
	q := session.Question{Prompt: prompt + " (Enter: " + cmp.Or(usual, "none") + ")", Empty: true, What: "a duration"}
	for {
		duration, err := r.drivers.Ask.Ask(ctx, q)
		if err != nil {
			return "", err
		}
		if duration == "" {
			return usual, nil
		}
		if _, ok := sessionDuration(duration); ok {
			return duration, nil
		}
		r.drivers.Ask.Say("a duration is between 15m and 12h, as in 8h or 90m")
	}
}

// withRenamed is own with the new names of profiles beside those that they have.
func withRenamed(own []session.Table, renamed map[string]string) []session.Table {
	out := slices.Clone(own)
	for _, name := range renamed {
		out = append(out, session.Table{Kind: "profile", Name: name})
	}
	return out
}
