package commands

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"stsx/completions"
	"stsx/session"
	"stsx/shellinit"
)

// operandKind is what stands after a verb and its flags.
type operandKind int

const (
	noOperand operandKind = iota
	oneProfile
	manyProfiles
	profileThenCommand
	profilesThenCommand // after a "--"
	hookShell
	completionShell
	stsxCommand // of stsx
	fileName
)

// operandKinds says what each verb takes. What stands in no row takes nothing; a test
// asks for a decision about every verb and every flag with a value.
func operandKinds() map[string]operandKind {
	return map[string]operandKind{
		"exec": profileThenCommand, "each": profilesThenCommand,
		"login": manyProfiles, "logout": manyProfiles, "serve": manyProfiles,
		"configure aws": manyProfiles, "configure export": manyProfiles,
		"configure import": fileName,
		"env":              oneProfile, "use": oneProfile, "save": oneProfile, "process": oneProfile, "console": oneProfile,
		"whoami": oneProfile,
		"init":   hookShell, "completion": completionShell, "help": stsxCommand,
	}
}

func (l *commandLine) operandKind() operandKind { return operandKinds()[l.verb] }

// valueSources are what values come from, for one line.
type valueSources struct{ *commandRun }

type candidateList = []completions.Candidate

// flagValues is what may follow flag, or follow prefix ("--mfa=") in one word.
func (s valueSources) flagValues(flag cli.Flag, prefix string) completions.Answer {
	name := flag.Names()[0]
	if slices.Contains(fileFlags(), name) {
		return completions.Answer{Kind: completions.FileNames, Prefix: prefix}
	}
	var out candidateList
	if of, ok := flagSources()[name]; ok {
		out = of(s)
	}
	for i := range out {
		out[i].Value = prefix + out[i].Value
	}
	return completions.Answer{Candidates: out}
}

// fileFlags take a file's name.
func fileFlags() []string {
	return []string{"config", "browser-path", "debug-bundle", "policy", "socket"}
}

// flagSources say where the values of the other flags come from.
func flagSources() map[string]func(valueSources) candidateList {
	return map[string]func(valueSources) candidateList{
		"browser":  func(valueSources) candidateList { return wordCandidates("auto", "headless", "visible") },
		"ask":      func(valueSources) candidateList { return wordCandidates(session.AskOnTerminal, session.AskInWindow) },
		"mfa":      func(valueSources) candidateList { return wordCandidates(session.Factors()...) },
		"duration": func(valueSources) candidateList { return wordCandidates("15m", "1h", "2h", "4h", "8h", "12h") },
		"for":      func(valueSources) candidateList { return wordCandidates("1h", "8h", "12h") },
		"idle":     func(valueSources) candidateList { return wordCandidates("15m", "30m", "1h") },
		"port":     func(valueSources) candidateList { return wordCandidates("0") },
		"jobs":     func(valueSources) candidateList { return wordCandidates("1", "4", "8", "16", "32") },
		"username": valueSources.usernameCandidates,
		"policy-arn": func(valueSources) candidateList {
			return wordCandidates("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
				"arn:aws:iam::aws:policy/SecurityAudit")
		},
		"role":   valueSources.roleCandidates,
		"region": valueSources.regionCandidates,
		"idp":    valueSources.idpCandidates,
		"shell":  func(valueSources) candidateList { return wordCandidates(shellinit.DialectNames()...) },
		"prompt": func(valueSources) candidateList { return wordCandidates("left", "right") },
		"format": valueSources.formatCandidates,
		"from":   func(valueSources) candidateList { return wordCandidates(session.OtherTools()...) },
		"color":  func(valueSources) candidateList { return wordCandidates("ansi", "bash", "tmux", "zsh", "none") },
	}
}

// formatCandidates are the formats of process; the format of prompt is free text.
func (s valueSources) formatCandidates() candidateList {
	if s.verb != "process" {
		return nil
	}
	return wordCandidates(processFormats()...)
}

func wordCandidates(all ...string) candidateList {
	var out candidateList
	for _, word := range all {
		out = append(out, completions.Candidate{Value: word})
	}
	return out
}

