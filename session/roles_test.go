package session

import (
	"context"
	"reflect"
	"testing"
	"time"
)

type granting []Role

func (granting) Close(Org) error { return nil }

func (g granting) Assert(context.Context, Profile) (Assertion, error) {
	return Assertion{Roles: g}, nil
}

type seeing struct{ seen map[string][]Role }

func (s seeing) See(o Org, roles []Role) { s.seen[o.Name] = roles }
func (s seeing) Seen() []Role            { return nil }

type lockOnly struct{ SessionStore }

func (lockOnly) Lock(context.Context, string, string, func(string) bool) (func(), error) {
	return func() {}, nil
}

type mute struct{ Prompter }

func (mute) Progress(string) {}

// What a sign-in grants is remembered for completion.
func TestBrokerRemembersRoles(t *testing.T) {
	roles := []Role{{ARN: "arn:aws:iam::123456789012:role/Admin"}}
	s := seeing{map[string][]Role{}}
	b := Broker{IdP: granting(roles), Store: lockOnly{}, Roles: s, Ask: mute{}, Now: time.Now}
	if _, err := b.Grants(context.Background(), Org{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	if want := map[string][]Role{"acme": roles}; !reflect.DeepEqual(s.seen, want) {
		t.Errorf("got %v, want %v", s.seen, want)
	}
}
