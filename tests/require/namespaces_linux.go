package require

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// RunInNamespaces runs this test's program again, with more in its environment, as root of a user and a mount namespace
// of its own, where it may mount what it likes. It fails t unless that succeeds.
func RunInNamespaces(t testing.TB, env ...string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	var refused *os.PathError
	Part(t, "user namespaces", !errors.As(err, &refused), fmt.Sprintf("allow unprivileged user namespaces (%v)", err))
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
