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
	maxParallelCalls = 8
	// clockTrouble is the age at which AWS can't have found an assertion too
	// old, unless the clocks differ: a new one would not help.
	clockTroubleAge = time.Minute
)

// OpenResult is how opening one of many profiles ended.
type OpenResult struct {
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
func (b *Broker) OpenAll(ctx context.Context, profiles []Profile, anew bool) []OpenResult {
	return b.openTogether(ctx, profiles, openRequest{anew: anew, enough: b.isFresh})
}

// OpenUnattended is OpenAll without any question and without a phone that rings: with
// the assertion of a sign-in a moment ago, or with what needs no person.
func (b *Broker) OpenUnattended(ctx context.Context, profiles []Profile) []OpenResult {
	return b.openTogether(ctx, profiles, openRequest{enough: b.isFresh, unattended: true})
}

func (b *Broker) openTogether(ctx context.Context, profiles []Profile, request openRequest) []OpenResult {
	run := &openRun{Broker: b, byKey: map[string]*openTask{}}
	asked := make([]*openTask, len(profiles))
	for i, p := range profiles {
		asked[i] = run.addTask(p, request)
	}
	if !request.unattended {
		run.confirmTasks(ctx)
	}
	run.openTasks(ctx)
	out := make([]OpenResult, len(asked))
	for i, t := range asked {
		out[i] = OpenResult{t.session, t.err}
		if t.err == nil {
			out[i].Session.Region, out[i].Session.Color = profiles[i].Region, profiles[i].Color // of two that differ in nothing else
		}
	}
	return out
}

// openRun opens sessions together: one, or all of OpenAll.
type openRun struct {
	*Broker
	tasks []*openTask
	byKey map[string]*openTask

	counting    sync.Mutex
	done, total int
}

// openTask is one session to open.
type openTask struct {
	key     string // the profile's as it was asked for
	profile Profile
	request openRequest
	source  *openTask
	depth   int // of role chaining

	settled bool // session or err is there
	session Session
	err     error
}

func (t *openTask) settleWith(s Session, err error) { t.session, t.err, t.settled = s, err, true }

func (m *openRun) addTask(p Profile, request openRequest) *openTask {
	key := p.Key()
	t, ok := m.byKey[key]
	if !ok {
		if request.of.ARN != "" && p.Source == nil {
			p.Role, p.Account = request.of.ARN, "" // whatever the profile leaves open was chosen before
		}
		t = &openTask{key: key, profile: p, request: request}
		m.byKey[key] = t
		m.tasks = append(m.tasks, t)
	}
	return t
}

// confirmTasks settles what the person does not want to be used.
func (m *openRun) confirmTasks(ctx context.Context) {
	var profiles []Profile
	for _, t := range m.tasks {
		profiles = append(profiles, t.profile)
	}
	err := m.Confirm(ctx, profiles...)
	for _, t := range m.tasks {
		if err != nil && (t.profile.confirmingProfile() != "" || errors.Is(err, ErrInterrupted) || ctx.Err() != nil) {
			t.settleWith(Session{}, err)
		}
	}
}

// prepareTask settles what needs no call of AWS or can't become one, and finds the
// sources of the rest.
func (m *openRun) prepareTask(ctx context.Context, t *openTask) {
	if t.settled {
		return
	}
	if err := checkPermitted(t.profile); err != nil {
		t.settleWith(Session{}, err)
		return
	}
	if m.settleFromStore(ctx, t) {
		return
	}
	if err := m.checkProfile(t.profile); err != nil {
		t.settleWith(Session{}, err)
		return
	}
	if t.profile.Source == nil {
		return
	}
	unattended := t.request.unattended
	t.source = m.addTask(*t.profile.Source, openRequest{unattended: unattended, enough: func(s Session) bool {
		return m.isFresh(s) || unattended && m.isYoung(s)
	}})
	m.prepareTask(ctx, t.source)
	t.depth = t.source.depth + 1
}

// settleFromStore settles t with what the store holds.
func (m *openRun) settleFromStore(ctx context.Context, t *openTask) bool {
	if t.request.anew {
		return false
	}
	s, ok := m.storedSession(ctx, t.key, t.profile, t.request)
	if ok {
		t.settleWith(s, nil)
	}
	return ok
}

// openTasks settles what is not yet settled: from the store, then those that are
// signed in for, org by org, then those that are assumed from them, and so on.
func (m *openRun) openTasks(ctx context.Context) {
	for _, t := range slices.Clone(m.tasks) {
		m.prepareTask(ctx, t)
	}
	left := slices.DeleteFunc(slices.Clone(m.tasks), func(t *openTask) bool { return t.settled })
	if m.total = len(left); m.total == 0 {
		return
	}
	defer m.Ask.Progress("")
	for depth := 0; len(left) > 0; depth++ {
		var here, deeper []*openTask
		for _, t := range left {
			if t.depth == depth {
				here = append(here, t)
			} else {
				deeper = append(deeper, t)
			}
		}
		if depth > 0 {
			m.assumeFromSources(ctx, here)
		} else {
			for _, group := range groupByOrg(here) {
				m.signInFor(ctx, group)
			}
		}
		left = deeper
	}
}

func groupByOrg(tasks []*openTask) [][]*openTask {
	var groups [][]*openTask
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

// signInFor settles tasks, which are of one org.
func (m *openRun) signInFor(ctx context.Context, tasks []*openTask) {
	org := tasks[0].profile.Org
	settled := func() bool { // another process may have signed in while this one waited
		tasks = slices.DeleteFunc(tasks, func(t *openTask) bool { return m.settleFromStore(ctx, t) })
		return len(tasks) == 0
	}
	unlock, err := m.lockOrg(ctx, org, tasks[0].profile.Name, settled)
	if err == nil {
		defer unlock()
	}
	if (err == nil || errors.Is(err, ErrWindowClosed)) && settled() {
		return
	}
	if err != nil {
		failAll(tasks, err)
		return
	}
	// What needs no question comes first.
	slices.SortStableFunc(tasks, func(x, y *openTask) int {
		switch named := func(t *openTask) bool { return t.profile.Role != "" }; {
		case named(x) == named(y):
			return 0
		case named(x):
			return -1
		}
		return 1
	})
	if late := m.assumeWithAssertions(ctx, tasks); len(late) > 0 {
		m.forgetAssertion(org)
		m.assumeWithAssertions(ctx, late)
	}
}

// assumeWithAssertions settles tasks and returns those for which AWS found the assertion
// too old.
func (m *openRun) assumeWithAssertions(ctx context.Context, tasks []*openTask) (late []*openTask) {
	under := newBounded(maxParallelCalls)
	var mu sync.Mutex // of late
	for i, t := range tasks {
		if err := under.waitSlot(ctx); err != nil {
			failAll(tasks[i:], err)
			break
		}
		p := t.profile
		p.Org.Anew, p.Org.Unattended = t.request.anew && i == 0, t.request.unattended
		a, err := m.getAssertion(ctx, p)
		if err != nil {
			under.freeSlot()
			failAll(tasks[i:], err)
			break
		}
		role, err := m.pickRole(ctx, p, a)
		if err != nil && !errors.Is(err, ErrInterrupted) && ctx.Err() == nil {
			under.freeSlot()
			t.settleWith(Session{}, err)
			continue
		}
		if err == nil {
			a, err = m.getAssertion(ctx, t.profile) // the same, unless picking took long
		}
		if err != nil {
			under.freeSlot()
			failAll(tasks[i:], err)
			break
		}
		got, _ := m.lastAssertion(p.Org)
		under.runInSlot(func() {
			m.showCount(role)
			t.settleWith(m.assumeWithAssertion(ctx, t.key, t.profile, a, role))
			var refused *AWSError
			if errors.As(t.err, &refused) && refused.Code == "ExpiredTokenException" && m.Now().Sub(got.at) > clockTroubleAge {
				mu.Lock()
				late = append(late, t)
				mu.Unlock()
			}
		})
	}
	under.Wait()
	return late
}

// assumeFromSources settles tasks from their sources.
func (m *openRun) assumeFromSources(ctx context.Context, tasks []*openTask) {
	under := newBounded(maxParallelCalls)
	defer under.Wait()
	for i, t := range tasks {
		if err := under.waitSlot(ctx); err != nil {
			failAll(tasks[i:], err)
			return
		}
		under.runInSlot(func() {
			if t.source.err != nil {
				t.settleWith(Session{}, fmt.Errorf("opening %s for %s: %w", t.source.profile.Name, t.profile.Name, t.source.err))
				return
			}
			role, err := m.chainedRole(t.profile, t.source.session)
			if err != nil {
				t.settleWith(Session{}, err)
				return
			}
			m.showCount(role)
			t.settleWith(m.assumeFromSource(ctx, t.key, t.profile, t.source.session, role))
		})
	}
}

// showCount shows how far it is.
func (m *openRun) showCount(role Role) {
	m.counting.Lock()
	defer m.counting.Unlock()
	m.done++
	if m.total == 1 {
		m.showAssuming(role)
		return
	}
	m.Ask.Progress(fmt.Sprintf("assuming %s in %s (%d of %d)", role.ShortName(), role.Account(), min(m.done, m.total), m.total))
}

func failAll(tasks []*openTask, err error) {
	for _, t := range tasks {
		t.settleWith(Session{}, err)
	}
}

// boundedGroup runs functions beside one another, up to a number of them.
type boundedGroup struct {
	sync.WaitGroup
	slots chan struct{}
}

func newBounded(most int) *boundedGroup { return &boundedGroup{slots: make(chan struct{}, most)} }

// waitSlot waits for a slot, which run or free gives back.
func (b *boundedGroup) waitSlot(ctx context.Context) error {
	select {
	case b.slots <- struct{}{}:
		if err := ctx.Err(); err != nil { // select picks any of what is ready
			b.freeSlot()
			return err
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *boundedGroup) freeSlot() { <-b.slots }

func (b *boundedGroup) runInSlot(do func()) {
	b.Go(ContainPanic(func() {
		defer b.freeSlot()
		do()
	}))
}
