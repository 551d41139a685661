package process

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// OutputText is an OutputSpool that knows whether it holds UTF-8, for JSON.
type OutputText struct {
	OutputSpool
	broken bool
	rest   []byte // of a character that has not come whole
}

// Write adds p.
func (t *OutputText) Write(p []byte) (int, error) {
	if !t.broken {
		t.checkUTF8(p)
	}
	return t.OutputSpool.Write(p)
}

func (t *OutputText) checkUTF8(p []byte) {
	if len(t.rest) > 0 {
		p = append(t.rest, p...)
	}
	for len(p) > 0 {
		r, size := utf8.DecodeRune(p)
		if r == utf8.RuneError && size == 1 {
			if !utf8.FullRune(p) {
				break
			}
			t.broken, p = true, nil
			break
		}
		p = p[size:]
	}
	t.rest = bytes.Clone(p)
}

// IsUTF8 reports whether all of it is UTF-8.
func (t *OutputText) IsUTF8() bool { return !t.broken && len(t.rest) == 0 }

// WriteJSON writes it as a JSON string, with U+FFFD in place of what is no UTF-8.
func (t *OutputText) WriteJSON(to io.Writer) error {
	from, err := t.Reader()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(to, `"`); err != nil {
		return err
	}
	buffer := make([]byte, 32<<10)
	kept := 0
	for {
		n, err := from.Read(buffer[kept:])
		n += kept
		over := errors.Is(err, io.EOF)
		if err != nil && !over {
			return err
		}
		end := n
		for back := 1; !over && back < utf8.UTFMax && back <= n; back++ {
			if utf8.RuneStart(buffer[n-back]) {
				if !utf8.FullRune(buffer[n-back : n]) {
					end = n - back // it has not come whole
				}
				break
			}
		}
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(string(buffer[:end])); err != nil {
			return err
		}
		quoted := bytes.TrimSuffix(text.Bytes(), []byte("\n"))
		if _, err := to.Write(quoted[1 : len(quoted)-1]); err != nil {
			return err
		}
		if over {
			_, err := io.WriteString(to, `"`)
			return err
		}
		kept = copy(buffer, buffer[end:n])
	}
}

// WriteBase64 writes it as a JSON string in base64, which holds every byte.
func (t *OutputText) WriteBase64(to io.Writer) error {
	from, err := t.Reader()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(to, `"`); err != nil {
		return err
	}
	encoder := base64.NewEncoder(base64.StdEncoding, to)
	if _, err := io.Copy(encoder, from); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	_, err = io.WriteString(to, `"`)
	return err
}
