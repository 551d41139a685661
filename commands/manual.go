package commands

import (
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

// WriteManual writes the manual page of stsx, from the tree that the parser uses.
// The program itself never calls it: `go run ./docs/man` does.
func WriteManual(w io.Writer, version string) error {
	r := &commandRun{HostSystem: HostSystem{Environ: []string{}}}
	r.app = r.commandTree()
	var p manualPage
	p.writeLine(`.TH STSX 1 "" "stsx ` + escapeRoff(version) + `" "User Commands"`)
	p.writeLine(".SH NAME")
	p.writeLine(`stsx \- ` + escapeRoff(r.app.Usage))
	p.writeLine(".SH SYNOPSIS")
	p.writeLine(".nf")
	p.writeLine(escapeRoff(r.app.UsageText))
	p.writeLine(".fi")
	p.writeLine(".SH DESCRIPTION")
	p.writeText(manualAbout)
	p.writeLine(".SH COMMANDS")
	p.writeCommands(r.app.Commands, "stsx")
	p.writeLine(".SH OPTIONS")
	p.writeText("Every command takes these, before or after its name.")
	p.writeFlags(r.app.Flags)
	for _, section := range manualSections() {
		p.writeLine(".SH " + section.title)
		p.writeText(section.text)
		for _, item := range section.items {
			p.writeItem(escapeRoff(item[0]), item[1])
		}
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

const manualAbout = `stsx signs in to Okta with a browser that is not shown, assumes a role in AWS and hands the credentials to one
command, or to the shell that asks. It saves them, sealed, until they end, so that the next command starts at once.`

type manualSection struct {
	title, text string
	items       [][2]string
}

func manualSections() []manualSection {
	return []manualSection{
		{"EXIT STATUS", "Before its command has started, stsx exec ends with 125 where others end with 1 or 2.", [][2]string{
			{"0", "success"},
			{"1", "failure"},
			{"2", "a command line that stsx does not understand"},
			{"3", "input was needed, and there is no terminal or --no-input was given"},
			{"4", "Okta rejected the sign-in (password, code, a locked account), or you did: on the phone, or by closing its window"},
			{"5", "the role is not granted, or AWS rejected the request"},
			{"126", "the command can't be executed"},
			{"127", "the command was not found"},
			{"130", "interrupted"},
		}},
		{"ENVIRONMENT", "", [][2]string{
			{"STSX_PROFILE", "the profile when none is named; a session sets it too"},
			{"STSX_DEFAULT_PROFILE", "the profile when none is named and STSX_PROFILE is not set; for direnv"},
			{"STSX_CONFIG", "the configuration's file"},
			{"STSX_USERNAME, STSX_PASSWORD, STSX_MFA_CODE", "for CI and scripts; the command does not see the last two"},
			{"STSX_BROWSER_PATH", "the browser"},
			{"STSX_PLAIN", "1: for screen readers; lines one after the other, nothing redrawn, choices by number"},
			{"NO_COLOR", "no colour"},
			{"XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME, XDG_RUNTIME_DIR", "where the files below are"},
			{"AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, AWS_CA_BUNDLE, HTTPS_PROXY, NO_PROXY", "as in the AWS SDKs"},
		}},
		{"FILES", "", [][2]string{
			{"~/.config/stsx/config.toml", "the configuration; on Windows %AppData%\\stsx\\config.toml"},
			{"~/.local/state/stsx/", "sessions, sealed with a key in the OS keyring"},
			{"$XDG_RUNTIME_DIR/stsx/serve.sock", "the socket of stsx serve; without that variable it is in the folder above"},
			{"~/.cache/stsx/", "how long roles allow sessions to be, which roles were granted; no secrets"},
		}},
	}
}

// manualPage is a manual page being written.
type manualPage struct{ out strings.Builder }

func (p *manualPage) writeLine(text string) { p.out.WriteString(text + "\n") }

func (p *manualPage) writeCommands(commands []*cli.Command, under string) {
	for _, c := range commands {
		if c.Hidden {
			continue
		}
		name := under + " " + c.Name
		p.writeLine(".SS " + escapeRoff(name))
		p.writeLine(".nf")
		usage := c.UsageText
		if usage == "" {
			usage = name
		}
		for _, line := range strings.Split(usage, "\n") {
			p.writeLine(`\fB` + escapeRoff(strings.TrimSpace(line)) + `\fR`)
		}
		p.writeLine(".fi")
		p.writeLine(".PP")
		p.writeLine(escapeRoff(strings.ToUpper(c.Usage[:1]) + c.Usage[1:] + "."))
		p.writeText(withoutIndent(c.Description))
		p.writeFlags(c.Flags)
		p.writeGuide(commandGuides()[strings.TrimPrefix(name, "stsx ")])
		p.writeCommands(c.Subcommands, name)
	}
}

func (p *manualPage) writeGuide(guide commandGuide) {
	p.writeText("Examples:\n\n   " + strings.Join(guide.Examples, "\n   ") + "\n\nMore: " + guide.Page)
}

// withoutIndent is a description as help.go wants it, three blanks before each
// line, without them.
func withoutIndent(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "   ")
	}
	return strings.Join(lines, "\n")
}

// writeText is paragraphs; lines that begin with a blank, or have columns, stand as
// they are.
func (p *manualPage) writeText(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	p.writeLine(".PP")
	as := false // lines stand as they are
	set := func(to bool) {
		if to != as {
			p.writeLine(map[bool]string{true: ".nf", false: ".fi"}[to])
		}
		as = to
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		switch {
		case line == "" && i+1 < len(lines) && asIs(lines[i+1]):
			set(false)
			p.writeLine(".PP")
			set(true)
		case line == "":
			set(false)
			p.writeLine(".PP")
		case asIs(line):
			set(true)
			p.writeLine(escapeRoff(line))
		default:
			set(false)
			p.writeLine(escapeRoff(line))
		}
	}
	set(false)
}

func asIs(line string) bool { return strings.HasPrefix(line, " ") || strings.Contains(line, "  ") }

// writeFlags are a list; help, which all have, is among those of stsx alone.
func (p *manualPage) writeFlags(flags []cli.Flag) {
	for _, f := range flags {
		doc, ok := f.(cli.DocGenerationFlag)
		if !ok || !isVisibleFlag(f) || f.Names()[0] == "help" && len(flags) < len(globalFlags()) {
			continue
		}
		value, about := "", doc.GetUsage()
		if before, rest, ok := strings.Cut(about, "`"); ok {
			name, after, _ := strings.Cut(rest, "`")
			about = before + name + after
			if doc.TakesValue() {
				value = ` \fI` + escapeRoff(name) + `\fR`
			}
		}
		var names []string
		for _, name := range f.Names() {
			dashes := "--"
			if len(name) == 1 {
				dashes = "-"
			}
			names = append(names, `\fB`+escapeRoff(dashes+name)+`\fR`)
		}
		p.writeItem(strings.Join(names, ", ")+value, about)
	}
}

// writeItem is a term, in roff already, and what it is.
func (p *manualPage) writeItem(term, about string) {
	p.writeLine(".TP")
	p.writeLine(term)
	p.writeLine(escapeRoff(about))
}

// escapeRoff is text that roff prints as it is.
func escapeRoff(text string) string {
	text = strings.NewReplacer(
		`\`,
		`\e`,
		"-",
		`\-`,
		"…",
		`\&...`,
		`"`,
		`\(dq`,
		"'",
		`\(aq`,
		"`",
		`\(ga`,
		"^",
		`\(ha`,
		"~",
		`\(ti`,
	).Replace(
		text,
	)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}
