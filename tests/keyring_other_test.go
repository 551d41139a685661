//go:build unix && !linux

package tests

import "stsx/tests/require"

const withoutKeyctl = "STSX_TESTS_WITHOUT_KEYCTL"

func (d *desk) keyring() *desk {
	d.Helper()
	d.Skip("the keyring of this system is the person's own")
	return d
}

func (d *desk) forbidden(...string) result {
	d.Helper()
	require.Part(d.T, "seccomp", false, "Linux only")
	return result{}
}

func becomeWithoutKeyctl(string) int { return 1 }
