package tty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"

	"stsx/session"
)

const (
	patience = 3    // times a question is put before an empty or useless answer is taken for a no
	longest  = 4096 // characters of an answer; x/term drops what comes after
)

// Ask asks one question. A secret comes back exactly as it was typed; other
// answers without the space around them. A secret is asked for up to three
// times while it is left empty and may not be; then the error wraps *InputError.
func (t *Terminal) Ask(ctx context.Context, q session.Question) (string, error) {
	var answer string
	err := t.hold(ctx, q, func(ctx context.Context, d *dialogue) error {
		for range patience {
			line, err := d.line(ctx, q.Prompt, q.Secret)
			if err != nil {
				return err
			}
			if !q.Secret {
				line = strings.TrimSpace(line)
			}
			if line != "" || !q.Secret || q.Empty {
				answer = line
				return nil
			}
		}
		return &unanswered{q}
	})
	if err != nil {
		return "", err
	}
	return answer, nil
}

// Confirm asks for yes or no; Enter alone is otherwise.
func (t *Terminal) Confirm(ctx context.Context, prompt string, otherwise bool) (bool, error) {
	choice := " [y/N]"
	if otherwise {
		choice = " [Y/n]"
	}
	q := session.Question{Prompt: prompt + choice, What: "an answer to \"" + clean(prompt) + "\""}
	answer := otherwise
	err := t.hold(ctx, q, func(ctx context.Context, d *dialogue) error {
		for range patience {
			line, err := d.line(ctx, q.Prompt, false)
			if err != nil {
				return err
			}
			switch strings.ToLower(strings.TrimSpace(line)) {
			case "":
				return nil
			case "y", "yes":
				answer = true
				return nil
			case "n", "no":
				answer = false
				return nil
			}
		}
		return &unanswered{q}
	})
	if err != nil {
		return false, err
	}
	return answer, nil
}

// unanswered: the person pressed Enter and nothing else, or gave no answer that
// fits, each time.
type unanswered struct{ question session.Question }

func (e *unanswered) Error() string {
	return fmt.Sprintf("%s was asked for %d times and not given", e.question.What, patience)
}

// Unwrap makes it an InputError to those who have a hint for one.
func (e *unanswered) Unwrap() error {
	return &session.InputError{What: e.question.What, Give: e.question.Give}
}

// line lets one line be edited. Errors: ErrInterrupted, the context's.
func (d *dialogue) line(ctx context.Context, prompt string, secret bool) (string, error) {
	typed := &typing{dialogue: d, ctx: ctx}
	typed.editor = term.NewTerminal(typed, "")
	typed.editor.SetSize(sizeOf(d.out))
	prompt = clean(prompt)
	if strings.HasSuffix(prompt, "?") || strings.HasSuffix(prompt, ":") || strings.HasSuffix(prompt, "]") {
		prompt += " "
	} else {
		prompt += ": "
	}
	var line string
	var err error
	if secret {
		line, err = typed.editor.ReadPassword(prompt)
	} else {
		typed.editor.SetPrompt(prompt)
		line, err = typed.editor.ReadLine()
	}
	if err != nil {
		d.write("\r\n")
		if errors.Is(err, io.EOF) { // Ctrl-D
			err = session.ErrInterrupted
		}
		return "", err
	}
	if typed.length > longest {
		return "", fmt.Errorf("reading from the terminal: the answer is longer than %d characters", longest)
	}
	return line, nil
}

// typing is the terminal as the editor of x/term sees it: it reads only the
// bytes of keys that mean something, so that no key can confuse it.
type typing struct {
	*dialogue
	ctx    context.Context
	editor *term.Terminal
	length int // characters typed
	rest   []byte
}

func (t *typing) Read(p []byte) (int, error) {
	for len(t.rest) == 0 {
		pressed, err := t.next(t.ctx)
		if err != nil {
			return 0, err
		}
		switch pressed.kind {
		case interrupt:
			return 0, session.ErrInterrupted
		case redraw:
			t.again()
			t.editor.SetSize(sizeOf(t.out))
		case char:
			t.length++
			t.rest = []byte(string(pressed.char))
		default:
			t.rest = []byte(editing(pressed.kind))
		}
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

// Write shows what is typed, neutralised: a paste is no more to be trusted
// than any text. What the editor itself sends is all ASCII.
func (t *typing) Write(p []byte) (int, error) {
	shown := strings.Map(func(r rune) rune {
		if r > 0x7f && session.IsHidden(r) {
			return session.HiddenMark
		}
		return r
	}, string(p))
	t.write(shown)
	return len(p), nil
}

// editing is how the editor knows a key. Ctrl-D is the one key that it decides
// on: it ends an empty line and deletes in another.
func editing(k kind) string {
	switch k {
	case enter:
		return "\r"
	case closed:
		return "\x04"
	case left:
		return "\x1b[D"
	case right:
		return "\x1b[C"
	case home:
		return "\x1b[H"
	case end:
		return "\x1b[F"
	case backspace:
		return "\x7f"
	case forward:
		return "\x1b[3~"
	case eraseWord:
		return "\x17"
	case eraseLine:
		return "\x15"
	}
	return ""
}
