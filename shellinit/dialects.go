package shellinit

// row is what differs between dialects.
type row struct {
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

	usage  string // what to type so that the shell takes a command's output, with %s for the command
	list   bool   // the command in usage is a list of strings
	script string // the hook's file in scripts/, "" when there is none
}

// dialects is the table.
func dialects() []Dialect {
	return []Dialect{
		{"bash", row{
			programs: []string{"rbash"},
			quote:    posix,
			set:      "export NAME=VALUE;\n", unset: "unset -v NAME;\n", local: "NAME=VALUE;\n",
			fail: "(exit STATUS);\n", usage: `eval "$(%s)"`, script: "bash.sh",
		}},
		{"zsh", row{
			programs: []string{"rzsh"},
			quote:    posix,
			set:      "export NAME=VALUE;\n", unset: "unset -v NAME;\n", local: "\\typeset -g NAME=VALUE;\n",
			fail: "(exit STATUS);\n", usage: `eval "$(%s)"`, script: "zsh.zsh",
		}},
		{"fish", row{
			quote: fish,
			// A universal variable is in every session and is kept: it is not ours to
			// erase, and nothing hides an exported one from children.
			set: "set -gx NAME VALUE;\n",
			unset: "if set -qg NAME; set -eg NAME; end; " +
				"if set -qU NAME; echo 'stsx: NAME is a universal variable and stays; set -eU NAME erases it' >&2; end;\n",
			local: "set -g NAME VALUE;\n",
			usage: `%s | source`, script: "fish.fish",
		}},
		{"powershell", row{
			programs: []string{"pwsh", "pwsh-preview"},
			quote:    powershell,
			set:      "$env:NAME = VALUE;\n", unset: "$env:NAME = $null;\n", local: "$global:NAME = VALUE;\n",
			usage: `%s | Out-String | Invoke-Expression`, script: "powershell.ps1",
		}},
		{"nushell", row{
			// Nushell evaluates no text, but takes a record. A variable that is
			// null is not passed on.
			programs: []string{"nu"},
			quote:    jsonString,
			literal:  nuRaw,
			set:      `  "NAME": VALUE`, unset: `  "NAME": null`, local: "const NAME = VALUE;\n",
			open: "{\n", between: ",\n", close: "\n}\n",
			usage: `%s | from json | load-env`, script: "nushell.nu",
		}},
		{"elvish", row{
			quote: elvish,
			set:   "set-env NAME VALUE;\n", unset: "unset-env NAME;\n", local: "var NAME = VALUE;\n",
			usage: `eval (%s | slurp)`, script: "elvish.elv",
		}},
		{"xonsh", row{
			quote: python,
			set:   "$NAME = VALUE;\n", unset: "${...}.pop('NAME', None);\n", local: "NAME = VALUE;\n",
			// Not $(…): xonsh 0.13 now and then loses what it captures. Python's own
			// environment is not xonsh's.
			usage: `execx(__import__('subprocess').check_output([%s], env=${...}.detype(), text=True))`, list: true, script: "xonsh.xsh",
		}},
		{"tcsh", row{
			programs: []string{"csh"},
			quote:    csh,
			set:      "setenv NAME VALUE;\n", unset: "unsetenv NAME;\n", local: "set NAME = VALUE;\n",
			usage: "eval \"`%s`\"", script: "tcsh.csh",
		}},
		{"sh", row{
			programs: []string{"dash", "ash", "ksh", "ksh93", "mksh", "lksh", "oksh", "loksh", "pdksh", "yash", "busybox", "posh"},
			quote:    posix,
			set:      "export NAME=VALUE;\n", unset: "unset -v NAME;\n", local: "NAME=VALUE;\n",
			fail: "(exit STATUS);\n", usage: `eval "$(%s)"`, script: "sh.sh",
		}},
		{"cmd", row{
			quote: cmd,
			set:   "set \"NAME=VALUE\"\r\n", unset: "set \"NAME=\"\r\n",
			usage: `for /f "delims=" %%v in ('%s') do @%%v`,
		}},
		{"dotenv", row{
			quote: dotenv,
			set:   "NAME=VALUE\n",
			usage: `%s >.env`,
		}},
		{"json", row{
			quote: jsonString,
			set:   `  "NAME": VALUE`,
			open:  "{\n", between: ",\n", close: "\n}\n",
			usage: `%s | jq`,
		}},
		{"systemd", row{
			quote: systemd,
			set:   "NAME=VALUE\n",
			usage: `%s >FILE`,
		}},
		{"github-actions", row{
			quote: heredoc,
			set:   "NAME<<VALUE\n",
			usage: `%s`,
		}},
	}
}
