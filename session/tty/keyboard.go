package tty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/muesli/cancelreader"

	"stsx/session"
)

// escapeWait is how long after Escape the rest of a sequence may take.
const escapeWait = 100 * time.Millisecond

// keyboard reads keys. It reads byte by byte and only when a key is waited for:
// what is typed ahead stays in the terminal for the next question, or for the
// program that takes this one's place.
type keyboard struct {
	reader  cancelreader.CancelReader
	decoder *keyDecoder
	ahead   []byte           // to be taken before anything is read
	changes <-chan os.Signal // see watch
	unwatch func()

	want  chan struct{}     // asks for a byte
	got   chan keyboardByte // the byte
	done  chan struct{}     // the reading goroutine has ended
	asked bool              // a byte was asked for and has not come
}

type keyboardByte struct {
	b   byte
	err error
}

func openKeyboard(in *os.File, ahead []byte) (*keyboard, error) {
	reader, err := cancelreader.NewReader(readableInput(in))
	if err != nil {
		return nil, fmt.Errorf("reading from the terminal: %w", err)
	}
	k := &keyboard{
		reader: reader, decoder: &keyDecoder{}, ahead: ahead,
		want: make(chan struct{}, 1), got: make(chan keyboardByte, 1), done: make(chan struct{}),
	}
	k.changes, k.unwatch = watchScreen()
	go session.ContainPanic(k.readBytes)()
	return k, nil
}

func (k *keyboard) readBytes() {
	defer close(k.done)
	for range k.want {
		var b [1]byte
		n, err := k.reader.Read(b[:])
		if n == 1 {
			err = nil
		} else if err == nil {
			err = io.EOF
		}
		k.got <- keyboardByte{b[0], err}
		if err != nil {
			return
		}
	}
}

// close ends the reading and returns what was read and not used.
func (k *keyboard) close() []byte {
	k.unwatch()
	close(k.want)
	if k.reader.Cancel() || !k.asked { // on Windows a read can be beyond cancelling
		<-k.done
	}
	k.reader.Close()
	select {
	case h := <-k.got:
		if h.err == nil {
			k.ahead = append(k.ahead, h.b)
		}
	default:
	}
	return k.ahead
}

// nextKey waits for a key. Errors: ErrInterrupted when the terminal is gone, the
// context's.
func (k *keyboard) nextKey(ctx context.Context) (keyPress, error) {
	for {
		if ctx.Err() != nil {
			return keyPress{}, endReason(ctx)
		}
		if len(k.ahead) > 0 {
			b := k.ahead[0]
			k.ahead = k.ahead[1:]
			if pressed, ok := k.decoder.feedByte(b); ok {
				return pressed, nil
			}
			continue
		}
		if !k.asked {
			k.asked = true
			k.want <- struct{}{}
		}
		var late <-chan time.Time
		if k.decoder.isPartial() {
			late = time.After(escapeWait)
		}
		select {
		case <-ctx.Done():
		case <-k.changes:
			return keyPress{kind: redrawScreen}, nil
		case <-late:
			if pressed := k.decoder.flushPending(); pressed.kind != noKey {
				return pressed, nil
			}
		case h := <-k.got:
			k.asked = false
			if h.err != nil {
				return keyPress{}, session.ErrInterrupted // hung up
			}
			k.ahead = append(k.ahead, h.b)
		}
	}
}

// endReason says why ctx did: Close, or its own reason.
func endReason(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), session.ErrInterrupted) {
		return session.ErrInterrupted
	}
	return ctx.Err()
}
