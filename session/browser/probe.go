package browser

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"

	"stsx/session"
)

// Probe starts the browser that OpenPage would for o, without a window, and ends it again. Errors as OpenPage's; where a policy
// forbids only a browser without a window it is that policy. Nothing is said, and no folder is made that a sign-in would keep:
// where there is none for profiles yet, this one is in the folder for temporary files.
func (l Launcher) Probe(ctx context.Context, o session.Org) (session.BrowserProbe, error) {
	l.Say, l.Record = func(string) {}, nil
	if _, err := os.Lstat(l.ProfileRoot); errors.Is(err, fs.ErrNotExist) {
		l.ProfileRoot = tempProfileRoot(l.Environ)
		defer os.Remove(l.ProfileRoot)
	}
	paths, err := Find(o.BrowserPath, l.Getenv)
	if err != nil {
		return session.BrowserProbe{}, err
	}
	p := session.BrowserProbe{Path: paths[0]}
	for i, path := range paths {
		opened, err := l.openIn(ctx, path, o, false)
		if forbidden := (*PolicyError)(nil); errors.As(err, &forbidden) && !forbidden.Windowed && i+1 < len(paths) && ctx.Err() == nil {
			p.Others = append(p.Others, err.Error())
			continue
		}
		if err != nil {
			return p, err
		}
		p.Path, p.Product, p.Sandbox = path, opened.b.Product(), opened.b.sandbox()
		return p, opened.Close()
	}
	return p, nil
}

// sandbox reports whether Chromium was started with its sandbox.
func (b *Browser) sandbox() bool { return !slices.Contains(b.process.cmd.Args, "--no-sandbox") }
