package browser

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"sync"
)

// devtoolsPipe carries DevTools messages over two inherited files, each message ended by a NUL. Unlike a debugging port, no
// other user of the machine can reach it, and Chromium ends itself when our end is closed, even by our death.
// It fits rod's cdp.WebSocketable.
type devtoolsPipe struct {
	send    *os.File
	receive *os.File
	reader  *bufio.Reader

	mu sync.Mutex // messages must not mix
}

func newPipe(send, receive *os.File) *devtoolsPipe {
	return &devtoolsPipe{send: send, receive: receive, reader: bufio.NewReaderSize(receive, 1<<16)}
}

func (p *devtoolsPipe) Send(message []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.send.Write(append(message, 0))
	return err
}

// Read returns the next message. It vouches for its being JSON, because rod panics on what isn't.
func (p *devtoolsPipe) Read() ([]byte, error) {
	message, err := p.reader.ReadBytes(0)
	if err != nil {
		return nil, err
	}
	message = message[:len(message)-1]
	if !json.Valid(message) {
		return nil, errors.New("the browser sent something that is not JSON")
	}
	return message, nil
}

func (p *devtoolsPipe) close() {
	p.send.Close()
	p.receive.Close()
}
