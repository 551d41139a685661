package page

// View is what a page says and asks, in its own words, cut to bounds, one line
// each.
type View struct {
	Origin   string // "null" for pages without one
	Title    string
	Heads    []string
	Errors   []string
	Lines    []string // all that is to be read but for errors and names of controls
	Controls []Control
	More     bool // there are more controls than these
	Frames   int  // other pages inside this one, which are not looked into
}

// Control is one thing that a person could answer or press.
type Control struct {
	Kind     string   // text secret choice box file, button link
	Label    string   // as a screen reader would say it
	Value    string   // of a text
	Options  []string // of a choice
	Picked   int      // the option that is picked; -1: none
	On       bool     // of a box; of a secret: something is typed in
	Required bool
	Off      bool // can't be pressed as the page stands
	Login    bool // a text that wants the person's name or address
	Submits  bool // a button that sends its form
	Form     int  // controls of one form have the same number; -1: of none
}
