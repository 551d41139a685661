package completions

import "embed"

//go:embed scripts
var scriptFiles embed.FS

// shellScript is a shell's file, and what has to stand before it where a variable
// that nobody has set is an error.
type shellScript struct{ shell, file, preamble string }

func scriptTable() []shellScript {
	return []shellScript{
		{"bash", "stsx.bash", ""},
		{"zsh", "stsx.zsh", ""},
		{"fish", "stsx.fish", ""},
		{"powershell", "stsx.ps1", "$global:__stsx_self = 'stsx'\n$global:__stsx_cmd = 'stsx'\n"},
		{"elvish", "stsx.elv", "var __stsx_self = stsx\nvar __stsx_cmd = stsx\n"},
		{"nushell", "stsx.nu", "const __stsx_self = 'stsx'\nconst __stsx_cmd = 'stsx'\n"},
	}
}

// ShellNames lists the shells that have a script.
func ShellNames() []string {
	var out []string
	for _, s := range scriptTable() {
		out = append(out, s.shell)
	}
	return out
}

// StandaloneScript is the script as a file of its own: it completes stsx, found on
// PATH. ok is false when there is none for the shell.
func StandaloneScript(shell string) (text string, ok bool) {
	for _, s := range scriptTable() {
		if s.shell == shell {
			body, ok := HookScript(shell)
			return s.preamble + body, ok
		}
	}
	return "", false
}

// HookScript is the script to follow what sets __stsx_self (stsx's file) and
// __stsx_cmd (what the person types), as `stsx init` does.
func HookScript(shell string) (text string, ok bool) {
	for _, s := range scriptTable() {
		if s.shell == shell {
			body, err := scriptFiles.ReadFile("scripts/" + s.file)
			return string(body), err == nil
		}
	}
	return "", false
}
