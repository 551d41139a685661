package shellinit

// syntax is what differs between dialects.
type syntax struct {
	programs []string                     // what its processes are called besides its name
	quote    func(string) (string, error) // a value as it stands in set
	literal  func(string) (string, error) // a value as it stands in local; nil: the same

	// Forms of one statement, in which NAME and VALUE stand for themselves.
	set   string
	unset string // "" where a variable can't be taken away
	local string // assigns a variable that children don't see; "" for data
	fail  string // ends with the status that STATUS stands for; "" where the shell sees by itself that a command failed

	// What stands around and between the statements.
	open, between, close string

	guard guard // nil where a variable of the environment can always be changed

	usage  string // what to type so that the shell takes a command's output, with %s for the command
	list   bool   // the command in usage is a list of strings
	script string // the hook's file in scripts/, "" when there is none
	rcFile string // where the hook's line goes

	// ownWords: a hook can't put use and unuse before the program without
	// changing what passes through to it, so it has the words stsx-use and
	// stsx-unuse.
	ownWords bool
	whole    func(script string) string // a script as the shell takes it from a program; nil: as it is
}

// allDialects is the table, shells first.
func allDialects() []Dialect {
	return append([]Dialect{
		{"bash", posixSyntax("NAME=VALUE;\n", "bash.sh", "~/.bashrc", "rbash")},
		{"zsh", posixSyntax("\\typeset -g NAME=VALUE;\n", "zsh.zsh", "~/.zshrc", "rzsh")},
		{"fish", fishSyntax()},
		{"powershell", powerShellSyntax()},
		{"nushell", nushellSyntax()},
		{"elvish", elvishSyntax()},
		{"xonsh", xonshSyntax()},
		{"tcsh", tcshSyntax()},
		{"sh", posixSyntax("NAME=VALUE;\n", "sh.sh", "the file that $ENV names",
			"dash", "ash", "ksh", "ksh93", "mksh", "lksh", "oksh", "loksh", "pdksh", "yash", "busybox", "posh")},
		{"cmd", cmdSyntax()},
	}, dataFormats()...)
}

// posixSyntax is that of sh and its relatives.
func posixSyntax(local, script, rcFile string, programs ...string) syntax {
	return syntax{
		programs: programs,
		quote:    quotePosix,
		set:      "export NAME=VALUE;\n",
		unset:    "unset -v NAME;\n",
		guard:    guardPosix,
		local:    local,
		fail:     "(exit STATUS);\n",
		usage:    `eval "$(%s)"`,
		script:   script,
		rcFile:   rcFile,
	}
}

// A universal variable of fish is in every session and is kept: it is not ours
// to erase, and nothing hides an exported one from children.
func fishSyntax() syntax {
	return syntax{
		quote: quoteFish,
		guard: guardFish,
		set:   "set -gx NAME VALUE;\n",
		unset: "if set -qg NAME; set -eg NAME; end; " +
			"if set -qU NAME; echo 'stsx: NAME is a universal variable and stays; set -eU NAME erases it' >&2; end;\n",
		local:  "set -g NAME VALUE;\n",
		usage:  `%s | source`,
		script: "fish.fish",
		rcFile: "~/.config/fish/config.fish",
	}
}

func powerShellSyntax() syntax {
	return syntax{
		programs: []string{"pwsh", "pwsh-preview"},
		quote:    quotePowerShell,
		literal:  powerShellLiteral,
		set:      "$env:NAME = VALUE",
		unset:    "$env:NAME = $null",
		local:    "$global:NAME = VALUE\n",
		between:  "; ", close: "\n", // on one line, since a pipe hands over line by line
		fail:     "Write-Error 'stsx ended with status STATUS'\n",
		usage:    `%s | Invoke-Expression`,
		script:   "powershell.ps1",
		rcFile:   "the file that $PROFILE names",
		ownWords: true,
		whole:    oneLinePowerShell,
	}
}

// Nushell evaluates no text, but takes a record. A variable that is null is not
// passed on.
func nushellSyntax() syntax {
	return syntax{
		programs: []string{"nu"},
		quote:    quoteJSON,
		literal:  quoteNuRaw,
		set:      `  "NAME": VALUE`,
		unset:    `  "NAME": null`,
		local:    "const NAME = VALUE;\n",
		open:     "{\n", between: ",\n", close: "\n}\n",
		usage:  `%s | from json | load-env`,
		script: "nushell.nu",
		rcFile: "config.nu",
	}
}

func elvishSyntax() syntax {
	return syntax{
		quote:  quoteElvish,
		set:    "set-env NAME VALUE;\n",
		unset:  "unset-env NAME;\n",
		local:  "var NAME = VALUE;\n",
		usage:  `eval (%s | slurp)`,
		script: "elvish.elv",
		rcFile: "~/.config/elvish/rc.elv",
	}
}

// xonsh 0.13 now and then loses what $(…) captures, so usage has Python's own
// call, with xonsh's environment, which is not Python's.
func xonshSyntax() syntax {
	return syntax{
		quote:  quotePython,
		set:    "$NAME = VALUE;\n",
		unset:  "${...}.pop('NAME', None);\n",
		local:  "NAME = VALUE;\n",
		usage:  `execx(__import__('subprocess').check_output([%s], env=${...}.detype(), text=True))`,
		list:   true,
		script: "xonsh.xsh",
		rcFile: "~/.xonshrc",
	}
}

func tcshSyntax() syntax {
	return syntax{
		programs: []string{"csh"},
		quote:    quoteCsh,
		set:      "setenv NAME VALUE;\n",
		unset:    "unsetenv NAME;\n",
		local:    "set NAME = VALUE;\n",
		usage:    "eval \"`%s`\"",
		script:   "tcsh.csh",
		rcFile:   "~/.tcshrc",
		ownWords: true,
	}
}

// cmdSyntax is for a batch file; cmd is no shell that could have a hook.
func cmdSyntax() syntax {
	return syntax{
		quote: quoteCmd,
		set:   "set \"NAME=VALUE\"\r\n",
		unset: "set \"NAME=\"\r\n",
		usage: `for /f "delims=" %%v in ('%s') do @%%v`,
	}
}

// dataFormats are the dialects of programs that are no shell.
func dataFormats() []Dialect {
	return []Dialect{
		{"dotenv", syntax{quote: quoteDotenv, set: "NAME=VALUE\n", usage: `%s >.env`}},
		{"json", syntax{
			quote: quoteJSON,
			set:   `  "NAME": VALUE`,
			open:  "{\n", between: ",\n", close: "\n}\n",
			usage: `%s | jq`,
		}},
		{"systemd", syntax{quote: quoteSystemd, set: "NAME=VALUE\n", usage: `%s >FILE`}},
		{"github-actions", syntax{quote: quoteHeredoc, set: "NAME<<VALUE\n", usage: `%s`}},
	}
}
