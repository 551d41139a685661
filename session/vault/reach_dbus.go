//go:build unix && !darwin

package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	ss "github.com/zalando/go-keyring/secret_service"
)

// checkUnlocked says why the keyring can't be asked as it is. Unlike a question for a secret it has nobody asked to unlock it.
func (o osKeyring) checkUnlocked() error {
	if err := noSession(o.getenv); err != nil {
		return err
	}
	service, err := ss.NewSecretService()
	if err != nil {
		return err
	}
	locked, err := service.GetLoginCollection().GetProperty("org.freedesktop.Secret.Collection.Locked")
	if err != nil {
		return knownError(err)
	}
	if locked.Value() == true {
		return &lockedError{errors.New("the Secret Service says so")}
	}
	return nil
}

// noSession says why there is no D-Bus session to ask. Asked without one,
// godbus runs dbus-launch, which starts a bus that nobody asked for and that
// outlives stsx. So this looks where godbus looks before that, which is
// /run/user/UID whatever XDG_RUNTIME_DIR says. (What godbus finds there it puts
// into this process's environment: a child's must have been read before.)
func noSession(getenv func(string) string) error {
	if address := getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return nil
	}
	socket := fmt.Sprintf("/run/user/%d/bus", os.Getuid())
	if _, err := os.Stat(socket); errors.Is(err, fs.ErrNotExist) {
		return noServiceError("no D-Bus session (DBUS_SESSION_BUS_ADDRESS is not set)")
	}
	return nil
}
