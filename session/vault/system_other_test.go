//go:build !linux

package vault

func systemHelpers() map[string]func() error { return nil }
