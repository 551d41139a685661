//go:build unix

package tests

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"testing"
)

// cookieCipher is with what Chromium on Linux encrypts cookies where there is no keyring: everybody has the key, so what is
// encrypted with it counts as readable. Source: components/os_crypt, "v10".
func cookieCipher() (block cipher.Block, iv []byte) {
	key, err := pbkdf2.Key(sha1.New, "peanuts", []byte("saltysalt"), 1, 16)
	if err == nil {
		block, err = aes.NewCipher(key)
	}
	if err != nil {
		panic(err) // never: the key has the right length
	}
	return block, bytes.Repeat([]byte(" "), aes.BlockSize)
}

// longestValue bounds what is decrypted after each mark: a cookie has at most 4 KiB, and a hash before it.
const longestValue = 4<<10 + 64

// decrypted is what a file holds in Chromium's public encryption, wherever it stands in it.
func decrypted(text []byte) []byte {
	block, iv := cookieCipher()
	var out []byte
	for rest := text; ; {
		i := bytes.Index(rest, []byte("v10"))
		if i < 0 {
			return out
		}
		rest = rest[i+len("v10"):]
		value := rest[:min(len(rest), longestValue)/aes.BlockSize*aes.BlockSize]
		plain := make([]byte, len(value))
		if len(value) > 0 {
			cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, value)
		}
		out = append(append(out, plain...), 0)
	}
}

// encrypted is a value as Chromium writes it.
func encrypted(value []byte) []byte {
	block, iv := cookieCipher()
	padding := aes.BlockSize - len(value)%aes.BlockSize
	value = append(bytes.Clone(value), bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(value, value)
	return append([]byte("v10"), value...)
}

func TestDecrypted(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "x", "sixteen bytes 16", "a cookie's value that is longer than a block, and than two"} {
		file := append([]byte("SQLite format 3\x00v10"), encrypted([]byte("0123456789012345678901234567890!"+value))...)
		if got := decrypted(append(file, "and more of the file"...)); !bytes.Contains(got, []byte(value)) {
			t.Errorf("%q is not found in %q", value, got)
		}
	}
}
