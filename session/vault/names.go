package vault

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"sync"
	"time"
	"unicode/utf8"

	"stsx/session"
	"stsx/session/files"
)

const (
	namesFile = "accounts.json"
	// namesLife is how long a name counts that has not been seen since.
	namesLife = 90 * 24 * time.Hour
	// longestName is AWS's limit of an account's name, in characters; an alias
	// has 63.
	longestName = 64
)

// Names implements session.Names with a file. Of two processes that learn at
// once one may forget.
type Names struct {
	dir string
	now func() time.Time

	mu   sync.Mutex
	seen map[string]called // nil: not read yet
}

var _ session.Names = (*Names)(nil)

// NewNames returns the Names in dir, $XDG_CACHE_HOME/stsx. It touches nothing.
func NewNames(dir string, clock func() time.Time) *Names { return &Names{dir: dir, now: clock} }

// called is what the file has under an account's number.
type called struct {
	Name string    `json:"name"`
	Seen time.Time `json:"seen"`
}

// Name implements session.Names. The file is read once.
func (n *Names) Name(account string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = n.read()
	}
	return n.seen[account].Name
}

// Learn implements session.Names.
func (n *Names) Learn(names map[string]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seen = n.read()
	for account, name := range names {
		if showable(name) {
			n.seen[account] = called{name, n.now().UTC()}
		}
	}
	if files.MakePrivate(n.dir) != nil {
		return
	}
	data, err := json.MarshalIndent(n.seen, "", "  ")
	if err != nil {
		return
	}
	files.Replace(filepath.Join(n.dir, namesFile), append(data, '\n'))
}

func (n *Names) read() map[string]called {
	all := map[string]called{}
	data, _, err := files.ReadOwn(filepath.Join(n.dir, namesFile))
	if err != nil || json.Unmarshal(data, &all) != nil || all == nil {
		return map[string]called{}
	}
	maps.DeleteFunc(all, func(_ string, of called) bool {
		age := n.now().Sub(of.Seen)
		return age < -namesLife || age > namesLife || !showable(of.Name)
	})
	return all
}

// showable tells whether a name is one that a line of text can hold.
func showable(name string) bool {
	return name != "" && utf8.RuneCountInString(name) <= longestName && session.IsVisible(name)
}
