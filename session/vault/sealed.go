package vault

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"stsx/session"
	"stsx/session/files"
)

// sweepEvery is how often a folder is swept at most: who writes hundreds of
// files need not open all of them each time.
const sweepEvery = time.Minute

// sealedFolder is a folder of sealed files. Each holds one V and has a name that
// comes from the key and the text that V is kept under, so that it says nothing.
type sealedFolder[V any] struct {
	home    stateFolder
	keys    *keyChain
	now     func() time.Time
	warn    func(string)
	name    string        // of the folder
	holds   string        // for messages: "sessions"
	purpose string        // of the files' names; see key.derive
	life    time.Duration // a file of that age is of no use, whatever it holds

	encode func(V) ([]byte, error)
	decode func(plain []byte) (V, error) // errDamaged
	under  func(V) string                // the text that V is kept under
	ended  func(V) bool                  // V is of no use any more

	mu    sync.Mutex
	swept time.Time
}

// sealedFile is a file that was opened.
type sealedFile[V any] struct {
	value V
	path  string
}

func (f *sealedFolder[V]) dir() string { return f.home.path(f.name) }

// fileName is the name of the file for text.
func (f *sealedFolder[V]) fileName(k key, text string) string {
	return hex.EncodeToString(k.derive(f.purpose, text))[:nameLength]
}

// find returns what is kept under text. With the key in the kernel's keyring it
// costs a few system calls; the OS keyring is asked only when there are files
// that the near key does not explain. What lies under text's name and can't be
// opened is removed. Errors: session.ErrNoKeyring (wrapped) when there are files
// and no key, the context's.
func (f *sealedFolder[V]) find(ctx context.Context, text string) (found V, ok bool, err error) {
	near, have := f.keys.nearKey()
	if have {
		if found, ok = f.lookUp(near, text); ok {
			return found, true, nil
		}
	}
	far, ok, err := f.farKey(ctx, near, have)
	if !ok || err != nil {
		return found, false, err
	}
	if found, ok = f.lookUp(far, text); ok {
		f.keys.adopt(far)
	}
	return found, ok, nil
}

// lookUp opens the file for text with k. The file's name comes from k, so a
// file that is there and doesn't open never will.
func (f *sealedFolder[V]) lookUp(k key, text string) (V, bool) {
	path := filepath.Join(f.dir(), f.fileName(k, text))
	found, info, err := f.open(k, path)
	if err == nil && f.under(found) == text {
		return found, true
	}
	switch {
	case info != nil:
		files.RemoveSame(path, info)
	case !errors.Is(err, fs.ErrNotExist):
		f.warn("reading " + f.holds + ": " + err.Error())
	}
	var none V
	return none, false
}

// open reads the file at path. info is nil when it could not be read.
func (f *sealedFolder[V]) open(k key, path string) (found V, info fs.FileInfo, err error) {
	data, info, err := files.ReadOwn(path)
	if err != nil {
		return found, nil, err
	}
	plain, err := k.open(filepath.Base(path), data)
	if err != nil {
		return found, info, err
	}
	if found, err = f.decode(plain); err == nil && f.fileName(k, f.under(found)) != filepath.Base(path) {
		err = errDamaged
	}
	return found, info, err
}

// put keeps v in place of what was kept under the same text. What is out of
// date in the folder is removed on the way. Errors: session.ErrNoKeyring
// (wrapped), the context's, what the file system said.
func (f *sealedFolder[V]) put(ctx context.Context, v V) error {
	dir, err := f.home.folder(f.name)
	if err != nil {
		return err
	}
	k, err := f.keys.sealingKey(ctx)
	if err != nil {
		return err
	}
	if err := f.write(k, v); err != nil {
		return err
	}
	if f.sweepIsDue() {
		f.sweep(k, dir)
	}
	return nil
}

func (f *sealedFolder[V]) write(k key, v V) error {
	plain, err := f.encode(v)
	if err != nil {
		return err
	}
	name := f.fileName(k, f.under(v))
	sealed := k.seal(name, plain)
	if len(sealed) > files.OwnLimit {
		return fmt.Errorf("%d bytes, and at most %d can be saved", len(sealed), files.OwnLimit)
	}
	return files.Replace(filepath.Join(f.dir(), name), sealed)
}

func (f *sealedFolder[V]) sweepIsDue() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	if since := now.Sub(f.swept); since >= 0 && since < sweepEvery {
		return false
	}
	f.swept = now
	return true
}

