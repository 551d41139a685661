package doctor

import (
	"context"
)

// checkKeyring says which keyring the OS has, and whether it can be asked.
func (m Machine) checkKeyring(ctx context.Context) Finding {
	k := m.Keyring(ctx)
	const without = "; passwords are not saved, and the key of the sessions is in the kernel keyring alone"
	switch {
	case k.Err == nil:
		return Finding{Status: OK, Text: k.Name + ", unlocked"}
	case k.None:
		return Finding{Status: Warn, Text: k.Err.Error() + without, Cure: m.keyringCure()}
	case k.Locked:
		return Finding{Status: Warn, Text: k.Name + " is locked: " + k.Err.Error(),
			Cure: "unlock it: sign in to the desktop, or run gnome-keyring-daemon --unlock"}
	}
	return Finding{Status: Fail, Text: k.Name + ": " + k.Err.Error(), Cure: "restart the keyring: " + m.keyringRestart()}
}

func (m Machine) keyringCure() string {
	if m.GOOS == "linux" {
		return "install a keyring (apt install gnome-keyring) and run stsx in a desktop session, or under dbus-run-session"
	}
	return "run stsx in your own session"
}

func (m Machine) keyringRestart() string {
	if m.GOOS == "linux" {
		return "run systemctl --user restart gnome-keyring-daemon"
	}
	return "sign out of the desktop and in again"
}

// checkKernelKeyring tries Linux's second place for the key of the sessions.
func (m Machine) checkKernelKeyring(context.Context) Finding {
	k := m.KernelKeyring()
	switch {
	case k.Err == nil:
		return Finding{Status: OK, Text: "can be used: a saved session opens without D-Bus"}
	case k.None:
		return Finding{Status: OK, Text: "none on this system, and none is needed"}
	}
	return Finding{Status: Warn, Text: "can't be used (" + k.Err.Error() + "): sessions are saved only where the OS keyring works",
		Cure: "allow keyctl and add_key to this container: docker run --security-opt seccomp=FILE"}
}
