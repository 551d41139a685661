package bundle

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"stsx/session"
	"stsx/session/files"
)

const readmeText = `What stsx saw of a sign-in, for finding out why it went as it did.

error.txt     what stsx said at its end
timeline.txt  steps and network requests, addresses without their queries
facts.txt     versions and settings
screens/      each page that was recognised or could not be: a picture with
              everything in fields blanked, and its structure without values

Passwords, codes, cookies, tokens and the assertion are not in here, nor is
the username. The pages' own words and your org's address are: look through
the pictures before you hand this on.
`

// CheckPath tells, before anything is done, whether WriteZip will be able to: a file
// that exists is never overwritten.
func (b *Bundle) CheckPath() error {
	if _, err := os.Lstat(b.path); err == nil {
		return fmt.Errorf("%s exists already; name another file", b.path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the debug bundle can't be written: %w", err)
	}
	dir, err := os.Stat(filepath.Dir(b.path))
	switch {
	case err != nil:
		return fmt.Errorf("the debug bundle can't be written: %w", err)
	case !dir.IsDir():
		return fmt.Errorf("the debug bundle can't be written: %s is not a directory", filepath.Dir(b.path))
	}
	return nil
}

// WriteZip writes the file, for its owner only, whole or not at all. said is what
// the person was told at the end, "" after a success. A second WriteZip takes the
// place of the first; any other file that is there by now stays.
func (b *Bundle) WriteZip(said string) (err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var packed bytes.Buffer
	err = b.packZip(&packed, said)
	switch {
	case err != nil:
	case b.written:
		err = files.Replace(b.path, packed.Bytes())
	default:
		err = files.Create(b.path, packed.Bytes())
	}
	if err != nil {
		return fmt.Errorf("writing the debug bundle: %w", err)
	}
	b.written = true
	return nil
}

func (b *Bundle) packZip(to io.Writer, said string) error {
	z := zip.NewWriter(to)
	for _, m := range b.members(said) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: b.now()})
		if err == nil {
			_, err = io.WriteString(w, m.text)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

type zipMember struct{ name, text string }

func (b *Bundle) members(said string) []zipMember {
	if said == "" {
		said = "nothing went wrong\n"
	}
	var facts strings.Builder
	for _, f := range b.facts {
		fmt.Fprintf(&facts, "%-20s %s\n", f.name, f.value)
	}
	timeline := strings.Join(b.steps, "\n") + "\n"
	if b.dropped > 0 {
		timeline += fmt.Sprintf("%d more screens are left out\n", b.dropped)
	}
	all := []zipMember{
		{"README.txt", readmeText},
		{"error.txt", b.scrubbedText(said)},
		{"timeline.txt", b.scrubbedText(timeline)},
		{"facts.txt", b.scrubbedText(facts.String())},
	}
	for i, s := range b.screens {
		name := s.fileName(i + 1)
		if s.outline != "" {
			all = append(all, zipMember{name + ".html.txt", b.scrubbedText(s.outline)})
		}
		if s.picture != nil {
			all = append(all, zipMember{name + ".png", string(s.picture)})
		}
	}
	return all
}

// scrubbedText is text without what is hidden, and without what looks like a
// token.
func (b *Bundle) scrubbedText(text string) string {
	return strikeTokens(session.RedactEach(text, b.hidden))
}
