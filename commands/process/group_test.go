//go:build unix

package process

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestDescendantsOf(t *testing.T) {
	t.Parallel()
	for list, want := range map[string][]int{
		"":                                      nil,
		"  1 0\n 10 1\n 11 10\n 12 11\n 13 1\n": {11, 12},
		"10 1\n11 10\n12 10\n13 12\n":           {11, 12, 13},
		"10 1\nPID PPID\n\n11\nx y\n12 10":      {12},
		"10 12\n11 10\n12 11\n":                 {11, 12}, // a circle
		"0 0\n10 10\n11 10\n":                   {11},
	} {
		if got := descendantsOf(10, list); !slices.Equal(got, want) {
			t.Errorf("%q: %v", list, got)
		}
	}
}

// startTree starts a shell that starts another with a process behind it, and
// returns the two of them once they run.
func startTree(t *testing.T, prepare func(*exec.Cmd)) (command *exec.Cmd, pids []int) {
	t.Helper()
	command = exec.Command("sh", "-c", "sh -c 'sleep 1000 & echo $! $$; wait' & wait")
	prepare(command)
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return command, pidsIn(line)
}

// TestKillGroup: with a group of its own or without, all that a command started is
// gone with it.
func TestKillGroup(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*exec.Cmd){
		"none": func(*exec.Cmd) {}, "a session": ownSession,
		"a group": func(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} },
	} {
		command, pids := startTree(t, prepare)
		killGroup(command)
		_ = command.Wait()
		wantEnded(t, name, pids)
	}
}

// TestRunForEnds: a program that shows a message and hangs is killed with all that
// it started.
func TestRunForEnds(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pids")
	for longest := time.Second; ; longest *= 2 { // until the program had time to start
		err := runFor(exec.Command("sh", "-c", "trap '' TERM; sleep 1000 & echo $! $$ >"+file+"; wait"), longest)
		if !errors.Is(err, errTimeout) {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(file); len(text) > 0 {
			wantEnded(t, "runFor", pidsIn(string(text)))
			return
		}
	}
}

func pidsIn(line string) (pids []int) {
	for _, word := range strings.Fields(line) {
		pid, _ := strconv.Atoi(word)
		pids = append(pids, pid)
	}
	return pids
}

// wantEnded waits for processes to be gone.
func wantEnded(t *testing.T, name string, pids []int) {
	t.Helper()
	for _, pid := range pids {
		for deadline := time.Now().Add(20 * time.Second); syscall.Kill(pid, 0) == nil && !isZombie(pid); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: %d still runs", name, pid)
			}
		}
	}
}
