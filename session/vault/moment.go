package vault

import "time"

// moment is when a session was kept, by the clock on the wall and by the one that
// counts from the machine's start.
type moment struct {
	clock   time.Time
	boot    string // name of that start; "": not known
	running time.Duration
}

func (s *Store) moment() moment {
	boot, running := s.uptime()
	return moment{s.now().Round(0), boot, running}
}

// setBackSince is by how much the clock on the wall was set back since m, 0 when it
// was not or nobody can know: an ended session must not seem to have time left.
func (now moment) setBackSince(m moment) time.Duration {
	if m.boot == "" || m.boot != now.boot {
		return 0
	}
	behind := now.running - m.running - now.clock.Sub(m.clock)
	if behind < time.Second { // what reading two clocks takes
		return 0
	}
	return behind
}
