package session

import "slices"

// ColorNames are the colours that a profile may have: those of every terminal that
// can be read on black and on white, in the order of their codes 31 to 36.
func ColorNames() []string { return []string{"red", "green", "yellow", "blue", "magenta", "cyan"} }

// ColorCode is the SGR code that writes in the colour called name, 0 when there is none.
func ColorCode(name string) int {
	i := slices.Index(ColorNames(), name)
	if i < 0 {
		return 0
	}
	return 31 + i
}
