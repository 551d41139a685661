package session

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

const (
	allowS3 = `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	denyS3  = `{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}`
	support = "arn:aws:iam::aws:policy/AWSSupportAccess"
)

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	long := func(n int) string {
		return `{"Statement":{"Effect":"Allow","Action":"` + strings.Repeat("é", n) + `"}}`
	}
	rest := len(long(0))
	for text, want := range map[string]string{
		allowS3: "", denyS3: "", " { \"Statement\" :\n[{\"Effect\":\"Allow\"}] } ": "",
		long(2048 - rest): "", long(2049 - rest): "has 2049 characters", strings.Repeat(" ", 5000) + allowS3: "",
		"": "is not a JSON object", "x": "is not a JSON object", "[]": "is not a JSON object", `"{}"`: "is not a JSON object",
		allowS3 + "{}": "is not a JSON object", allowS3[:20]: "is not a JSON object",
		`{}`: "has no Statement", `{"statement":[{"Effect":"Allow"}]}`: "has no Statement", `{"Statement":[]}`: "has no Statement",
		`{"Statement":"x"}`: "has no Statement", `{"Statement":null}`: "has no Statement", `{"Statement":[1]}`: "has no Statement",
		`{"Statement":[{"Effect":"Allow"},{"Effect":"allow"}]}`: "in statement 2", `{"Statement":{"Action":"*"}}`: "in statement 1",
		`{"Statement":{"Effect":"Allow","Resource":"日本"}}`: "characters that AWS does not take",
		"\ufeff" + allowS3: "", " \ufeff" + allowS3: "is not a JSON object", "\ufeff": "is not a JSON object",
		`{"Statement":{"Effect":"Deny"},"Statement":{"Effect":"Allow"}}`:                       `the key "Statement" twice`,
		`{"Statement":[{"Effect":"Deny"},{"Effect":"Allow","Effect":"Deny"}]}`:                 `the key "Effect" twice`,
		`{"Statement":{"Effect":"Allow","Condition":{"Bool":{"a":"1"},"Bool":{}}}}`:            `the key "Bool" twice`,
		`{"Statement":{"Effect":"Allow","":[{"":1,"":2}]}}`:                                    `the key "" twice`,
		`{"Statement":[{"Effect":"Allow","Sid":"a"},{"Effect":"Allow","Sid":"a"}],"Id":"Sid"}`: "",
	} {
		got, err := ParsePolicy(text)
		switch {
		case want == "" && (err != nil || strings.ContainsAny(got, " \n")):
			t.Errorf("%.80s: %q, %v", text, got, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%.80s: %v, want %s", text, err, want)
		}
	}
}

// TestPolicyCombinations: AWS adds session policies up, so none may be added that allows more.
func TestPolicyCombinations(t *testing.T) {
	t.Parallel()
	none, ro, view := SessionPolicies{}, SessionPolicies{ReadOnly: ReadOnlyAccess}, SessionPolicies{ReadOnly: ViewOnlyAccess}
	allow, deny := SessionPolicies{Inline: allowS3}, SessionPolicies{Inline: denyS3}
	managed := SessionPolicies{ARNs: []string{support}}
	roDeny := SessionPolicies{ReadOnly: ReadOnlyAccess, Inline: denyS3}
	for i, c := range []struct {
		have, more SessionPolicies
		name       string // of both together; "error: …"
	}{
		{none, none, ""}, {none, ro, "read-only"}, {ro, none, "read-only"}, {ro, ro, "read-only"}, {view, view, "view-only"},
		{ro, deny, roDeny.Name()}, {roDeny, ro, roDeny.Name()}, {managed, deny, SessionPolicies{Inline: denyS3, ARNs: managed.ARNs}.Name()},
		{none, allow, allow.Name()}, {none, managed, managed.Name()},
		{none, deny, "error: allows nothing"}, {deny, none, "error: allows nothing"},
		{none, SessionPolicies{ReadOnly: ReadOnlyAccess, Inline: allowS3}, "error: beside read-only"},
		{none, SessionPolicies{ReadOnly: ReadOnlyAccess, ARNs: managed.ARNs}, "error: beside read-only"},
		{none, SessionPolicies{ARNs: slices.Repeat(managed.ARNs, 11)}, "error: 11 managed policies"},
		{ro, allow, "error: policies of its own"}, {ro, managed, "error: policies of its own"}, {managed, ro, "error: policies of its own"},
		{allow, ro, "error: policies of its own"}, {managed, managed, "error: policies of its own"}, {roDeny, deny,
			"error: policies of its own"},
	} {
		got, err := c.have.WithMore(c.more)
		want, fails := strings.CutPrefix(c.name, "error: ")
		if fails && (err == nil || !strings.Contains(err.Error(), want)) || !fails && (err != nil || got.Name() != want) {
			t.Errorf("%d: %+v, %v, want %q", i, got, err, c.name)
		}
	}
}

func TestStaysWithin(t *testing.T) {
	t.Parallel()
	all := map[string]SessionPolicies{"none": {}, "ro": {ReadOnly: ReadOnlyAccess}, "view": {ReadOnly: ViewOnlyAccess},
		"roDeny": {ReadOnly: ReadOnlyAccess, Inline: denyS3}, "allow": {Inline: allowS3}, "managed": {ARNs: []string{support}}}
	for only, within := range map[string][]string{"": {"none", "ro", "view", "roDeny", "allow", "managed"},
		"read-only": {"ro", "view", "roDeny"}, "view-only": {"view"}, all["roDeny"].Name(): {"roDeny"}, all["allow"].Name(): {"allow"},
		all["managed"].Name(): {"managed"}, "something else": nil, "policy": nil} {
		for name, policies := range all {
			if got := policies.StaysWithin(only); got != slices.Contains(within, name) {
				t.Errorf("%s within %q: %v", name, only, got)
			}
		}
	}
}

// TestLimitedSession: STS gets the policies of the role's partition, and a limited session
// and a full one never stand in for each other.
func TestLimitedSession(t *testing.T) {
	t.Parallel()
	b := newBench(admin, audit)
	full := prod()
	limited, view := full, full
	limited.Policies.ReadOnly, view.Policies.ReadOnly = ReadOnlyAccess, ViewOnlyAccess
	other := full
	other.Policies = SessionPolicies{Inline: allowS3, ARNs: []string{support}}
	for round := range 2 { // the second from the store
		for i, p := range []Profile{full, limited, view, other} {
			s := b.opens(t, p)
			if s.Only != p.Policies.Name() || round == 0 && len(b.sts.calls) != i+1 || round == 1 && len(b.sts.calls) != 4 {
				t.Errorf("round %d, %d: %q after %d calls", round, i, s.Only, len(b.sts.calls))
			}
			if round == 0 && b.sts.calls[i].Policies.Name() != s.Only {
				t.Errorf("%+v", b.sts.calls[i].Policies)
			}
		}
	}
	gov, _ := ParseRole("arn:aws-us-gov:iam::123456789012:role/A")
	if got := limited.Policies.ManagedARNs(gov); !slices.Equal(got, []string{"arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess"}) {
		t.Error(got)
	}
	if got := view.Policies.ManagedARNs(gov); !slices.Equal(got, []string{"arn:aws-us-gov:iam::aws:policy/job-function/ViewOnlyAccess"}) {
		t.Error(got)
	}
}

// TestPolicyOfAnotherPlace: AWS takes policies of the role's partition and account only. It
// is said before the sign-in.
func TestPolicyOfAnotherPlace(t *testing.T) {
	t.Parallel()
	for _, arn := range []string{"arn:aws-cn:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::210987654321:policy/Mine"} {
		b := newBench(admin)
		p := prod()
		p.Role, p.Policies.ARNs = admin, []string{arn}
		if _, err := b.Open(background, p); err == nil || !strings.Contains(err.Error(), arn) || b.idp.times > 0 {
			t.Errorf("%v after %d sign-ins", err, b.idp.times)
		}
		p.Role, p.Account = "Admin", "123456789012" // whose partition only the assertion says
		if _, err := b.Open(background, p); err == nil || strings.Contains(arn, "2109") && b.idp.times > 0 {
			t.Errorf("%v after %d sign-ins, with the account known", err, b.idp.times)
		}
		p.Account = ""
		var refused *AWSError
		if _, err := b.Open(background, p); err == nil || errors.As(err, &refused) || len(b.sts.calls) > 0 {
			t.Errorf("%v after %d calls", err, len(b.sts.calls))
		}
	}
	for arn, good := range map[string]bool{support: true, "arn:aws:iam::123456789012:policy/a/b+=,.@-": true, "": false, "x": false,
		"arn:aws:iam::12345:policy/x": false, admin: false, "arn:aws:iam::aws:policy/": false,
		"arn:aws-cn:iam::aws:policy/x": true, "arn:x;y:iam::aws:policy/x": false, "arn:AWS:iam::aws:policy/x": false,
		"arn:aws:iam::aws:policy/a b": false} {
		if err := CheckPolicyARN(arn); (err == nil) != good {
			t.Errorf("%q: %v", arn, err)
		}
	}
}
