package doctor

import "context"

// checkTerminal says whether anybody can be asked, and how well.
func (m Machine) checkTerminal(ctx context.Context) Finding {
	window := "windows can be shown"
	if err := m.CanShow(ctx); err != nil {
		window = "no windows: " + err.Error()
	}
	term := m.Getenv("TERM")
	switch {
	case !m.CanAsk():
		return Finding{Status: Warn, Text: "none: what has to be asked ends with status 3; " + window,
			Cure: "set password_command and mfa_command, or STSX_PASSWORD and STSX_MFA_CODE"}
	case m.GOOS != "windows" && (term == "" || term == "dumb"):
		return Finding{Status: Warn, Text: "TERM is " + map[bool]string{true: "not set", false: term}[term == ""] +
			": questions are plain lines, roles are picked by number; " + window, Cure: "run export TERM=xterm-256color"}
	}
	return Finding{Status: OK, Text: term + ", questions can be asked; " + window}
}
