//go:build unix

package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"stsx/tests/okta"
)

// soakEnv is how many processes TestSoak starts, soakSeedEnv the seed of their
// order.
const (
	soakEnv     = "STSX_SOAK"
	soakSeedEnv = "STSX_SOAK_SEED"
)

// soakCommand is something that somebody does with stsx while others do the same.
type soakCommand struct {
	name  string
	share int // how often, relative to the others
	args  []string
	keys  *regexp.Regexp // finds key, secret and token in what it prints; nil: it prints none
}

func soakCommands() []soakCommand {
	const show = `printf '%s %s %s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"`
	shown := regexp.MustCompile(`^(\S+) (\S+) (\S+)\n$`)
	return []soakCommand{
		{"exec", 30, []string{"exec", "prod", "--", "sh", "-c", show}, shown},
		{"exec, another role", 10, []string{"exec", "audit", "--", "sh", "-c", show}, shown},
		{"exec --refresh", 6, []string{"exec", "--refresh", "prod", "--", "true"}, nil},
		{"env", 12, []string{"env", "prod", "--shell", "bash", "--force"},
			regexp.MustCompile(`(?s)AWS_ACCESS_KEY_ID='?(\w+).*AWS_SECRET_ACCESS_KEY='?([^'\s;]+).*AWS_SESSION_TOKEN='?([^'\s;]+)`)},
		{"process", 10, []string{"process", "dev"},
			regexp.MustCompile(`(?s)"AccessKeyId": ?"([^"]+)".*"SecretAccessKey": ?"([^"]+)".*"SessionToken": ?"([^"]+)"`)},
		{"status", 10, []string{"status", "--json"}, nil},
		{"save", 8, []string{"save", "prod", "--as", "soak-prod"}, nil},
		{"save, another", 8, []string{"save", "audit", "--as", "soak-audit"}, nil},
		{"login --force", 4, []string{"login", "--force", "prod"}, nil},
		{"logout", 6, []string{"logout", "dev"}, nil},
		{"logout --all", 2, []string{"logout", "--all"}, nil},
	}
}

// soakRun is what TestSoak knows of one process.
type soakRun struct {
	*runningProgram
	command soakCommand
	started time.Time
	signal  syscall.Signal // that it was sent; 0: none
}

// soak is a desk under load.
type soak struct {
	*desk
	random   *rand.Rand
	issued   map[string]string // secret and token by key
	outcomes map[string]int
	times    map[string][]time.Duration // of those that nothing disturbed
	browsers int                        // the most that signed in at a time
}

// TestSoak: many processes of all kinds at once, some of which are killed. What
// one has printed or written is whole, no two sign in at a time, and in the end
// nothing is left. `make soak` starts more of them, and prints the figures.
func TestSoak(t *testing.T) {
	t.Parallel()
	onLinux(t)
	count := 24
	if text := os.Getenv(soakEnv); text != "" {
		count, _ = strconv.Atoi(text)
	}
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv(soakSeedEnv); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("%d processes, %s=%d", count, soakSeedEnv, seed)
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).with("STSX_PASSWORD=" + janePassword)
	s := &soak{desk: d, random: rand.New(rand.NewPCG(seed, 0)), issued: map[string]string{}, outcomes: map[string]int{},
		times: map[string][]time.Duration{}}
	began := time.Now()
	s.startAll(count)
	took := time.Since(began)
	s.wantNothingLeft()
	s.printFigures(count, took)
}

// startAll starts count processes, eight at a time.
func (s *soak) startAll(count int) {
	var all []soakCommand
	for _, c := range soakCommands() {
		all = append(all, slices.Repeat([]soakCommand{c}, c.share)...)
	}
	signals := []syscall.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}
	var running []*soakRun
	for started := 0; started < count || len(running) > 0; time.Sleep(5 * time.Millisecond) {
		running = slices.DeleteFunc(running, func(r *soakRun) bool {
			if r.hasEnded() {
				s.check(r)
			}
			return r.hasEnded()
		})
		s.browsers = max(s.browsers, s.countSigningIn())
		if started == count || len(running) == 8 {
			continue
		}
		r := &soakRun{command: all[s.random.IntN(len(all))], started: time.Now()}
		r.runningProgram = s.start(r.command.args...)
		if s.random.IntN(4) == 0 {
			r.signal = signals[s.random.IntN(len(signals))]
			timer := time.AfterFunc(time.Duration(s.random.IntN(1500))*time.Millisecond, func() { _ = r.Process.Signal(r.signal) })
			s.Cleanup(func() { timer.Stop() })
		}
		running = append(running, r)
		started++
	}
}

