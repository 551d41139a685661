package process

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestForbidDumps: this process leaves no core, and what it starts or becomes
// is as it would have been.
func TestForbidDumps(t *testing.T) {
	if part := os.Getenv("STSX_TEST_DUMPS"); part != "" {
		if !strings.HasPrefix(part, "plain") {
			ForbidDumps()
		}
		_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{Cur: 1 << 30, Max: 1 << 30})
		const asks = "ulimit -c; grep -c . /proc/self/environ; kill -ABRT $$"
		switch {
		case strings.HasSuffix(part, "abort"):
			_ = syscall.Kill(os.Getpid(), syscall.SIGABRT)
			select {}
		case strings.HasSuffix(part, "becomes"):
			t.Fatal(Replace("/bin/sh", []string{"sh", "-c", asks}, os.Environ()))
		}
		child := exec.Command("/bin/sh", "-c", asks)
		child.Stdout = os.Stdout
		if err := child.Run(); err != nil && child.ProcessState.Sys().(syscall.WaitStatus).CoreDump() {
			os.Stdout.WriteString("core\n")
		}
		os.Exit(0)
	}
	run := func(part string) (printed string, dumped bool) {
		command := exec.Command(os.Args[0], "-test.run=^TestForbidDumps$")
		command.Dir = t.TempDir()
		command.Env = append(os.Environ(), "STSX_TEST_DUMPS="+part, "GOTRACEBACK=crash")
		out, _ := command.Output()
		status, _ := command.ProcessState.Sys().(syscall.WaitStatus)
		return string(out), status.CoreDump()
	}
	if _, dumped := run("abort"); dumped {
		t.Error("stsx left a core")
	}
	for _, part := range []string{"becomes", "starts"} {
		printed, dumped := run(part)
		if plain, plainly := run("plain " + part); printed != plain || dumped != plainly || !strings.Contains(printed, "2097152") {
			t.Errorf("%s: %q and %v, without it %q and %v", part, printed, dumped, plain, plainly)
		}
	}
}
