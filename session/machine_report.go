package session

// BrowserProbe is what came of starting a browser.
type BrowserProbe struct {
	Path    string   // the one that starts, else the first that was found; "" = none was
	Product string   // its name and version
	Sandbox bool     // whether it runs in one
	Others  []string // why browsers that come before it can't be used
}

// KeyringReport is how a keyring was found.
type KeyringReport struct {
	Name   string
	None   bool  // this machine has none; Err says why
	Locked bool  // it waits for its password
	Err    error // why it can't be used; nil = it can
}

// OrgReport is what an org tells somebody who is not signed in.
type OrgReport struct {
	Host   string // that the app's link leads to
	Engine string // "Identity Engine" or "Classic"; "" = it does not say
	Widget string // the version of the Sign-In Widget; "" = the page has none
	Answer ServerAnswer
}
