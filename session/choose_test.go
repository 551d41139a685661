package session

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestParseRole(t *testing.T) {
	for arn, want := range map[string][4]string{
		admin: {"aws", "123456789012", "Admin", "Admin"},
		audit: {"aws", "210987654321", "team/Audit", "Audit"},
		"arn:aws-us-gov:iam::123456789012:role/a/b/C+=,.@_-": {"aws-us-gov", "123456789012", "a/b/C+=,.@_-", "C+=,.@_-"},
	} {
		r, err := ParseRole(arn)
		if got := [4]string{r.Partition(), r.Account(), r.Name(), r.ShortName()}; err != nil || got != want {
			t.Errorf("%s: %q, %v", arn, got, err)
		}
	}
	for _, arn := range []string{"", "Admin", "arn:aws:iam::1:role/Admin", "arn:aws:iam::12345678901x:role/A",
		"arn:aws:iam::123456789012:user/A", "arn:aws:iam:eu-west-1:123456789012:role/A",
		"arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:role/a/", "arn::iam::123456789012:role/A",
		"arn:aws:sts::123456789012:role/A", "ARN:aws:iam::123456789012:role/A",
		"arn:aws:iam::123456789012:role/A B", "arn:aws:iam::123456789012:role/A\n", "arn:aws:iam::123456789012:role/é",
		"arn:aws:iam::123456789012:role/\x1b[2J"} {
		if r, err := ParseRole(arn); err == nil || r != (Role{}) {
			t.Errorf("%q is taken", arn)
		}
	}
}

func TestChoose(t *testing.T) {
	const otherAdmin = "arn:aws:iam::210987654321:role/Admin"
	const teamAdmin = "arn:aws:iam::123456789012:role/team/Admin"
	roles := func(arns ...string) []Role {
		var out []Role
		for _, a := range arns {
			out = append(out, granted(a))
		}
		return out
	}
	second := granted(admin)
	second.Provider = "arn:aws:iam::123456789012:saml-provider/other"
	twice := []Role{granted(admin), second}
	for name, c := range map[string]struct {
		role, account string
		granted       []Role
		person        []string // nil = nobody
		want          string   // ARN, or words of the error
		status        string   // "role" or "input"
	}{
		"by ARN":                  {admin, "", roles(admin, dev), nil, admin, ""},
		"by name":                 {"Dev", "", roles(admin, dev), nil, dev, ""},
		"by name and account":     {"Admin", "210987654321", roles(admin, otherAdmin), nil, otherAdmin, ""},
		"by path":                 {"team/Audit", "", roles(admin, audit), nil, audit, ""},
		"by the end of its path":  {"Audit", "", roles(admin, audit), nil, audit, ""},
		"name before end of path": {"Admin", "", roles(admin, teamAdmin), nil, admin, ""},
		"the only one":            {"", "", roles(audit), nil, audit, ""},
		"the only one there":      {"", "210987654321", roles(admin, audit), nil, audit, ""},
		"picked":                  {"", "", roles(admin, dev, audit), []string{"123456789012 Dev"}, dev, ""},
		"picked of the ambiguous": {"Admin", "", roles(admin, otherAdmin), []string{"210987654321 Admin"}, otherAdmin, ""},
		"provider picked":         {admin, "", twice, []string{"123456789012 Admin (by other)"}, admin, ""},
		"any provider":            {admin, "", twice, nil, admin, ""},
		"any provider, by name":   {"Admin", "", twice, nil, admin, ""},
		"any provider, unnamed":   {"", "", twice, nil, admin, ""},
		"given up":                {"", "", roles(admin, dev), []string{"^C"}, "interrupted", ""},
		"none granted":            {"Admin", "", nil, nil, "grants you no AWS role", "role"},
		"unknown": {"Amdin", "", roles(admin, dev), nil,
			"role Amdin is not granted to you; did you mean 123456789012 Admin", "role"},
		"case": {"admin", "", roles(admin, dev), []string{"123456789012 Admin"},
			"role admin is not granted to you; did you mean 123456789012 Admin", "role"},
		"part":                   {"Adm", "", roles(admin, dev), nil, "is not granted to you; did you mean 123456789012 Admin", "role"},
		"ARN of another account": {otherAdmin, "", roles(admin), nil, "is not granted to you; did you mean 123456789012 Admin", "role"},
		"ARN with another path":  {teamAdmin, "", roles(admin), nil, "is not granted", "role"},
		"in another account": {"Admin", "210987654321", roles(admin, audit), nil,
			"role Admin in account 210987654321 is not granted to you; did you mean 123456789012 Admin", "role"},
		"no such account": {"", "999999999999", roles(admin, audit), nil,
			"a role in account 999999999999 is not granted to you; did you mean 123456789012 Admin, 210987654321 team/Audit", "role"},
		"ambiguous": {"Admin", "", roles(admin, otherAdmin), nil,
			"role Admin is ambiguous; it fits 123456789012 Admin, 210987654321 Admin", "role"},
		"nobody to ask":          {"", "", roles(admin, dev), nil, "a choice among the 2 roles for prod", "input"},
		"nobody, in one account": {"", "123456789012", roles(admin, dev, audit), nil, "a choice among the 2 roles for prod", "input"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ChooseRole(background, Profile{Name: "prod", Role: c.role, Account: c.account}, c.granted,
				&person{answers: c.person})
			if err == nil {
				if got.ARN != c.want || got.Provider == "" {
					t.Errorf("got %+v", got)
				}
				return
			}
			if got != (Role{}) || !strings.Contains(err.Error(), c.want) || strings.HasPrefix(c.want, "arn:") {
				t.Errorf("got %v, %v", got, err)
			}
			var role *RoleError
			var input *InputError
			if errors.As(err, &role) != (c.status == "role") || errors.As(err, &input) != (c.status == "input") {
				t.Errorf("%T", err)
			}
		})
	}
}