// check looks at what a process did. One that was sent a signal may have ended
// by it or before it; what it printed by then is whole or nothing.
func (s *soak) check(r *soakRun) {
	got := r.wait()
	outcome := "done"
	switch {
	case r.signal != 0 && got.status != 0:
		outcome = "ended by " + r.signal.String()
	case got.status != 0:
		outcome = "FAILED"
		s.Errorf("%s: %s", r.command.name, got)
	default:
		s.times[r.command.name] = append(s.times[r.command.name], time.Since(r.started))
	}
	s.outcomes[r.command.name+": "+outcome]++
	if got.status != 0 || got.stdout == "" {
		return
	}
	switch keys := r.command.keys; {
	case keys != nil:
		found := keys.FindStringSubmatch(got.stdout)
		if found == nil {
			s.Errorf("%s printed %q", r.command.name, got.stdout)
			return
		}
		s.issue(r.command.name, found[1], found[2], found[3])
	case r.command.name == "status" && !json.Valid([]byte(got.stdout)):
		s.Errorf("status printed %q", got.stdout)
	}
}

// issue fails the test if key was seen with another secret or token.
func (s *soak) issue(where, key, secret, token string) {
	rest := secret + " " + token
	if before, ok := s.issued[key]; ok && before != rest {
		s.Errorf("%s: %s came with another secret or token before", where, key)
	}
	s.issued[key] = rest
}

// countSigningIn is how many processes of stsx have a browser.
func (s *soak) countSigningIn() int {
	owners := map[string]bool{}
	for _, p := range s.browserProcesses() {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
		_, after, _ := bytes.Cut(status, []byte(") "))
		words := strings.Fields(string(after))
		if len(words) < 2 {
			continue
		}
		if name, _ := os.ReadFile("/proc/" + words[1] + "/comm"); strings.HasPrefix(string(name), "stsx") {
			owners[words[1]] = true
		}
	}
	return len(owners)
}

// wantNothingLeft: no process, lock or profile; the next command works at once,
// and what is in the files is whole.
func (s *soak) wantNothingLeft() {
	s.wantNoBrowserOrLock()
	if left := s.processesLeft(); len(left) > 0 {
		s.Errorf("still there: %v", left)
	}
	r := s.wantStatus(s.run("exec", "prod", "--", "sh", "-c", "echo in"), 0)
	if r.stdout != "in\n" {
		s.Error(r)
	}
	s.wantStatus(s.run("login", "--force", "dev"), 0) // sweeps up
	s.wantNoBrowserProfile()
	if !json.Valid([]byte(s.wantStatus(s.run("status", "--json"), 0).stdout)) {
		s.Error("status is no JSON")
	}
	s.wantWholeCredentials()
	if s.browsers > 1 {
		s.Errorf("%d signed in at a time", s.browsers)
	}
	for pattern, want := range map[string]int{".aws/*": 1, ".aws/.*": 0} {
		found, _ := filepath.Glob(filepath.Join(s.home, pattern))
		found = slices.DeleteFunc(found, func(path string) bool { return strings.HasSuffix(path, ".lock") })
		if len(found) > want {
			s.Errorf("left: %q", found)
		}
	}
}

// wantWholeCredentials: each section of the AWS credentials file has the three
// parts of one key.
func (s *soak) wantWholeCredentials() {
	text, err := os.ReadFile(filepath.Join(s.home, ".aws", "credentials"))
	if os.IsNotExist(err) {
		return
	}
	section := regexp.MustCompile(`(?m)^\[soak-(?:prod|audit)\]$`)
	keys := regexp.MustCompile(`(?s)aws_access_key_id *= *(\S+).*aws_secret_access_key *= *(\S+).*aws_session_token *= *(\S+)`)
	parts := section.Split(string(text), -1)
	for _, part := range parts[1:] {
		found := keys.FindStringSubmatch(part)
		if found == nil {
			s.Fatalf("a section without all of its keys:\n%s", part)
		}
		s.issue("the credentials file", found[1], found[2], found[3])
	}
	if len(parts) > 3 {
		s.Errorf("a section is there twice:\n%s", text)
	}
}

// processesLeft are those that have this desk's HOME and are not the tests'.
func (s *soak) processesLeft() (left []string) {
	found, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range found {
		environ, err := os.ReadFile(path)
		if err == nil && slices.Contains(splitNUL(environ), "HOME="+s.home) {
			name, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "comm"))
			left = append(left, strings.TrimSpace(string(name)))
		}
	}
	return left
}

func (s *soak) printFigures(count int, took time.Duration) {
	s.Logf("%d processes in %s, %d at a time; %d sign-ins begun, %d assertions, %d sessions of AWS; at most %d signed in at a time",
		count, took.Round(time.Second), 8, s.countEvents(okta.PasswordTried), s.countEvents(okta.Asserted), s.countAssumed(), s.browsers)
	for _, name := range slices.Sorted(maps.Keys(s.outcomes)) {
		s.Logf("%4d  %s", s.outcomes[name], name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.times)) {
		times := s.times[name]
		slices.Sort(times)
		s.Logf("%s: half within %s, all within %s", name, times[len(times)/2].Round(time.Millisecond),
			times[len(times)-1].Round(time.Millisecond))
	}
}
