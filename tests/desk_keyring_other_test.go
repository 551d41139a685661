//go:build unix && !linux

package tests

import "stsx/tests/require"

const withoutKeyctlEnv = "STSX_TESTS_WITHOUT_KEYCTL"

func (d *desk) withKeyring() *desk {
	d.Helper()
	d.Skip("the keyring of this system is the person's own")
	return d
}

func (d *desk) runWithoutKeyrings(...string) runResult {
	d.Helper()
	require.Part(d.T, "seccomp", false, "Linux only")
	return runResult{}
}

func becomeWithoutKeyctl(string) int { return 1 }
