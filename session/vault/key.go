package vault

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
)

// key is what everything is sealed and named under. It prints as nothing.
type key struct{ secret [keySize]byte }

// Format keeps the key out of every print.
func (key) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[key]") }

func makeKey() key {
	var k key
	rand.Read(k.secret[:]) // never fails: it ends the process instead
	return k
}

func keyFromBytes(b []byte) (key, bool) {
	var k key
	return k, len(b) == copy(k.secret[:], b) && len(b) == keySize
}

// derive makes a value for one purpose; without the key it says nothing of text.
func (k key) derive(purpose, text string) []byte {
	h := hmac.New(sha256.New, k.secret[:])
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write([]byte(text))
	return h.Sum(nil)
}

// id tells keys apart without saying anything of them.
func (k key) id() []byte { return k.derive("key id", "")[:idSize] }
