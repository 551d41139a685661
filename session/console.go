package session

import "time"

// ConsolePage is where in AWS's console a person goes.
type ConsolePage struct {
	Service  string        // as in the console's addresses: "ec2"; "" = its home page
	Duration time.Duration // of the console's own session; 0 = as long as the credentials were given for
	Issuer   string        // where the console sends the person when its session has ended; "" = nowhere
}

// ConsoleWindow is a browser window of a role's own.
type ConsoleWindow struct {
	Profile     string
	Role        Role
	Title       string // of the window
	Color       string // one of ColorNames; "" = one by the account
	BrowserPath string // "" = the one that is found
	NoSandbox   bool
}
