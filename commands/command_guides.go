package commands

// commandGuide is what help and the manual page add to a command's flags.
type commandGuide struct {
	Examples []string // lines as they are typed
	Page     string   // of the documents, from the top folder of the sources
}

// commandGuides are the guides by the command's path, without "stsx".
func commandGuides() map[string]commandGuide {
	return map[string]commandGuide{
		"exec":   {[]string{"stsx exec dev -- aws s3 ls", "stsx exec --refresh prod -- terraform apply"}, "docs/exec.md"},
		"login":  {[]string{"stsx login dev prod", "stsx login --all"}, "docs/each.md"},
		"status": {[]string{"stsx status", "stsx status --json"}, "docs/commands.md"},
		"logout": {[]string{"stsx logout dev", "stsx logout --all --password"}, "docs/files.md"},
		"roles":  {[]string{"stsx roles --names", "stsx roles --idp acme --json"}, "docs/commands.md"},
		"each": {
			[]string{"stsx each 'prod-*' -- aws sts get-caller-identity", "stsx each --jobs 2 --group dev audit -- terraform plan"},
			"docs/each.md",
		},
		"env":    {[]string{`eval "$(stsx env dev)"`, `eval "$(stsx env --unset)"`}, "docs/shells.md"},
		"use":    {[]string{"stsx use dev", "stsx use prod --duration 8h"}, "docs/shells.md"},
		"unuse":  {[]string{"stsx unuse", "stsx unuse && stsx use prod"}, "docs/shells.md"},
		"init":   {[]string{`eval "$(stsx init bash)"`, "stsx init fish --prompt right | source"}, "docs/shells.md"},
		"prompt": {[]string{"stsx prompt --color tmux", "stsx prompt --format 'aws:{profile} {left}'"}, "docs/prompt.md"},
		"console": {
			[]string{"stsx console dev", "stsx console prod --service ec2 --region eu-west-1"},
			"docs/console.md",
		},
		"whoami":  {[]string{"stsx whoami dev", "stsx whoami prod --json"}, "docs/commands.md"},
		"log":     {[]string{"stsx log", "stsx log --json"}, "docs/files.md"},
		"save":    {[]string{"stsx save dev --as default", "stsx save dev --as default --remove"}, "docs/aws-files.md"},
		"process": {[]string{"credential_process = stsx process prod", "stsx process dev --format terragrunt"}, "docs/aws-files.md"},
		"serve": {
			[]string{"stsx serve prod --for 8h", "stsx serve --read-only prod --port 0 --idle 30m"},
			"docs/serve.md",
		},
		"doctor": {[]string{"stsx doctor", "stsx doctor --fix"}, "docs/doctor.md"},
		"configure": {
			[]string{"stsx configure", "stsx configure import --from saml2aws", "stsx configure export dev > team.toml"},
			"docs/configuration.md",
		},
		"configure import": {
			[]string{"stsx configure import team.toml", "stsx configure import --from aws-vault --dry-run"},
			"docs/migrating.md",
		},
		"configure export": {[]string{"stsx configure export > team.toml", "stsx configure export dev prod"}, "docs/configuration.md"},
		"configure aws":    {[]string{"stsx configure aws --dry-run", "stsx configure aws dev --prefix okta-"}, "docs/aws-files.md"},
		"password":         {[]string{"stsx password set", "stsx password status"}, "docs/commands.md"},
		"password set":     {[]string{"stsx password set", "pass show okta | stsx password set --password-stdin"}, "docs/commands.md"},
		"password forget":  {[]string{"stsx password forget", "stsx password forget --idp acme"}, "docs/commands.md"},
		"password status":  {[]string{"stsx password status", "stsx password status --idp acme"}, "docs/commands.md"},
		"completion": {
			[]string{`eval "$(stsx completion bash)"`, "stsx completion fish | source"},
			"docs/completion.md",
		},
		"version": {[]string{"stsx version", "stsx version --json"}, "docs/commands.md"},
		"help":    {[]string{"stsx help exec", "stsx help password set"}, "docs/commands.md"},
	}
}
