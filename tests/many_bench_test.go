//go:build unix

package tests

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
)

const (
	manyProfiles = 500
	stsLatency   = 50 * time.Millisecond
	stsParallel  = 8 // session.maxParallelCalls
	eachJobs     = 8
	manyExecs    = 100
	keyLimit     = 16 * time.Millisecond
	memoryLimit  = 30 << 10 // KB
)

// BenchmarkMany prints the table of BenchmarkGoals for what is done in great numbers.
func BenchmarkMany(b *testing.B) {
	_ = benchDesk(b, okta.Config{Engine: okta.Classic}, func(d *desk) {
		onLinux(d.T) // memory is read from /proc
		printGoalHeader()
		fleet := newFleetDesk(d.T, manyProfiles, "", func(c *aws.Config) { c.Latency = stsLatency })
		signIn, _ := fleet.withFreshState().timeRun("roles")
		ideal := signIn + manyProfiles/stsParallel*stsLatency
		login, loginPeak := fleet.withFreshState().timeRun("login", "--all")
		printTimeGoal("login --all, 500 profiles, STS 50 ms: sign-in and 500/8 answers", login, ideal, 1.3)
		commands := timeCommands(d.T)
		each, eachPeak := fleet.withFreshState().timeRun("each", "*", "--jobs", strconv.Itoa(eachJobs), "--", "true")
		printTimeGoal("each, 500 profiles, STS 50 ms: the same and 500 commands", each, ideal+commands, 1.3)
		fleet.printExecGoal()
		key, pickerPeak := newManyRolesDesk(d.T, 1000).timeKey()
		printTimeGoal("a key in a picker of 1,000 roles", key, keyLimit, 1)
		printMemoryGoal("login --all", loginPeak)
		printMemoryGoal("each", eachPeak)
		printMemoryGoal("a picker of 1,000 roles", pickerPeak)
	})
}

func printMemoryGoal(name string, peak int) {
	printGoal("memory of "+name, fmt.Sprintf("%.1f MB", float64(peak)/1024), "30 MB", float64(peak)/memoryLimit, 1)
}

// timeRun runs stsx and gives the most memory that it had, in KB.
func (d *desk) timeRun(args ...string) (took time.Duration, peak int) {
	d.Helper()
	begun := time.Now()
	r := d.start(args...)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-r.ended:
			took = time.Since(begun)
			d.wantStatus(r.wait(), 0)
			return took, peak
		case <-look.C:
			peak = max(peak, peakMemory(r.Process.Pid))
		}
	}
}

// peakMemory is the most that a process has had so far, in KB; 0 once it is over.
func peakMemory(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // none: it is over
	_, rest, _ := strings.Cut(string(status), "\nVmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	kilobytes, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(line), " kB"))
	return kilobytes
}

// timeCommands is what 500 commands alone take, as many at a time as with each.
func timeCommands(t *testing.T) time.Duration {
	begun := time.Now()
	slots := make(chan struct{}, eachJobs)
	var running sync.WaitGroup
	for range manyProfiles {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			if err := exec.Command("true").Run(); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	return time.Since(begun)
}

// printExecGoal: a hundred at once, where no session is open, against one sign-in and
// a hundred where one is.
func (d *desk) printExecGoal() {
	before := d.countEvents(okta.PasswordTried)
	d = d.withFreshState()
	all := d.timeExecs()
	cached := d.timeExecs()
	if n := d.countEvents(okta.PasswordTried) - before; n != 1 {
		d.Errorf("%d sign-ins", n)
	}
	login, _ := d.withFreshState().timeRun("login", "p000")
	printTimeGoal("100 exec at once without a session: one sign-in and 100 cached", all, login+cached, 1)
}

func (d *desk) timeExecs() time.Duration {
	begun := time.Now()
	runs := make([]*runningProgram, manyExecs)
	for i := range runs {
		runs[i] = d.start("exec", "p000", "--", "true")
	}
	for _, r := range runs {
		d.wantStatus(r.wait(), 0)
	}
	return time.Since(begun)
}

// timeKey is what a key takes until the list is drawn anew, the middle one of forty.
func (d *desk) timeKey() (took time.Duration, peak int) {
	term := d.openTerminal("exec", "any", "--", "true")
	term.waitFor("1000;")
	var all []time.Duration
	for range 20 {
		for _, key := range []struct{ typed, shown string }{{"7", " of 1000"}, {"\x7f", "1000;"}} {
			begun := time.Now()
			term.typeText(key.typed)
			term.waitFor(key.shown)
			all = append(all, time.Since(begun))
		}
	}
	peak = peakMemory(term.command.Process.Pid)
	term.typeText("\x1b")
	term.wait()
	slices.Sort(all)
	return all[len(all)/2], peak
}
