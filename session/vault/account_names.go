package vault

import (
	"maps"
	"path/filepath"
	"sync"
	"time"
	"unicode/utf8"

	"stsx/session"
)

const (
	namesFile = "accounts.json"
	// namesLife is how long a name counts that has not been seen since.
	namesLife = 90 * 24 * time.Hour
	// longestName is AWS's limit of an account's name, in characters; an alias
	// has 63.
	longestName = 64
)

// AccountNames implements session.AccountNames with a file.
type AccountNames struct {
	file cache[accountName]

	mu    sync.Mutex
	known map[string]accountName // nil: not read yet
}

var _ session.AccountNames = (*AccountNames)(nil)

// accountName is what the file has under an account's number.
type accountName struct {
	Name string    `json:"name"`
	Seen time.Time `json:"seen"`
}

// NewAccountNames returns those in dir, $XDG_CACHE_HOME/stsx. It touches nothing.
func NewAccountNames(dir string, clock func() time.Time) *AccountNames {
	return &AccountNames{file: cache[accountName]{
		path: filepath.Join(dir, namesFile), life: namesLife, now: clock,
		entryTime: func(n accountName) (time.Time, bool) { return n.Seen, isShowable(n.Name) },
	}}
}

// Name implements session.AccountNames. The file is read once.
func (n *AccountNames) Name(account string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil {
		n.known = n.file.entries()
	}
	return n.known[account].Name
}

// Learn implements session.AccountNames.
func (n *AccountNames) Learn(names map[string]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	learnt := map[string]accountName{}
	for account, name := range names {
		if isShowable(name) {
			learnt[account] = accountName{name, n.file.now().UTC()}
		}
	}
	n.file.add(learnt)
	n.known = n.file.entries()
	maps.Copy(n.known, learnt) // also where the file can't be written
}

// isShowable tells whether a name is one that a line of text can hold.
func isShowable(name string) bool {
	return name != "" && utf8.RuneCountInString(name) <= longestName && session.IsVisible(name)
}
