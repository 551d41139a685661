package doctor

import (
	"context"
	"strings"
)

// checkAWSFiles looks for what AWS's tools use in place of a session of stsx's, outside of stsx exec.
func (m Machine) checkAWSFiles(context.Context) Finding {
	all := []Finding{{Status: OK, Text: "nothing in the way of stsx's sessions"}, m.checkEndedKeys(), m.checkIdentity()}
	for _, note := range m.UnreadableNotes() {
		all = append(all, Finding{Status: Warn, Text: note, Cure: "correct that file"})
	}
	what, cure, err := m.EarlierKeys()
	switch {
	case err != nil:
		all = append(all, findingOf(Warn, err, "correct that file"))
	case what != "":
		all = append(all, Finding{Status: Warn, Text: "AWS's tools use " + what + " where no profile is named", Cure: cure})
	}
	return mergeFindings(all...)
}

// checkIdentity looks at the variables that name another identity.
func (m Machine) checkIdentity() Finding {
	if m.Getenv("STSX_PROFILE") != "" {
		return Finding{Status: OK} // a session's own
	}
	var set []string
	for _, name := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE"} {
		if m.Getenv(name) != "" {
			set = append(set, name)
		}
	}
	if len(set) == 0 {
		return Finding{Status: OK}
	}
	return Finding{Status: Warn, Text: strings.Join(set, ", ") + " set in this shell: stsx exec takes that away, other commands go by it",
		Cure: "run unset " + strings.Join(set, " ")}
}

// checkEndedKeys looks for sessions in AWS's credentials file that stsx save wrote and that have ended.
func (m Machine) checkEndedKeys() Finding {
	ended, err := m.EndedKeys(m.Now())
	if err != nil {
		return findingOf(Warn, err, "correct that file")
	}
	if len(ended) == 0 {
		return Finding{Status: OK}
	}
	list := strings.Join(ended, ", ")
	return Finding{
		Status: Warn, Text: "sessions that stsx saved have ended, and AWS's tools still try them: " + list, Cure: "run stsx doctor --fix",
		Repair: &Repair{"removing ended sessions: " + list, func(ctx context.Context) error { return m.RemoveEnded(ctx, m.Now()) }},
	}
}

// checkRefresh says whether AWS's SDKs, in the order in which they look, reach the address of exec --refresh.
func (m Machine) checkRefresh(context.Context) Finding {
	what, cure, err := m.EarlierKeys()
	switch {
	case err != nil:
		return findingOf(Warn, err, "correct that file")
	case what != "":
		return Finding{
			Status: Warn,
			Text:   "stsx exec --refresh would refuse: AWS's SDKs, the Go SDK among them, take " + what + " first",
			Cure:   cure,
		}
	}
	return Finding{Status: OK, Text: "AWS's SDKs, the Go SDK among them, reach the address of stsx exec --refresh: nothing comes before it"}
}
