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

// alone is how long after Escape the rest of a sequence may take.
const alone = 100 * time.Millisecond

// keyboard reads keys. It reads byte by byte and only when a key is waited for:
// what is typed ahead stays in the terminal for the next question, or for the
// program that takes this one's place.
type keyboard struct {
	reader  cancelreader.CancelReader
	decoder *decoder
	ahead   []byte           // to be taken before anything is read
	changes <-chan os.Signal // see watch
	unwatch func()

	want  chan struct{} // asks for a byte
	got   chan heard    // the byte
	done  chan struct{} // the reading goroutine has ended
	asked bool          // a byte was asked for and has not come
}

type heard struct {
	b   byte
	err error
}

func openKeyboard(in *os.File, ahead []byte) (*keyboard, error) {
	reader, err := cancelreader.NewReader(readable(in))
	if err != nil {
		return nil, fmt.Errorf("reading from the terminal: %w", err)
	}
	k := &keyboard{
		reader: reader, decoder: &decoder{}, ahead: ahead,
		want: make(chan struct{}, 1), got: make(chan heard, 1), done: make(chan struct{}),
	}
	k.changes, k.unwatch = watch()
	go k.listen()
	return k, nil
}

func (k *keyboard) listen() {
	defer close(k.done)
	for range k.want {
		var b [1]byte
		n, err := k.reader.Read(b[:])
		if n == 1 {
			err = nil
		} else if err == nil {
			err = io.EOF
		}
		k.got <- heard{b[0], err}
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

// next waits for a key. Errors: ErrInterrupted when the terminal is gone, the
// context's.
func (k *keyboard) next(ctx context.Context) (key, error) {
	for {
		if ctx.Err() != nil {
			return key{}, ended(ctx)
		}
		if len(k.ahead) > 0 {
			b := k.ahead[0]
			k.ahead = k.ahead[1:]
			if pressed, ok := k.decoder.feed(b); ok {
				return pressed, nil
			}
			continue
		}
		if !k.asked {
			k.asked = true
			k.want <- struct{}{}
		}
		var late <-chan time.Time
		if k.decoder.partial() {
			late = time.After(alone)
		}
		select {
		case <-ctx.Done():
		case <-k.changes:
			return key{kind: redraw}, nil
		case <-late:
			if pressed := k.decoder.flush(); pressed.kind != nothing {
				return pressed, nil
			}
		case h := <-k.got:
			k.asked = false
			if h.err != nil {
				return key{}, session.ErrInterrupted // hung up
			}
			k.ahead = append(k.ahead, h.b)
		}
	}
}

// ended says why ctx did: Close, or its own reason.
func ended(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), session.ErrInterrupted) {
		return session.ErrInterrupted
	}
	return ctx.Err()
}
