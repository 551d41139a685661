package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// atOnce is how many calls of STS OpenAll has under way.
	atOnce = 8
	// clockTrouble is the age at which AWS can't have found an assertion too
	// old, unless the clocks differ: a new one would not help.
	clockTrouble = time.Minute
)

// Opened is how opening one of many profiles ended.
type Opened struct {
	Session Session
	Err     error // as Broker.Open's
}

// OpenAll opens the sessions of profiles, in their order; with anew without a
// look at what the store holds for them. It signs in once for all that share an
// org, asks STS for several roles at a time, and signs in again only when the
// assertion gets too old for the roles that are left. One that can't be opened
// keeps no other from it, but a sign-in that failed is not tried again for the
// org's other profiles: they share its error. The person is asked for a yes to
// all that want one at once, before anything else, and for roles one by one.
func (b *Broker) OpenAll(ctx context.Context, profiles []Profile, anew bool) []Opened {
	m := &many{Broker: b, byKey: map[string]*task{}}
	wanted := make([]*task, len(profiles))
	for i, p := range profiles {
		wanted[i] = m.task(p, anew)
	}
	m.confirmed(ctx)
	for _, t := range slices.Clone(m.tasks) {
		m.prepare(ctx, t)
	}
	m.open(ctx)
	b.Ask.Progress("")
	out := make([]Opened, len(wanted))
	for i, t := range wanted {
		out[i] = Opened{t.session, t.err}
		if t.err == nil {
			out[i].Session.Region = profiles[i].Region // of two that differ in nothing else
		}
	}
	return out
}

// many is one run of OpenAll.
type many struct {
	*Broker
	tasks []*task
	byKey map[string]*task

	counting    sync.Mutex
	done, total int
}

// task is one session to open.
type task struct {
	key     string
	profile Profile
	anew    bool
	source  *task
	depth   int // of role chaining

	settled bool // session or err is there
	session Session
	err     error
}

func (t *task) settle(s Session, err error) { t.session, t.err, t.settled = s, err, true }

func (m *many) task(p Profile, anew bool) *task {
	key := p.Key()
	t, ok := m.byKey[key]
	if !ok {
		t = &task{key: key, profile: p, anew: anew}
		m.byKey[key] = t
		m.tasks = append(m.tasks, t)
	}
	return t
}

// confirmed settles what the person does not want to be used.
func (m *many) confirmed(ctx context.Context) {
	var profiles []Profile
	for _, t := range m.tasks {
		profiles = append(profiles, t.profile)
	}
	err := m.Confirm(ctx, profiles...)
	for _, t := range m.tasks {
		if err != nil && (t.profile.wantsYes() != "" || errors.Is(err, ErrInterrupted) || ctx.Err() != nil) {
			t.settle(Session{}, err)
		}
	}
}

// prepare settles what needs no call of AWS, and finds the sources of the rest.
func (m *many) prepare(ctx context.Context, t *task) {
	if t.settled {
		return
	}
	if err := permitted(t.profile); err != nil {
		t.settle(Session{}, err)
		return
	}
	if m.served(ctx, t) || t.profile.Source == nil {
		return
	}
	t.source = m.task(*t.profile.Source, false)
	m.prepare(ctx, t.source)
	t.depth = t.source.depth + 1
}

// served settles t with what the store holds.
func (m *many) served(ctx context.Context, t *task) bool {
	if t.anew {
		return false
	}
	s, ok := m.kept(ctx, t.key, t.profile, wanted{enough: m.fresh})
	if ok {
		t.settle(s, nil)
	}
	return ok
}

// open settles the rest: those that are signed in for, org by org, then those
// that are assumed from them, and so on.
func (m *many) open(ctx context.Context) {
	left := slices.DeleteFunc(slices.Clone(m.tasks), func(t *task) bool { return t.settled })
	m.total = len(left)
	for depth := 0; len(left) > 0; depth++ {
		var here, deeper []*task
		for _, t := range left {
			if t.depth == depth {
				here = append(here, t)
			} else {
				deeper = append(deeper, t)
			}
		}
		if depth > 0 {
			m.chainAll(ctx, here)
		} else {
			for _, group := range byOrg(here) {
				m.signIn(ctx, group)
			}
		}
		left = deeper
	}
}

