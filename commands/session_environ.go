package commands

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"stsx/commands/process"
	"stsx/session"
	"stsx/shellinit"
)

// colorVariable is what the prompt writes the session in: one of session.ColorNames.
const colorVariable = "STSX_COLOR"

// sessionVariables is the one list of what a session is to a program.
func sessionVariables(s session.Session) []shellinit.Var {
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
	if s.Only != "" {
		add(onlyVariable, s.Only)
	}
	if s.Color != "" {
		add(colorVariable, s.Color)
	}
	add("STSX_EXPIRES", strconv.FormatInt(c.Expires.Unix(), 10))
	return vars
}

// identityVariables are the variables that would win over the session's or name
// another identity beside it.
func identityVariables() []string {
	return []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
		"AWS_SECURITY_TOKEN", "AWS_SESSION_EXPIRATION",
		"AWS_ACCESS_KEY", "AWS_SECRET_KEY", // the first Java SDK's names
		"AMAZON_ACCESS_KEY_ID", "AMAZON_SECRET_ACCESS_KEY", "AMAZON_SESSION_TOKEN", // Ruby's SDK, and the second JavaScript SDK
		"AWS_CREDENTIAL_FILE", "AWS_CREDENTIAL_PROFILES_FILE", // boto 2, and the first Java SDK
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE",
		"AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_ACCOUNT_ID", "AWS_CREDENTIAL_SCOPE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
		"STSX_PROFILE", "STSX_ACCOUNT", "STSX_ROLE", onlyVariable, colorVariable, "STSX_EXPIRES",
	}
}

// shadowsSession reports whether a variable of the parent would win over the
// session's, name another identity beside it, or is a secret of stsx's own (which no child
// gets, but which is not env's to take out of that person's shell).
func shadowsSession(name string) bool {
	return slices.Contains(identityVariables(), name) || strings.HasPrefix(name, "AWS_CONTAINER_") ||
		strings.HasPrefix(name, "AWS_BEARER_TOKEN_") ||
		process.IsSecret(name)
}

// shadowingNames are the variables of environ that a shell has to unset when it sets
// those of set, as overlay leaves them out. A name that no shell can hold stays.
func shadowingNames(environ []string, set []shellinit.Var, goos string) []string {
	var names []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if goos == "windows" {
			name = strings.ToUpper(name)
		}
		isSet := slices.ContainsFunc(set, func(v shellinit.Var) bool { return v.Name == name })
		if shadowsSession(name) && !process.IsSecret(name) && !isSet && shellinit.IsIdentifier(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// sessionNames are the variables that a session put into the environment. The
// region's are among them when they look like a session's: both there, and
// the same.
func sessionNames(getenv func(string) string) []string {
	var names []string
	region := getenv("AWS_REGION")
	ours := getenv("STSX_PROFILE") != "" && region != "" && region == getenv("AWS_DEFAULT_REGION")
	if getenv("STSX_PROFILE") != "" && getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN") != "" { // exec --refresh
		names = append(names, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN")
	}
	for _, v := range sessionVariables(session.Session{Region: "any", Only: "any", Color: "any"}) {
		if ours || v.Name != "AWS_REGION" && v.Name != "AWS_DEFAULT_REGION" {
			names = append(names, v.Name)
		}
	}
	return names
}

// overlayEnviron returns parent without what shadows the session, and with vars.
// Everything else stays as it was, in its order.
func overlayEnviron(parent []string, vars []shellinit.Var, goos string) []string {
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
		if name := fold(name); !shadowsSession(name) && !set[name] {
			out = append(out, entry)
		}
	}
	for _, v := range vars {
		out = append(out, v.Name+"="+v.Value)
	}
	return out
}
