package browser

import (
	"slices"
	"strings"
)

// childEnvironment is ours without what Chromium must not see: our secrets, AWS's, and proxies (they go by flag, without
// their passwords).
func childEnvironment(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		name = strings.ToUpper(name)
		return strings.HasPrefix(name, "STSX_") || strings.HasPrefix(name, "AWS_") ||
			strings.HasSuffix(name, "_PROXY") || name == "CHROME_HEADLESS"
	})
}

// lookupVariable is the value of a variable in an environment, the last one winning as it does in exec.
func lookupVariable(environ []string, name string) string {
	value := ""
	for _, variable := range environ {
		if key, v, _ := strings.Cut(variable, "="); key == name {
			value = v
		}
	}
	return value
}
