package files

import "os/user"

// AccountHome is the home that the system has for the person where home, that of the
// environment, is not set; else "".
func AccountHome(home string) string {
	if home != "" {
		return ""
	}
	account, err := user.Current()
	if err != nil {
		return ""
	}
	return account.HomeDir
}
