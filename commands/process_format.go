package commands

import (
	"time"

	"stsx/session"
)

// processFormats are whom process prints credentials for; the first is the default.
func processFormats() []string { return []string{"aws", "terragrunt", "fnox"} }

// processAnswer is what the reader of format expects: a value for printJSON.
func processAnswer(format string, s session.Session) any {
	switch format {
	case "terragrunt":
		return newTerragruntAnswer(s)
	case "fnox":
		return newFnoxAnswer(s)
	}
	return newAWSAnswer(s.Credentials)
}

// awsAnswer is what an SDK reads. Source: AWS SDKs and Tools Reference
// Guide, "Process credential provider".
type awsAnswer struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string // RFC 3339; the SDK asks again shortly before
}

func newAWSAnswer(c session.Credentials) awsAnswer {
	return awsAnswer{1, c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal(), c.Expires.UTC().Format(time.RFC3339)}
}

// terragruntAnswer is what Terragrunt reads from its auth-provider-cmd, which
// takes no other keys. Source: its schema auth-provider-cmd/v2.
type terragruntAnswer struct {
	Credentials terragruntCredentials `json:"awsCredentials"`
	Environ     map[string]string     `json:"envs"`
}

type terragruntCredentials struct {
	AccessKeyID     string `json:"ACCESS_KEY_ID"`
	SecretAccessKey string `json:"SECRET_ACCESS_KEY"`
	SessionToken    string `json:"SESSION_TOKEN"`
}

// newTerragruntAnswer has the region and STSX_* in envs: Terragrunt knows no key
// for them.
func newTerragruntAnswer(s session.Session) terragruntAnswer {
	c := s.Credentials
	keys := terragruntCredentials{c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal()}
	answer := terragruntAnswer{keys, map[string]string{}}
	for _, v := range sessionVariables(s) {
		if !isSecretVariable(v.Name) {
			answer.Environ[v.Name] = v.Value
		}
	}
	return answer
}

// fnoxAnswer is what fnox reads from a lease's create_command. Source: fnox's
// documentation, "Custom Command".
type fnoxAnswer struct {
	Credentials map[string]string `json:"credentials"` // variables of the environment
	Expires     string            `json:"expires_at"`  // RFC 3339
}

func newFnoxAnswer(s session.Session) fnoxAnswer {
	answer := fnoxAnswer{map[string]string{}, s.Credentials.Expires.UTC().Format(time.RFC3339)}
	for _, v := range sessionVariables(s) {
		answer.Credentials[v.Name] = v.Value
	}
	return answer
}
