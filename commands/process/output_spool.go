package process

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// inMemory is what an OutputSpool keeps in memory before it takes a file.
const inMemory = 64 << 10

// OutputSpool keeps what is written to it until it is read, most of it in a file when
// it is much. Output may hold secrets: the file is encrypted under a key that is
// nowhere but in this process, can be read by its owner only, and has no name
// where the system allows that.
type OutputSpool struct {
	head bytes.Buffer
	file *os.File
	seal cipher.Block
	to   io.Writer // the file, through the cipher
}

// Write adds p.
func (s *OutputSpool) Write(p []byte) (int, error) {
	if s.file == nil && s.head.Len()+len(p) <= inMemory {
		return s.head.Write(p)
	}
	if s.file == nil {
		if err := s.openFile(); err != nil {
			return 0, err
		}
	}
	n, err := s.to.Write(p)
	if err != nil {
		return n, fmt.Errorf("saving output: %w", err)
	}
	return n, nil
}

func (s *OutputSpool) openFile() error {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	seal, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp("", "stsx-output-*")
	if err != nil {
		return fmt.Errorf("saving output: %w", err)
	}
	if runtime.GOOS != "windows" { // there it is removed when it is closed
		if err := os.Remove(file.Name()); err != nil {
			return errors.Join(fmt.Errorf("saving output: %w", err), file.Close())
		}
	}
	s.file, s.seal = file, seal
	s.to = cipher.StreamWriter{S: s.cipherStream(), W: file}
	return nil
}

// cipherStream is the cipher's from the start of the file. The key is for one file.
func (s *OutputSpool) cipherStream() cipher.Stream {
	return cipher.NewCTR(s.seal, make([]byte, aes.BlockSize))
}

// Reader reads it from the start. Nothing is written any more.
func (s *OutputSpool) Reader() (io.Reader, error) {
	head := bytes.NewReader(s.head.Bytes())
	if s.file == nil {
		return head, nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("reading saved output: %w", err)
	}
	return io.MultiReader(head, cipher.StreamReader{S: s.cipherStream(), R: s.file}), nil
}

// Close forgets it.
func (s *OutputSpool) Close() error {
	s.head = bytes.Buffer{}
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if runtime.GOOS == "windows" {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	s.file = nil
	return err
}
