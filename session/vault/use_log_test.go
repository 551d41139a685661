package vault

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stsx/session"
)

func useOf(program string) session.UseRecord {
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	return session.UseRecord{Time: at, Verb: "exec", Profile: "prod", Account: "123456789012", Role: "Admin", Program: program,
		AccessKeyID: "ASIAEXAMPLE", AppID: "stsx-1", Expires: at.Add(time.Hour)}
}

// TestUseLogWriters: fifty that write at once lose nothing, and the file is the person's alone.
func TestUseLogWriters(t *testing.T) {
	t.Parallel()
	log := NewUseLog(filepath.Join(t.TempDir(), "state"))
	var writers sync.WaitGroup
	for i := range 50 {
		writers.Go(func() {
			if err := log.Add(t.Context(), useOf(fmt.Sprint("program", i))); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	uses, err := log.List()
	if err != nil || len(uses) != 50 {
		t.Fatalf("%d lines, %v", len(uses), err)
	}
	seen := map[string]bool{}
	for _, u := range uses {
		if u != useOf(u.Program) {
			t.Errorf("a line is %+v", u)
		}
		seen[u.Program] = true
	}
	if len(seen) != 50 {
		t.Errorf("of %d programs", len(seen))
	}
	info, err := os.Stat(log.Path())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(log.Path()), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestUseLogBounds: the newest lines stay, whichever bound comes first, and what is
// damaged costs nothing else.
func TestUseLogBounds(t *testing.T) {
	t.Parallel()
	short, long := strings.Repeat("x\n", 3*maxUseLines), strings.Repeat(strings.Repeat("y", 1000)+"\n", 500)
	for name, c := range map[string]struct {
		text        string
		lines, last int
	}{
		"no file":         {"", 1, 1},
		"many lines":      {short, maxUseLines, 1},
		"many bytes":      {long, maxUseBytes/1001 + 1, 1}, // its own line is shorter
		"one line is cut": {`{"time":"2026`, 2, 1},
		"empty lines":     {"\n\n\n", 1, 1},
		"one line of all": {strings.Repeat("z", 2*maxUseBytes) + "\n", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := NewUseLog(t.TempDir())
			if err := os.WriteFile(log.Path(), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := log.Add(t.Context(), useOf("aws")); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(log.Path())
			if err != nil || len(text) > maxUseBytes {
				t.Errorf("%d bytes, %v", len(text), err)
			}
			if got := strings.Count(string(text), "\n"); got > c.lines || got < c.lines-1 && c.lines > 2 {
				t.Errorf("%d lines, want %d", got, c.lines)
			}
			if uses, err := log.List(); err != nil || len(uses) != c.last || uses[0] != useOf("aws") {
				t.Errorf("%+v, %v", uses, err)
			}
		})
	}
	if uses, err := NewUseLog(t.TempDir()).List(); err != nil || uses != nil {
		t.Error("of no file: ", uses, err)
	}
}