func byOrg(tasks []*task) [][]*task {
	var groups [][]*task
	at := map[string]int{}
	for _, t := range tasks {
		id := t.profile.Org.ID()
		i, ok := at[id]
		if !ok {
			i = len(groups)
			at[id], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], t)
	}
	return groups
}

// signIn settles tasks, which are of one org.
func (m *many) signIn(ctx context.Context, tasks []*task) {
	org := tasks[0].profile.Org
	unlock, err := m.lock(ctx, org, tasks[0].profile.Name)
	if err != nil {
		failAll(tasks, err)
		return
	}
	defer unlock()
	// Another process may have signed in while this one waited.
	tasks = slices.DeleteFunc(tasks, func(t *task) bool { return m.served(ctx, t) })
	// What needs no question comes first.
	slices.SortStableFunc(tasks, func(x, y *task) int {
		switch named := func(t *task) bool { return t.profile.Role != "" }; {
		case named(x) == named(y):
			return 0
		case named(x):
			return -1
		}
		return 1
	})
	if late := m.redeemAll(ctx, tasks); len(late) > 0 {
		m.forget(org)
		m.redeemAll(ctx, late)
	}
}

// redeemAll settles tasks and returns those for which AWS found the assertion
// too old.
func (m *many) redeemAll(ctx context.Context, tasks []*task) (late []*task) {
	under := newBounded(atOnce)
	var mu sync.Mutex // of late
	for i, t := range tasks {
		if err := under.ready(ctx); err != nil {
			failAll(tasks[i:], err)
			break
		}
		p := t.profile
		p.Org.Anew = t.anew && i == 0
		a, err := m.assert(ctx, p)
		if err != nil {
			under.free()
			failAll(tasks[i:], err)
			break
		}
		role, err := m.pick(ctx, p, a)
		if err != nil && !errors.Is(err, ErrInterrupted) && ctx.Err() == nil {
			under.free()
			t.settle(Session{}, err)
			continue
		}
		if err == nil {
			a, err = m.assert(ctx, t.profile) // the same, unless picking took long
		}
		if err != nil {
			under.free()
			failAll(tasks[i:], err)
			break
		}
		got, _ := m.received(p.Org)
		under.run(func() {
			m.count(role)
			t.settle(m.redeem(ctx, t.key, t.profile, a, role))
			var refused *AWSError
			if errors.As(t.err, &refused) && refused.Code == "ExpiredTokenException" && m.Now().Sub(got.at) > clockTrouble {
				mu.Lock()
				late = append(late, t)
				mu.Unlock()
			}
		})
	}
	under.Wait()
	return late
}

// chainAll settles tasks from their sources.
func (m *many) chainAll(ctx context.Context, tasks []*task) {
	under := newBounded(atOnce)
	defer under.Wait()
	for i, t := range tasks {
		if err := under.ready(ctx); err != nil {
			failAll(tasks[i:], err)
			return
		}
		under.run(func() {
			if t.source.err != nil {
				t.settle(Session{}, fmt.Errorf("opening %s for %s: %w", t.source.profile.Name, t.profile.Name, t.source.err))
				return
			}
			role, err := m.link(t.profile, t.source.session)
			if err != nil {
				t.settle(Session{}, err)
				return
			}
			m.count(role)
			t.settle(m.chain(ctx, t.key, t.profile, t.source.session, role))
		})
	}
}

// count shows how far it is.
func (m *many) count(role Role) {
	m.counting.Lock()
	defer m.counting.Unlock()
	m.done++
	if m.total == 1 {
		m.assuming(role)
		return
	}
	m.Ask.Progress(fmt.Sprintf("assuming %s in %s (%d of %d)", role.ShortName(), role.Account(), min(m.done, m.total), m.total))
}

func failAll(tasks []*task, err error) {
	for _, t := range tasks {
		t.settle(Session{}, err)
	}
}

// bounded runs functions beside one another, up to a number of them.
type bounded struct {
	sync.WaitGroup
	slots chan struct{}
}

func newBounded(most int) *bounded { return &bounded{slots: make(chan struct{}, most)} }

// ready waits for a slot, which run or free gives back.
func (b *bounded) ready(ctx context.Context) error {
	select {
	case b.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *bounded) free() { <-b.slots }

func (b *bounded) run(do func()) {
	b.Go(func() {
		defer b.free()
		do()
	})
}
