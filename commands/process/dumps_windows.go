package process

// ForbidDumps does nothing: Windows writes none unless its owner has set that up.
func ForbidDumps() (allowAgain func()) { return func() {} }
