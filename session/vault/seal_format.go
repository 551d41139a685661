package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
)

// A sealed file is
//
//	"stsx" | version (1) | key id (8) | nonce (12) | AES-256-GCM of the payload
//
// The associated data is everything before the nonce and the file's name, so
// a file put in another's place, or one whose version or key id was changed,
// doesn't open. The key id says which key would open it, which tells a damaged
// file (never to be opened) from one whose key is only out of reach.
const (
	sealMagic     = "stsx"
	formatVersion = 1
	idSize        = 8
	headSize      = len(sealMagic) + 1 + idSize
	nonceSize     = 12
	keySize       = 32
	nameLength    = 32 // hex digits: 128 bits
)

var (
	// errForeign: sealed under another key.
	errForeign = errors.New("sealed under another key")
	// errVersion: written by another stsx.
	errVersion = errors.New("sealed in another format")
	// errDamaged: this key's, and will never open.
	errDamaged = errors.New("damaged")
)

func (k key) aead() cipher.AEAD {
	block, err := aes.NewCipher(k.derive("sealing", ""))
	if err != nil {
		panic(err) // only for a key of the wrong length
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // only for a block of the wrong length
	}
	return aead
}

func (k key) head() []byte {
	return append(append([]byte(sealMagic), formatVersion), k.id()...)
}

// seal returns the file called name that holds plain.
func (k key) seal(name string, plain []byte) []byte {
	head := k.head()
	nonce := make([]byte, nonceSize)
	rand.Read(nonce)
	file := append(bytes.Clone(head), nonce...)
	return k.aead().Seal(file, nonce, plain, append(head, name...))
}

// open returns what the file called name holds. Errors: errForeign,
// errVersion, errDamaged.
func (k key) open(name string, file []byte) ([]byte, error) {
	if len(file) < headSize || !bytes.HasPrefix(file, []byte(sealMagic)) {
		return nil, errDamaged
	}
	if file[len(sealMagic)] != formatVersion {
		return nil, errVersion
	}
	head := file[:headSize:headSize]
	if !bytes.Equal(head, k.head()) {
		return nil, errForeign
	}
	if len(file) < headSize+nonceSize {
		return nil, errDamaged
	}
	nonce, body := file[headSize:headSize+nonceSize], file[headSize+nonceSize:]
	plain, err := k.aead().Open(nil, nonce, body, append(head, name...))
	if err != nil {
		return nil, errDamaged
	}
	return plain, nil
}
