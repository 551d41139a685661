package page

import "time"

// Work is what a page shows that works before it sends what was pressed; zero: it
// does not work.
type Work struct {
	Going string // mark: it is at work. The press is not lost, and an answer is one to the work
	Over  string // mark: it gave up and sends nothing
}

// Reply is what a press caused: the answer to the request it was to send, or a
// new document, or neither when the page redrew itself without a request (all
// fields zero). Body may hold tokens.
type Reply struct {
	Status    int    // HTTP status of the answer or of the new document; 0: none
	URL       string // without query and fragment
	Body      []byte // of the answer; nil for a document, and when the page left before it could be read
	Navigated bool   // a new document is there, or the SAML response was posted

	Wait time.Duration // for which a 429 or 503 asks not to be bothered again; 0: it does not say
}
