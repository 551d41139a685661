package commands

import (
	"strconv"
	"strings"
	"time"

	"stsx/session"
	"stsx/shellinit"
)

// variables is the one list of what a session is to a program.
func variables(s session.Session) []shellinit.Var {
	c := s.Credentials
	var vars []shellinit.Var
	add := func(name, value string) { vars = append(vars, shellinit.Var{Name: name, Value: value}) }
	add("AWS_ACCESS_KEY_ID", c.AccessKeyID)
	add("AWS_SECRET_ACCESS_KEY", c.SecretAccessKey.Reveal())
	add("AWS_SESSION_TOKEN", c.SessionToken.Reveal())
	add("AWS_CREDENTIAL_EXPIRATION", c.Expires.UTC().Format(time.RFC3339))
	if s.Region != "" {
		add("AWS_REGION", s.Region)
		add("AWS_DEFAULT_REGION", s.Region)
	}
	add("STSX_PROFILE", s.Profile)
	add("STSX_ACCOUNT", s.Role.Account())
	add("STSX_ROLE", s.Role.ShortName())
	add("STSX_EXPIRES", strconv.FormatInt(c.Expires.Unix(), 10))
	return vars
}

// shadows reports whether a variable of the parent would win over the
// session's, name another identity beside it, or is a secret of stsx's own.
func shadows(name string) bool {
	switch name {
	case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
		"AWS_SECURITY_TOKEN", "AWS_SESSION_EXPIRATION",
		"AWS_ACCESS_KEY", "AWS_SECRET_KEY", // the first Java SDK's names
		"AWS_CREDENTIAL_FILE", // boto 2
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE",
		"AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_ACCOUNT_ID", "AWS_CREDENTIAL_SCOPE",
		"STSX_PASSWORD", "STSX_MFA_CODE",
		"STSX_PROFILE", "STSX_ACCOUNT", "STSX_ROLE", "STSX_EXPIRES":
		return true
	}
	return strings.HasPrefix(name, "AWS_CONTAINER_")
}

// overlay returns parent without what shadows the session, and with vars.
// Everything else stays as it was, in its order.
func overlay(parent []string, vars []shellinit.Var, goos string) []string {
	set := map[string]bool{}
	fold := func(name string) string {
		if goos == "windows" {
			return strings.ToUpper(name)
		}
		return name
	}
	for _, v := range vars {
		set[v.Name] = true
	}
	out := make([]string, 0, len(parent)+len(vars))
	for _, entry := range parent {
		name, _, _ := strings.Cut(entry, "=")
		if name := fold(name); !shadows(name) && !set[name] {
			out = append(out, entry)
		}
	}
	for _, v := range vars {
		out = append(out, v.Name+"="+v.Value)
	}
	return out
}
