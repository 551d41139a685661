package commands

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/config"
)

const (
	appLink   = "https://acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272"
	devRole   = "arn:aws:iam::123456789012:role/Dev"
	auditRole = "arn:aws:iam::210987654321:role/team/Audit"
)

// exchange is a question as it has to come, and the person's answer. "^C" leaves.
type exchange struct{ prompt, answer string }

// wizardDesk is a person who answers the wizard's questions, one after the other, with
// an Okta and an AWS that know them.
type wizardDesk struct {
	*fakeSystem
	t        *testing.T
	dir      string
	script   []exchange
	options  []string // of the last list
	signIns  int
	granted  []string
	assumed  []string
	kept     map[string]session.Session
	clock    time.Time
	onAnswer func(prompt string)
	awsDiff  string // what Configure would change
	awsWrote bool
	region   string // of AWS's configuration
	home     string // where an app was looked for
	apps     []session.App
	refused  error // the list of apps was
	mu       sync.Mutex
}

func newWizardDesk(t *testing.T, script ...exchange) *wizardDesk {
	d := &wizardDesk{fakeSystem: newFakeSystem("configure"), t: t, dir: t.TempDir(), script: script, clock: noonTime(),
		granted: []string{admin, devRole, auditRole}, kept: map[string]session.Session{}}
	d.HostSystem.Now = func() time.Time { return d.clock }
	d.HostSystem.OwnPath = func() (string, error) { return filepath.Join(d.dir, "bin", "stsx"), nil }
	d.HostSystem.BuildDrivers = func(s Settings) (*Drivers, error) {
		broker := &session.Broker{IdP: d, STS: d, Store: d, Limits: noLimits{}, Ask: d, Now: d.HostSystem.Now}
		return &Drivers{
			Profiles: func() (Profiles, error) { return config.Load(d.path()) }, Broker: broker, AWSFiles: d, Ask: d,
			ConfigFile: config.Editor{Path: d.path()}, OtherTools: noTools{}, Close: func() error { return nil },
		}, nil
	}
	return d
}

func (d *wizardDesk) path() string { return filepath.Join(d.dir, "stsx", "config.toml") }

func (d *wizardDesk) text() string {
	text, err := os.ReadFile(d.path())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		d.t.Fatal(err)
	}
	return string(text)
}

// write makes text the configuration.
func (d *wizardDesk) write(text string) {
	d.t.Helper()
	if err := os.MkdirAll(filepath.Dir(d.path()), 0o700); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(d.path(), []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *wizardDesk) wantSaid(texts ...string) {
	d.t.Helper()
	for _, text := range texts {
		if !strings.Contains(strings.Join(d.said, "\n"), text) {
			d.t.Errorf("%q was not said, but\n%s", text, strings.Join(d.said, "\n"))
		}
	}
}

// answer is the next of the script, whose prompt has to be in the one that comes.
func (d *wizardDesk) answer(prompt string) (string, error) {
	if len(d.script) == 0 || !strings.Contains(prompt, d.script[0].prompt) {
		d.t.Errorf("the question %q comes, and the script is at %+v", prompt, d.script)
		return "", session.ErrInterrupted
	}
	answer := d.script[0].answer
	d.script = d.script[1:]
	if d.onAnswer != nil {
		d.onAnswer(prompt)
	}
	if answer == "^C" {
		return "", session.ErrInterrupted
	}
	return answer, nil
}

func (d *wizardDesk) Interactive() bool   { return true }
func (d *wizardDesk) HeldBecause() string { return "" }
func (d *wizardDesk) Ask(_ context.Context, q session.Question) (string, error) {
	answer, err := d.answer(q.Prompt)
	if err == nil && answer == "" {
		answer = q.Draft
	}
	return answer, err
}
func (d *wizardDesk) Confirm(_ context.Context, prompt string, otherwise bool) (bool, error) {
	answer, err := d.answer(prompt)
	return answer == "y" || answer == "" && otherwise, err
}
func (d *wizardDesk) Choose(_ context.Context, q session.Question, options []string) (int, error) {
	answer, err := d.answer(q.Prompt)
	for i, option := range options {
		if strings.Contains(option, answer) {
			return i, err
		}
	}
	return 0, err
}

// ChooseMany ticks what is named in the answer, or "all", beside what is ticked; "-" before a
// word takes a tick away.
func (d *wizardDesk) ChooseMany(_ context.Context, q session.Question, options []session.GroupedOption) (picked []int, err error) {
	answer, err := d.answer(q.Prompt)
	d.options = nil
	for i, o := range options {
		d.options = append(d.options, o.Group+"/"+o.Text)
		ticked := o.Ticked && !strings.Contains(answer, "-"+o.Text)
		if err == nil && (answer == "all" || ticked || !o.Ticked && strings.Contains(answer, o.Text)) {
			picked = append(picked, i)
		}
	}
	return picked, err
}

func (*wizardDesk) Close(session.Org) error { return nil }

func (d *wizardDesk) Assert(ctx context.Context, p session.Profile) (session.Assertion, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.signIns++
	a := session.Assertion{Encoded: session.NewSecret("assertion")}
	if p.ChooseApp != nil {
		if d.home = p.Org.URL; d.home == "" {
			d.t.Error("no home page")
		}
		var err error
		if a.AppLink, err = p.ChooseApp(ctx, d.apps, d.refused); err != nil {
			return a, err
		}
	}
	for _, arn := range d.granted {
		a.Roles = append(a.Roles, session.Role{ARN: arn, Provider: strings.Replace(arn, "role/", "saml-provider/", 1)})
	}
	return a, nil
}
func (d *wizardDesk) Assume(_ context.Context, a session.Assumption) (session.AssumedRole, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.assumed = append(d.assumed, a.Role.ARN)
	if strings.Contains(a.Role.ARN, "Refused") {
		return session.AssumedRole{}, &session.AWSError{Act: "assuming " + a.Role.ARN, Code: "AccessDenied", Err: errors.New("no")}
	}
	return session.AssumedRole{
		ARN:         "arn:aws:sts::" + a.Role.Account() + ":assumed-role/" + a.Role.ShortName() + "/jane",
		Credentials: session.Credentials{AccessKeyID: "ASIA", Expires: d.clock.Add(time.Hour)},
	}, nil
}
func (d *wizardDesk) Get(_ context.Context, key string) (session.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.kept[key]; ok {
		return s, nil
	}
	return session.Session{}, session.ErrNoSession
}
func (d *wizardDesk) Put(_ context.Context, key string, s session.Session) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kept[key] = s
	return nil
}
func (d *wizardDesk) Lock(context.Context, string, string, func(string) bool) (func(), error) {
	return func() {}, nil
}
func (d *wizardDesk) Region() string { return d.region }
func (d *wizardDesk) Configure(_ context.Context, _ []session.AWSProfile, dry bool) (string, string, error) {
	d.awsWrote = d.awsWrote || !dry
	return "aws-config", d.awsDiff, nil
}

type noLimits struct{}

func (noLimits) Longest(string) time.Duration { return 0 }
func (noLimits) Learn(string, time.Duration)  {}

type noTools struct{}

func (noTools) Read(string, string) (session.ToolSettings, error) {
	return session.ToolSettings{}, errors.New("no such tool")
}
func (noTools) Present() []session.ToolSettings { return nil }
