package commands

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/completions"
	"stsx/session"
	"stsx/shellinit"
)

// operands is what stands after a verb and its flags.
type operands int

const (
	nothing operands = iota
	profile
	profiles
	profileThenCommand
	profilesThenCommand // after a "--"
	hookShell
	completionShell
	command // of stsx
	file
)

// taken says what each verb takes. What stands in no row takes nothing; a test
// asks for a decision about every verb and every flag with a value.
func taken() map[string]operands {
	return map[string]operands{
		"exec": profileThenCommand, "each": profilesThenCommand,
		"login": profiles, "logout": profiles, "configure aws": profiles, "configure export": profiles, "configure import": file,
		"env": profile, "use": profile, "save": profile, "process": profile, "console": profile, "whoami": profile,
		"init": hookShell, "completion": completionShell, "help": command,
	}
}

func (c cursor) takes() operands { return taken()[c.verb] }

// sources are what values come from, for one line.
type sources struct {
	*run
	cursor
}

type values = []completions.Candidate

// flagValues is what may follow flag, or follow prefix ("--mfa=") in one word.
func (s sources) flagValues(flag cli.Flag, prefix string) completions.Answer {
	name := flag.Names()[0]
	if slices.Contains(fileFlags(), name) {
		return completions.Answer{Kind: completions.FileNames, Prefix: prefix}
	}
	var out values
	if of, ok := flagSources()[name]; ok {
		out = of(s)
	}
	for i := range out {
		out[i].Value = prefix + out[i].Value
	}
	return completions.Answer{Candidates: out}
}

// fileFlags take a file's name.
func fileFlags() []string { return []string{"config", "browser-path", "debug-bundle"} }

// flagSources say where the values of the other flags come from.
func flagSources() map[string]func(sources) values {
	return map[string]func(sources) values{
		"browser":  func(sources) values { return words("auto", "headless", "visible") },
		"mfa":      func(sources) values { return words(session.Factors()...) },
		"duration": func(sources) values { return words("15m", "1h", "2h", "4h", "8h", "12h") },
		"jobs":     func(sources) values { return words("1", "4", "8", "16", "32") },
		"username": sources.usernames,
		"role":     sources.roles,
		"region":   sources.regions,
		"idp":      sources.idps,
		"shell":    func(sources) values { return words(shellinit.DialectNames()...) },
		"prompt":   func(sources) values { return words("left", "right") },
		"color":    func(sources) values { return words("ansi", "bash", "tmux", "zsh", "none") },
	}
}

func words(all ...string) values {
	var out values
	for _, word := range all {
		out = append(out, completions.Candidate{Value: word})
	}
	return out
}

// operandValues is what may be the verb's next operand.
func (s sources) operandValues() values {
	first := len(s.operands) == 0
	switch t := s.takes(); {
	case t == profiles, t == profilesThenCommand, (t == profile || t == profileThenCommand) && first:
		_, all := s.used["all"]
		if all {
			return nil
		}
		return slices.DeleteFunc(s.profiles(), func(c completions.Candidate) bool { return slices.Contains(s.operands, c.Value) })
	case t == completionShell && first:
		return words(completions.ShellNames()...)
	case t == hookShell && first:
		return words(hooked()...)
	case t == command:
		at := s.app.Commands
		for _, word := range s.operands {
			next := find(at, word)
			if next == nil {
				return nil
			}
			at = next.Subcommands
		}
		return verbs(at)
	}
	return nil
}

// configuration is the file that the line means; nil when there is none that
// can be read.
func (s sources) configuration() Profiles {
	path := s.used["config"]
	if rest, ok := strings.CutPrefix(path, "~/"); ok { // the shell has not expanded it
		path = s.Getenv("HOME") + "/" + rest
	}
	s.settings.Config = path
	kit, err := s.open()
	if err != nil {
		return nil
	}
	read, err := kit.Profiles()
	if err != nil {
		return nil
	}
	return read
}

func (s sources) each(do func(session.Profile)) {
	read := s.configuration()
	if read == nil {
		return
	}
	for _, name := range read.Names() {
		if p, err := read.Profile(name); err == nil {
			do(p)
		}
	}
}

func (s sources) profiles() values {
	var out values
	s.each(func(p session.Profile) { out = append(out, completions.Candidate{Value: p.Name, About: roleOf(p)}) })
	return out
}

// roleOf is what a profile stands for in a few words: "Admin in 123456789012,
// eu-west-1".
func roleOf(p session.Profile) string {
	name, account := p.Role, p.Account
	if role, err := session.ParseRole(p.Role); err == nil {
		name, account = role.Name(), role.Account()
	}
	var about string
	switch {
	case name != "" && account != "":
		about = name + " in " + account
	case account != "":
		about = account
	case name != "":
		about = name
	}
	if p.Region != "" {
		about = strings.TrimPrefix(about+", "+p.Region, ", ")
	}
	return about
}

func (s sources) orgs() []session.Org {
	read := s.configuration()
	if read == nil {
		return nil
	}
	var out []session.Org
	for _, name := range read.OrgNames() {
		if o, err := read.Org(name); err == nil {
			out = append(out, o)
		}
	}
	return out
}

func (s sources) idps() values {
	var out values
	for _, o := range s.orgs() {
		out = append(out, completions.Candidate{Value: o.Name, About: o.Username})
	}
	return out
}

func (s sources) usernames() values {
	var out values
	for _, o := range s.orgs() {
		out = once(out, completions.Candidate{Value: o.Username, About: o.Name})
	}
	return out
}

// regions are those of the configuration: a list of all there are would be out
// of date within months.
func (s sources) regions() values {
	var out values
	s.each(func(p session.Profile) { out = once(out, completions.Candidate{Value: p.Region}) })
	return out
}

// roles are those that sign-ins have brought and those of the configuration. A
// name that is a role's in several accounts stands once and, with its ARNs,
// for each of them.
func (s sources) roles() values {
	var seen []session.Role
	s.each(func(p session.Profile) {
		if role, err := session.ParseRole(p.Role); err == nil {
			seen = append(seen, role)
		}
	})
	if kit, err := s.open(); err == nil && kit.Roles != nil {
		seen = append(seen, kit.Roles.Seen()...)
	}
	var names, arns values
	accounts := map[string][]string{}
	for _, role := range seen {
		if !slices.Contains(accounts[role.Name()], role.Account()) {
			accounts[role.Name()] = append(accounts[role.Name()], role.Account())
		}
		names = once(names, completions.Candidate{Value: role.Name()})
		arns = once(arns, completions.Candidate{Value: role.ARN})
	}
	for i := range names {
		names[i].About = "in " + strings.Join(accounts[names[i].Value], ", ")
	}
	return append(names, arns...)
}

// once is list with c, unless c is empty or in it.
func once(list values, c completions.Candidate) values {
	if c.Value == "" || slices.ContainsFunc(list, func(o completions.Candidate) bool { return o.Value == c.Value }) {
		return list
	}
	return append(list, c)
}