// operandValues is what may be the verb's next operand.
func (s valueSources) operandValues() candidateList {
	first := len(s.names()) == 0
	switch t := s.operandKind(); {
	case t == manyProfiles, t == profilesThenCommand, (t == oneProfile || t == profileThenCommand) && first:
		all := s.flagGiven("all")
		if all {
			return nil
		}
		return slices.DeleteFunc(s.profileCandidates(), func(c completions.Candidate) bool { return slices.Contains(s.names(), c.Value) })
	case t == completionShell && first:
		return wordCandidates(completions.ShellNames()...)
	case t == hookShell && first:
		return wordCandidates(hookShells()...)
	case t == stsxCommand:
		at := s.app.Commands
		for _, word := range s.operands {
			next := findCommand(at, word)
			if next == nil {
				return nil
			}
			at = next.Subcommands
		}
		return verbCandidates(at)
	}
	return nil
}

// readConfiguration is the file that the line means; nil when there is none that
// can be read.
func (s valueSources) readConfiguration() Profiles {
	path := s.given["config"]
	if rest, ok := strings.CutPrefix(path, "~/"); ok { // the shell has not expanded it
		path = s.Getenv("HOME") + "/" + rest
	}
	s.settings.Config = path
	read, err := s.configuration()
	if err != nil {
		return nil
	}
	return read
}

func (s valueSources) eachProfile(do func(session.Profile)) {
	read := s.readConfiguration()
	if read == nil {
		return
	}
	for _, name := range read.Names() {
		if p, err := read.Profile(name); err == nil {
			do(p)
		}
	}
}

func (s valueSources) profileCandidates() candidateList {
	var out candidateList
	s.eachProfile(func(p session.Profile) { out = append(out, completions.Candidate{Value: p.Name, About: roleOf(p)}) })
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

func (s valueSources) configuredOrgs() []session.Org {
	read := s.readConfiguration()
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

func (s valueSources) idpCandidates() candidateList {
	var out candidateList
	for _, o := range s.configuredOrgs() {
		out = append(out, completions.Candidate{Value: o.Name, About: o.Username})
	}
	return out
}

func (s valueSources) usernameCandidates() candidateList {
	var out candidateList
	for _, o := range s.configuredOrgs() {
		out = addOnce(out, completions.Candidate{Value: o.Username, About: o.Name})
	}
	return out
}

// regionCandidates are those of the configuration: a list of all there are would be out
// of date within months.
func (s valueSources) regionCandidates() candidateList {
	var out candidateList
	s.eachProfile(func(p session.Profile) { out = addOnce(out, completions.Candidate{Value: p.Region}) })
	return out
}

// roleCandidates are those that sign-ins have brought and those of the configuration. A
// name that is a role's in several accounts stands once and, with its ARNs,
// for each of them.
func (s valueSources) roleCandidates() candidateList {
	var seen []session.Role
	s.eachProfile(func(p session.Profile) {
		if role, err := session.ParseRole(p.Role); err == nil {
			seen = append(seen, role)
		}
	})
	if kit, err := s.openDrivers(); err == nil && kit.Roles != nil {
		seen = append(seen, kit.Roles.Seen()...)
	}
	var names, arns candidateList
	accounts := map[string][]string{}
	for _, role := range seen {
		if !slices.Contains(accounts[role.Name()], role.Account()) {
			accounts[role.Name()] = append(accounts[role.Name()], role.Account())
		}
		names = addOnce(names, completions.Candidate{Value: role.Name()})
		arns = addOnce(arns, completions.Candidate{Value: role.ARN})
	}
	for i := range names {
		names[i].About = "in " + strings.Join(accounts[names[i].Value], ", ")
	}
	return append(names, arns...)
}

// addOnce is list with c, unless c is empty or in it.
func addOnce(list candidateList, c completions.Candidate) candidateList {
	if c.Value == "" || slices.ContainsFunc(list, func(o completions.Candidate) bool { return o.Value == c.Value }) {
		return list
	}
	return append(list, c)
}