// sweep removes what has ended, files that can never be opened and what killed
// writers left. A file of another key or version is left alone for as long as
// it may be of use: its key may only be out of reach.
func (f *sealedFolder[V]) sweep(k key, dir string) {
	files.RemoveUnfinished(dir, f.now())
	for _, name := range fileNames(dir) {
		path := filepath.Join(dir, name)
		found, info, err := f.open(k, path)
		switch {
		case info == nil:
		case f.now().Sub(info.ModTime()) > f.life, errors.Is(err, errDamaged), err == nil && f.ended(found):
			files.RemoveSame(path, info)
		}
	}
}

// list returns all that can be opened, with the near key's first. Errors as
// find.
func (f *sealedFolder[V]) list(ctx context.Context) ([]sealedFile[V], error) {
	keys, err := f.openingKeys(ctx)
	if err != nil {
		return nil, err
	}
	var all []sealedFile[V]
	for _, k := range keys {
		for _, name := range fileNames(f.dir()) {
			path := filepath.Join(f.dir(), name)
			if found, _, err := f.open(k, path); err == nil {
				all = append(all, sealedFile[V]{found, path})
			}
		}
	}
	return all, nil
}

// remove removes what is kept under text. Errors as find, and what the file
// system said.
func (f *sealedFolder[V]) remove(ctx context.Context, text string) error {
	keys, err := f.openingKeys(ctx)
	for _, k := range keys {
		err = errors.Join(err, files.Remove(filepath.Join(f.dir(), f.fileName(k, text))))
	}
	return err
}

// removeMatching removes what match says yes to, and returns under how many
// texts that was kept. Errors as remove.
func (f *sealedFolder[V]) removeMatching(ctx context.Context, match func(V) bool) (n int, err error) {
	all, err := f.list(ctx)
	gone := map[string]bool{}
	for _, file := range all {
		if !match(file.value) {
			continue
		}
		if problem := files.Remove(file.path); problem != nil {
			err = errors.Join(err, problem)
			continue
		}
		gone[f.under(file.value)] = true
	}
	return len(gone), err
}

// sealAgain writes what can be opened, and is still of use, under next as well,
// and returns the files that it was read from.
func (f *sealedFolder[V]) sealAgain(ctx context.Context, next key) (old []string, err error) {
	all, err := f.list(ctx)
	for _, file := range all {
		if !f.ended(file.value) {
			err = errors.Join(err, f.write(next, file.value))
		}
		old = append(old, file.path)
	}
	return old, err
}

// removeSealed removes what k sealed.
func (f *sealedFolder[V]) removeSealed(k key) {
	for _, name := range fileNames(f.dir()) {
		if path := filepath.Join(f.dir(), name); bytes.Equal(sealedHead(path), k.head()) {
			_ = files.Remove(path)
		}
	}
}

// openingKeys are the keys that may open what is there: the near one, and the
// OS keyring's where that one does not explain every file. A folder without
// files asks no keyring. Errors as find.
func (f *sealedFolder[V]) openingKeys(ctx context.Context) ([]key, error) {
	var keys []key
	near, have := f.keys.nearKey()
	if have {
		keys = append(keys, near)
	}
	far, ok, err := f.farKey(ctx, near, have)
	if ok {
		keys = append(keys, far)
	}
	return keys, err
}

// farKey is the OS keyring's key where there are files that near, if there is
// one, does not explain; ok is false where it is of no help. Errors as find.
func (f *sealedFolder[V]) farKey(ctx context.Context, near key, have bool) (far key, ok bool, err error) {
	if !f.unexplained(near, have) {
		return key{}, false, nil
	}
	far, err = f.keys.keyringKey(ctx)
	switch {
	case ctx.Err() != nil:
		return key{}, false, ctx.Err()
	case err == nil && have:
		return far, far != near, nil
	case err == nil:
		f.keys.adopt(far)
		return far, true, nil
	case have || errors.Is(err, errAbsent):
		return key{}, false, nil
	}
	return key{}, false, fmt.Errorf("%w: %w", session.ErrNoKeyring, err)
}

// unexplained reports whether there is a file that another key than k sealed.
func (f *sealedFolder[V]) unexplained(k key, have bool) bool {
	for _, name := range fileNames(f.dir()) {
		head := sealedHead(filepath.Join(f.dir(), name))
		if head != nil && !(have && bytes.Equal(head, k.head())) {
			return true
		}
	}
	return false
}

// sealedHead returns the head of a sealed file of this version, nil for others.
func sealedHead(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	head := make([]byte, headSize)
	if _, err := io.ReadFull(f, head); err != nil || !bytes.HasPrefix(head, append([]byte(sealMagic), formatVersion)) {
		return nil
	}
	return head
}
