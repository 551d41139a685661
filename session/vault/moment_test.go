package vault

import (
	"testing"
	"time"
)

// TestClockSetBack: a session that has ended has ended for every later process, however
// the clock on the wall was set meanwhile, and a machine that slept was not awake
// for less.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		clock, running time.Duration // that passed, of a session of an hour
		otherBoot      bool
		left           time.Duration
	}{
		"as it should be":         {20 * time.Minute, 20 * time.Minute, false, 40 * time.Minute},
		"set back a little":       {50 * time.Minute, 61 * time.Minute, false, 0},
		"set back by a minute":    {29 * time.Minute, 30 * time.Minute, false, 30 * time.Minute},
		"set back before it came": {-time.Minute, 2 * time.Hour, false, 0},
		"set back by a day":       {-23 * time.Hour, time.Hour, false, 0},
		"asleep, clock stopped":   {0, 5 * time.Hour, false, 0},
		"set forward":             {50 * time.Minute, 10 * time.Minute, false, 10 * time.Minute},
		"after another start":     {20 * time.Minute, 0, true, 40 * time.Minute},
		"nobody knows the start":  {20 * time.Minute, 2 * time.Hour, true, 40 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, &fakeKeyring{}, noRing{})
			clock, boot, running := noon(), "one", 3*time.Hour
			s.now = func() time.Time { return clock }
			s.uptime = func() (string, time.Duration) { return boot, running }
			kept := canarySession("dev", noon().Add(time.Hour))
			kept.Issued = noon()
			if err := s.Put(background, "key", kept); err != nil {
				t.Fatal(err)
			}
			clock, running = clock.Add(c.clock), running+c.running
			if c.otherBoot {
				boot = map[bool]string{true: "two"}[c.running == 0]
			}
			for range 2 {
				got, err := s.Get(background, "key")
				if err == nil && got.Left(clock) != c.left || err != nil && c.left > 0 {
					t.Errorf("%v left, %v; want %v", got.Left(clock), err, c.left)
				}
			}
			if list, err := s.List(background); err != nil || len(list) > 0 && list[0].Left(clock) != c.left {
				t.Errorf("%v, %v", list, err)
			}
		})
	}
}

// TestReadUptime: it goes on, under one name.
func TestReadUptime(t *testing.T) {
	t.Parallel()
	boot, before := readUptime()
	again, after := readUptime()
	if boot != again || after < before || (boot == "") != (after == 0) {
		t.Errorf("%q %v, then %q %v", boot, before, again, after)
	}
}
