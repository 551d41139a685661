// Package process deals with other programs: it replaces stsx by one, runs one
// beside it or many at once, asks the programs that the configuration names for
// a password or a code, passes signals on, and looks up who started stsx.
package process

// Ended is how a program ended that ran beside stsx instead of in its place.
type Ended struct {
	Status int // its exit status; 128+N when signal N ended it
	Signal int // that ended it; 0 = none did
}

func (e Ended) Error() string { return "the command ended" }
