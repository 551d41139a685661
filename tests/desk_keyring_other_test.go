//go:build unix && !linux

package tests

import "stsx/tests/require"

const withoutKeyctlEnv, withoutLocksEnv = "STSX_TESTS_WITHOUT_KEYCTL", "STSX_TESTS_WITHOUT_LOCKS"

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

func (d *desk) runWithoutLocks(...string) runResult { return d.runWithoutKeyrings() }

func becomeWithoutKeyctl(string) int { return 1 }

func becomeWithoutLocks(string) int { return 1 }
