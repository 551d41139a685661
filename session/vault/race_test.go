package vault

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"
)

const racers = 20

// raceFirstPut lets twenty processes put the first session at once.
func raceFirstPut(t *testing.T, s *Store, env ...string) {
	t.Helper()
	var all []*helper
	for range racers {
		all = append(all, start(t, "race", s, env...))
	}
	for _, h := range all {
		h.line(t, "ready")
	}
	for _, h := range all {
		io.WriteString(h.in, "\n")
	}
	for _, h := range all {
		for h.out.Scan() {
			t.Error(h.out.Text())
		}
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
	}
	list, err := s.List(background)
	if err != nil || len(list) != racers {
		t.Fatalf("%d sessions can be opened, %v; want %d", len(list), err, racers)
	}
	ids := map[string]bool{}
	for _, name := range fileNames(s.home.path(sessionsFolder)) {
		ids[string(sealedHead(s.home.path(sessionsFolder, name)))] = true
	}
	if len(ids) != 1 {
		t.Errorf("%d keys were made", len(ids))
	}
}

func TestRaceForTheKey(t *testing.T) {
	dir := t.TempDir()
	raceFirstPut(t, newStore(t, fileKeyring(dir), noRing{}), helperRing+"="+dir)
}

// TestRaceForTheLock: one process holds the lock, twenty wait for it, it is
// killed with SIGKILL; then each has the lock alone.
func TestRaceForTheLock(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, noRing{})
	holder := start(t, "hold", s, helperRing+"=none")
	holder.line(t, "locked")
	var all []*helper
	for range racers {
		all = append(all, start(t, "count", s, helperRing+"=none"))
	}
	want := fmt.Sprintf("waiting for pid %d signing in for prod", holder.Process.Pid)
	for _, h := range all {
		h.line(t, want)
	}
	killed := time.Now()
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for _, h := range all {
		for h.out.Scan() {
			t.Error("said more: " + h.out.Text())
		}
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d processes had the lock one after the other within %s of the kill", racers, time.Since(killed))
	if data, err := os.ReadFile(s.home.path("count")); err != nil || len(data) != racers {
		t.Errorf("counted %d, %v", len(data), err)
	}
}
