//go:build unix

package tests

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"testing"
	"time"

	"stsx/tests/bench"
	"stsx/tests/okta"
)

// goalRounds is how often each side of a goal runs. The middle one counts.
const goalRounds = 5

// goal is a time that is held against another, measured in turn.
type goal struct {
	name         string
	most         float64 // the ratio that is wanted
	run, against func() error
}

// BenchmarkGoals prints a table: what stsx takes, what it has to beat, and
// whether the ratio that is wanted holds. docs/performance.md has one.
func BenchmarkGoals(b *testing.B) {
	printGoalHeader()
	for _, g := range append(scriptGoals(b), lineGoals(b)...) {
		var took, other []time.Duration
		for range goalRounds {
			took, other = append(took, timeOf(b, g.run)), append(other, timeOf(b, g.against))
		}
		slices.Sort(took)
		slices.Sort(other)
		own, its := took[goalRounds/2], other[goalRounds/2]
		printTimeGoal(g.name, own, its, g.most)
	}
	for _, engine := range allEngines() {
		printTimeGoal(engine.String()+", from the last key of a code to the command", lastKeyTime(b, engine), 150*time.Millisecond, 1)
	}
}

// lastKeyTime is the middle of the times from the last key of a code to the
// start of exec's command. The org on loopback answers at once, so that no time
// is taken off for its replies.
func lastKeyTime(b *testing.B, engine okta.Engine) time.Duration {
	b.Helper()
	d := benchDesk(b, withFactors(okta.Config{Engine: engine}, okta.CustomOTP), func(*desk) {})
	took := make([]time.Duration, goalRounds)
	for i := range took {
		term := d.withFreshState().openTerminal("exec", "prod", "--", "echo", "begun")
		term.waitFor("Code from Custom OTP")
		code := d.factorCode(okta.CustomOTP)
		began := time.Now()
		term.typeText(code + "\r")
		term.waitFor("begun")
		took[i] = time.Since(began)
		if r := term.wait(); r.status != 0 {
			b.Fatal(r)
		}
	}
	slices.Sort(took)
	return took[goalRounds/2]
}

func printGoalHeader() {
	fmt.Println("\n| goal | stsx | against | ratio | wanted | |\n|---|---|---|---|---|---|")
}

// printTimeGoal prints the row of a goal that is a time.
func printTimeGoal(name string, own, against time.Duration, most float64) {
	printGoal(
		name,
		own.Round(100*time.Microsecond).String(),
		against.Round(100*time.Microsecond).String(),
		own.Seconds()/against.Seconds(),
		most,
	)
}

// printGoal prints the row of a goal; most is the ratio that is wanted.
func printGoal(name, own, against string, ratio, most float64) {
	result := "missed"
	if ratio <= most {
		result = "held"
	}
	fmt.Printf("| %s | %s | %s | %.2f | %.2f | %s |\n", name, own, against, ratio, most, result)
}

func timeOf(b *testing.B, run func() error) time.Duration {
	b.Helper()
	begun := time.Now()
	if err := run(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begun)
}

// scriptGoals: a sign-in against the hand-written script, with the browser that is found, and with Chromium's build without
// windows where there is one.
func scriptGoals(b *testing.B) []goal {
	var goals []goal
	for _, engine := range allEngines() {
		d := benchDesk(b, okta.Config{Engine: engine}, func(*desk) {})
		script := func() error {
			ctx, cancel := context.WithTimeout(context.Background(), runLimit)
			defer cancel()
			_, err := bench.SignIn(ctx, browserPath(b), d.org.EmbedURL(), jane, janePassword)
			return err
		}
		goals = append(goals, goal{engine.String() + " against a hand-written script", 0.70, d.runRoles, script})
		if shell, err := exec.LookPath("chromium-headless-shell"); err == nil {
			with := d.with("STSX_BROWSER_PATH=" + shell)
			goals = append(goals, goal{engine.String() + ", chromium-headless-shell, against it", 0.70, with.runRoles, script})
		}
	}
	return goals
}

// lineGoals: over a line, a sign-in after another against the first one.
func lineGoals(b *testing.B) []goal {
	lines := []struct {
		name string
		line okta.Line
	}{
		{"80 ms, 20 Mbit/s", okta.Line{RoundTrip: 80 * time.Millisecond, BytesPerSecond: 20e6 / 8}},
		{"300 ms, 2 Mbit/s", okta.Line{RoundTrip: 300 * time.Millisecond, BytesPerSecond: 2e6 / 8}},
	}
	var goals []goal
	for _, l := range lines {
		d := benchDesk(b, okta.Config{Engine: okta.Gen3, Line: l.line}, func(d *desk) { d.wantStatus(d.run("roles"), 0) })
		goals = append(goals, goal{
			name: "second sign-in against the first, " + l.name, most: 0.65,
			run:     d.runRoles,
			against: func() error { return d.withFreshState().runRoles() },
		})
		remembered := benchDesk(b, okta.Config{Engine: okta.Gen3, Line: l.line}, func(d *desk) {
			d.withRemember().wantStatus(d.run("roles"), 0)
		})
		goals = append(goals, goal{
			name: "the same with remember = true, " + l.name, most: 0.65,
			run:     remembered.runRoles,
			against: func() error { return d.withFreshState().runRoles() },
		})
	}
	return goals
}

// runRoles signs in, without STS.
func (d *desk) runRoles() error {
	command := exec.Command(stsxPath, "roles")
	command.Env, command.Dir = d.env, d.home
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
