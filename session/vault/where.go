package vault

import (
	"context"
	"errors"
	"runtime"
)

// Where says where the key that seals sessions and where passwords are kept,
// in words for `stsx status`. It makes nothing; it asks the OS keyring, so it
// can take as long as one of its calls.
func (s *Store) Where(ctx context.Context) (key, passwords string) {
	_, kernel := s.keys.kernel.get()
	_, far := s.keys.keyringKey(ctx)
	system := "OS keyring (" + keyringName() + ")"
	inKernel := kernel == nil || errors.Is(kernel, errAbsent)
	passwords = system
	if far != nil && !errors.Is(far, errAbsent) {
		passwords = "not saved: " + far.Error()
	}
	switch {
	case far == nil && kernel == nil:
		key = system + ", copied to the kernel keyring"
	case far == nil:
		key = system
	case kernel == nil:
		key = "kernel keyring"
	case errors.Is(far, errAbsent):
		key = system + ", once there is a session"
	case inKernel:
		key = "kernel keyring, once there is a session"
	default:
		key = "not saved: " + far.Error() + "; the kernel keyring: " + kernel.Error()
	}
	return key, passwords
}

func keyringName() string {
	switch runtime.GOOS {
	case "darwin":
		return "macOS Keychain"
	case "windows":
		return "Windows Credential Manager"
	}
	return "Secret Service"
}
