// Package doctor looks for what keeps stsx from working on a machine: one check for each thing that can be wrong. It signs in
// nowhere and asks nobody.
package doctor

import (
	"context"
	"errors"
	"slices"
	"time"

	"stsx/session"
)

// Status is what a check comes to.
type Status string

// The statuses, best first.
const (
	OK   Status = "ok"
	Warn Status = "warn" // stsx works, in part or with a detour
	Fail Status = "fail"
)

// Finding is what a check found.
type Finding struct {
	Status Status
	Text   string  // what is so, in a line
	Cure   string  // what to do about it, "run chmod 700 …"; "" = nothing
	Repair *Repair // nil where Cure takes a person
}

// Repair is what can be done safely without a person.
type Repair struct {
	Text string // what it does: "removing the ended session from [prod] of …"
	Do   func(ctx context.Context) error
}

// Check is one thing that is looked at. Run ends soon after its context does.
type Check struct {
	Name  string
	Limit time.Duration // how long Run may take; 0 = checkLimit
	Run   func(ctx context.Context) Finding
}

// Result is a check's finding.
type Result struct {
	Name string
	Finding
}

const (
	// checkLimit is how long a check may take. With overtime it has to stay below the ten seconds that all have together.
	checkLimit = 6 * time.Second
	// overtime is how long a check that has reached its limit is waited for, to hear what it waited for itself.
	overtime = 700 * time.Millisecond
)

// RunAll runs checks side by side and returns when each has ended or has had its time.
func RunAll(ctx context.Context, checks []Check) []Result {
	running := make([]chan Finding, len(checks))
	for i, check := range checks {
		running[i] = startCheck(ctx, check)
	}
	results := make([]Result, len(checks))
	for i, check := range checks {
		results[i] = Result{check.Name, <-running[i]}
	}
	return results
}

// startCheck runs a check. One that does not end is left to itself: the process ends without it.
func startCheck(ctx context.Context, check Check) chan Finding {
	limit := check.Limit
	if limit == 0 {
		limit = checkLimit
	}
	out, found := make(chan Finding, 1), make(chan Finding, 1)
	limited, cancel := context.WithTimeout(ctx, limit)
	go session.ContainPanic(func() { found <- check.Run(limited) })()
	go session.ContainPanic(func() {
		defer cancel()
		late := time.NewTimer(limit + overtime)
		defer late.Stop()
		select {
		case f := <-found:
			out <- f
		case <-late.C:
			out <- Finding{Status: Fail, Text: "this check did not end within " + limit.String(),
				Cure: "report this with what hangs: stsx doctor --json"}
		case <-ctx.Done():
			out <- Finding{Status: Fail, Text: "interrupted"}
		}
	})()
	return out
}

// mergeFindings is several findings in one line: the worst status, all that is not ok, or else all.
func mergeFindings(all ...Finding) Finding {
	out := Finding{Status: OK}
	for _, status := range []Status{Warn, Fail} {
		if slices.ContainsFunc(all, func(f Finding) bool { return f.Status == status }) {
			out.Status = status
		}
	}
	for _, f := range all {
		if out.Status != OK && f.Status == OK {
			continue
		}
		out.Text = joinSentences(out.Text, f.Text)
		if f.Cure != out.Cure {
			out.Cure = joinSentences(out.Cure, f.Cure)
		}
		if out.Repair == nil {
			out.Repair = f.Repair
		}
	}
	return out
}

func joinSentences(before, after string) string {
	if before == "" || after == "" {
		return before + after
	}
	return before + "; " + after
}

// findingOf is err as a finding, with the cure that it knows itself, else cure.
func findingOf(status Status, err error, cure string) Finding {
	var knows interface{ Hint() string }
	if errors.As(err, &knows) {
		cure = knows.Hint()
	}
	return Finding{Status: status, Text: err.Error(), Cure: cure}
}