// TestChooseNeverTakesAnother: whatever is granted and asked for, the role that
// comes out is granted and is what was asked for.
func TestChooseNeverTakesAnother(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	accounts := []string{"111111111111", "111111111112", "222222222222"}
	names := []string{"Admin", "admin", "Admi", "team/Admin", "x/team/Admin", "Dev", "Dev,x"}
	pick := func(from []string) string { return from[random.IntN(len(from))] }
	taken := 0
	for range 20000 {
		var all []Role
		for range random.IntN(6) {
			all = append(all, granted("arn:aws:iam::"+pick(accounts)+":role/"+pick(names)))
		}
		p := Profile{Name: "p"}
		switch random.IntN(4) {
		case 0:
			p.Role = "arn:aws:iam::" + pick(accounts) + ":role/" + pick(names)
		case 1:
			p.Role, p.Account = pick(names), pick(accounts)
		case 2:
			p.Role = pick(names)
		}
		got, err := ChooseRole(background, p, all, &person{})
		if err != nil {
			continue
		}
		taken++
		if !slices.Contains(all, got) {
			t.Fatalf("%+v of %v gave %v, which is not granted", p, all, got)
		}
		if p.Account != "" && got.Account() != p.Account || p.Role != "" && p.Role != got.ARN && p.Role != got.Name() &&
			p.Role != got.ShortName() {
			t.Fatalf("%+v of %v gave %v", p, all, got)
		}
		for _, r := range all { // and no other would have done as well
			if r.ARN != got.ARN && (p.Account == "" || r.Account() == p.Account) &&
				(p.Role == "" || p.Role == r.ARN || p.Role == r.Name()) {
				t.Fatalf("%+v of %v gave %v rather than %v", p, all, got, r)
			}
		}
	}
	if taken < 1000 {
		t.Errorf("only %d choices were made", taken)
	}
}

// TestManyNear: an error names a few, however many are granted.
func TestManyNear(t *testing.T) {
	var all []Role
	for i := range 1000 {
		all = append(all, granted(fmt.Sprintf("arn:aws:iam::%012d:role/Admin", i)))
	}
	_, err := ChooseRole(background, Profile{Role: "Admni"}, all, &person{})
	var role *RoleError
	if !errors.As(err, &role) || len(role.Near) != 5 {
		t.Errorf("got %v", err)
	}
	_, err = ChooseRole(background, Profile{Role: "Admin"}, all, &person{})
	if len(err.Error()) > 300 || !strings.Contains(err.Error(), "995 more") {
		t.Errorf("got %.400s", err)
	}
}

// TestRolesLeft: leaving the list of roles costs a sign-in only after a yes. With remember the next one needs nobody, and with
// Ctrl-C nothing is asked.
func TestRolesLeft(t *testing.T) {
	const leave = "This sign-in is not saved. Leave without a role?"
	list := "Role for any"
	for name, c := range map[string]struct {
		remember bool
		answers  []string
		asked    []string
		err      error
		said     string
	}{
		"Esc, no, a role": {false, []string{"Esc", "n", "123456789012 Dev"}, []string{list, leave, list}, nil, ""},
		"Esc twice, a role": {false, []string{"Esc", "n", "Esc", "n", "123456789012 Dev"}, []string{list, leave, list, leave, list},
			nil, ""},
		"Esc, yes":             {false, []string{"Esc", "y"}, []string{list, leave}, ErrNotChosen, ""},
		"Esc, Ctrl-C":          {false, []string{"Esc", "^C"}, []string{list, leave}, ErrNotChosen, ""},
		"Ctrl-C":               {false, []string{"^C"}, []string{list}, ErrInterrupted, ""},
		"Esc with remember":    {true, []string{"Esc"}, []string{list}, ErrNotChosen, "the next try needs no password"},
		"Ctrl-C with remember": {true, []string{"^C"}, []string{list}, ErrInterrupted, ""},
	} {
		b := newBench(admin, dev)
		b.person.answers = c.answers
		org := acme()
		org.Remember = c.remember
		s, err := b.Open(background, Profile{Name: "any", Org: org})
		if !errors.Is(err, c.err) || (err == nil) != (s.Role.ARN == dev) || b.idp.times != 1 || !slices.Equal(b.person.asked, c.asked) {
			t.Errorf("%s: %v, %s, %d sign-ins, asked %q", name, err, s.Role.ARN, b.idp.times, b.person.asked)
		}
		if c.said != "" {
			b.person.wantSaid(t, c.said)
		} else if len(b.person.said) != 0 {
			t.Errorf("%s: said %q", name, b.person.said)
		}
	}
}
