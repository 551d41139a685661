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
	maxTries  = 3    // times a question is put before an empty or useless answer is taken for a no
	maxAnswer = 4096 // characters of an answer; x/term drops what comes after
)

// Ask asks one question. A secret comes back exactly as it was typed; other
// answers without the space around them. A secret is asked for up to three
// times while it is left empty and may not be; then the error wraps *InputError.
func (t *Terminal) Ask(ctx context.Context, q session.Question) (string, error) {
	var answer string
	err := t.withDialogue(ctx, q, func(ctx context.Context, d *dialogue) error {
		for range maxTries {
			line, err := d.editLine(ctx, q.Prompt, q.Draft, q.Secret)
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
		return &unansweredError{q}
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
	q := session.Question{Prompt: prompt + choice, What: "an answer to \"" + session.VisibleLine(prompt) + "\""}
	answer := otherwise
	err := t.withDialogue(ctx, q, func(ctx context.Context, d *dialogue) error {
		for range maxTries {
			line, err := d.readLine(ctx, q.Prompt, false)
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
		return &unansweredError{q}
	})
	if err != nil {
		return false, err
	}
	return answer, nil
}

// unansweredError: the person pressed Enter and nothing else, or gave no answer that
// fits, each time.
type unansweredError struct{ question session.Question }

func (e *unansweredError) Error() string {
	return "no answer: " + e.question.What + " is required"
}

// Unwrap makes it an InputError to those who have a hint for one.
func (e *unansweredError) Unwrap() error {
	return &session.InputError{What: e.question.What, Give: e.question.Give}
}

// readLine is editLine of an empty line.
func (d *dialogue) readLine(ctx context.Context, prompt string, secret bool) (string, error) {
	return d.editLine(ctx, prompt, "", secret)
}

// editLine lets one line be edited, which begins as draft. Errors: ErrInterrupted,
// the context's.
func (d *dialogue) editLine(ctx context.Context, prompt, draft string, secret bool) (string, error) {
	typed := &lineEditor{dialogue: d, ctx: ctx, rest: []byte(session.VisibleLine(draft))}
	typed.editor = term.NewTerminal(typed, "")
	typed.editor.SetSize(sizeOf(d.out))
	prompt = session.VisibleLine(prompt)
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
		d.writeText("\r\n")
		if errors.Is(err, io.EOF) { // Ctrl-D
			err = session.ErrInterrupted
		}
		return "", err
	}
	if typed.length > maxAnswer {
		return "", fmt.Errorf("reading from the terminal: the answer is longer than %d characters", maxAnswer)
	}
	return line, nil
}

// lineEditor is the terminal as the editor of x/term sees it: it reads only the
// bytes of keys that mean something, so that no key can confuse it.
type lineEditor struct {
	*dialogue
	ctx    context.Context
	editor *term.Terminal
	length int // characters typed
	rest   []byte
}

func (t *lineEditor) Read(p []byte) (int, error) {
	for len(t.rest) == 0 {
		pressed, err := t.nextKey(t.ctx)
		if err != nil {
			return 0, err
		}
		switch pressed.kind {
		case interruptKey:
			return 0, session.ErrInterrupted
		case redrawScreen:
			t.resumeRaw()
			t.editor.SetSize(sizeOf(t.out))
		case charKey:
			t.length++
			t.rest = []byte(string(pressed.char))
		default:
			t.rest = []byte(editorBytes(pressed.kind))
		}
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

// Write shows what is typed, neutralised: a paste is no more to be trusted
// than any text. What the editor itself sends is all ASCII.
func (t *lineEditor) Write(p []byte) (int, error) {
	shown := strings.Map(func(r rune) rune {
		if r > 0x7f && session.IsHidden(r) {
			return session.HiddenMark
		}
		return r
	}, string(p))
	t.writeText(shown)
	return len(p), nil
}

// editorBytes is how the editor knows a key. Ctrl-D is the one key that it decides
// on: it ends an empty line and deletes in another.
func editorBytes(k keyKind) string {
	switch k {
	case enterKey:
		return "\r"
	case endOfInput:
		return "\x04"
	case leftKey:
		return "\x1b[D"
	case rightKey:
		return "\x1b[C"
	case homeKey:
		return "\x1b[H"
	case endKey:
		return "\x1b[F"
	case backspaceKey:
		return "\x7f"
	case deleteKey:
		return "\x1b[3~"
	case eraseWordKey:
		return "\x17"
	case eraseLineKey:
		return "\x15"
	}
	return ""
}
