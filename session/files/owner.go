package files

// OwnerError: a file or folder is another user's, or others can write to it, so
// that what is in it may be theirs, or what stsx writes there would be.
type OwnerError struct {
	Path string
	Why  string // "belongs to jane (uid 1000), and stsx runs as root (uid 0)"
	Cure string
}

func (e *OwnerError) Error() string { return e.Path + " " + e.Why }

// Hint says what to do about it.
func (e *OwnerError) Hint() string { return e.Cure }
