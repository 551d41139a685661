package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
)

// groupedSink keeps lines until its child has ended: records of a byte that tells
// which stream, the length, and the lines.
type groupedSink struct {
	prefixedSink
	streams *OutputStreams

	mu   sync.Mutex
	kept OutputSpool
}

func (g *groupedSink) keepText(toErr bool, text []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	head := make([]byte, 5)
	if toErr {
		head[0] = 1
	}
	binary.BigEndian.PutUint32(head[1:], uint32(len(text)))
	if _, err := g.kept.Write(head); err != nil {
		return err
	}
	_, err := g.kept.Write(text)
	return err
}

func (g *groupedSink) End(e ChildEnding) error {
	err := g.prefixedSink.End(e)
	if err == nil {
		err = g.replayKept()
	}
	return errors.Join(err, g.kept.Close())
}

func (g *groupedSink) replayKept() error {
	from, err := g.kept.Reader()
	if err != nil {
		return err
	}
	g.streams.mu.Lock()
	defer g.streams.mu.Unlock()
	head := make([]byte, 5)
	var text []byte
	for {
		if _, err := io.ReadFull(from, head); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading saved output: %w", err)
		}
		n := int(binary.BigEndian.Uint32(head[1:]))
		if cap(text) < n {
			text = make([]byte, n)
		}
		if _, err := io.ReadFull(from, text[:n]); err != nil {
			return fmt.Errorf("reading saved output: %w", err)
		}
		if err := g.streams.writeUnlocked(head[0] == 1, text[:n]); err != nil {
			return err
		}
	}
}
