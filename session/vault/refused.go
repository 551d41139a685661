package vault

import (
	"context"
	"encoding/hex"
	"path/filepath"
	"strings"
	"time"

	"stsx/session"
	"stsx/session/files"
)

const refusedFolder = "refused"

// refusedLife is how long a refused password is not tried again.
const refusedLife = 10 * time.Minute

// MarkRefused remembers for ten minutes that o's provider refused password, so
// that the next of twenty waiting processes doesn't send it again and lock the
// account. What is kept is a keyed hash: without the key it can't be guessed
// against. When no key can be had it does nothing.
func (p *Passwords) MarkRefused(ctx context.Context, o session.Org, password session.Secret) {
	dir, err := p.store.home.folder(refusedFolder)
	if err != nil {
		p.store.warn("saving that the password was rejected: " + err.Error())
		return
	}
	k, err := p.store.keys.sealingKey(ctx)
	if err != nil {
		return
	}
	p.sweepRefused(dir)
	at := p.store.now().UTC().Format(time.RFC3339)
	if err := files.Replace(filepath.Join(dir, refusedFile(k, o, password)), []byte(at)); err != nil {
		p.store.warn("saving that the password was rejected: " + err.Error())
	}
}

// WasRefused reports whether MarkRefused was told so in the last ten minutes.
func (p *Passwords) WasRefused(ctx context.Context, o session.Org, password session.Secret) bool {
	if len(p.refusedFiles(o)) == 0 {
		return false // and no keyring is asked
	}
	k, err := p.store.keys.anyKey(ctx)
	if err != nil {
		return false
	}
	return p.isStillRefused(p.store.home.path(refusedFolder, refusedFile(k, o, password)))
}

// ClearRefused forgets what was refused for o: the person signed in, or says
// that the password is right now.
func (p *Passwords) ClearRefused(o session.Org) {
	for _, path := range p.refusedFiles(o) {
		files.Remove(path)
	}
}

func refusedFile(k key, o session.Org, password session.Secret) string {
	return o.ID() + "-" + hex.EncodeToString(k.derive("refused password", o.ID()+"\x00"+password.Reveal()))[:nameLength]
}

func (p *Passwords) refusedFiles(o session.Org) []string {
	dir := p.store.home.path(refusedFolder)
	var list []string
	for _, name := range fileNames(dir) {
		if strings.HasPrefix(name, o.ID()+"-") {
			list = append(list, filepath.Join(dir, name))
		}
	}
	return list
}

// isStillRefused also forgets what a clock set back would keep for long.
func (p *Passwords) isStillRefused(path string) bool {
	data, _, err := files.ReadOwn(path)
	if err != nil {
		return false
	}
	at, err := time.Parse(time.RFC3339, string(data))
	age := p.store.now().Sub(at)
	return err == nil && age > -refusedLife && age < refusedLife
}

func (p *Passwords) sweepRefused(dir string) {
	files.RemoveUnfinished(dir, p.store.now())
	for _, name := range fileNames(dir) {
		if path := filepath.Join(dir, name); !p.isStillRefused(path) {
			files.Remove(path)
		}
	}
}
