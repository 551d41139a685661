//go:build unix

package tests

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestRoles: what is named, and what may have been meant. One sign-in a case.
func TestRoles(t *testing.T) {
	t.Parallel()
	const second = "arn:aws:iam::210987654321:role/Admin"
	users := noFactorPerson()
	users[0].Roles = append(users[0].Roles, second+",arn:aws:iam::210987654321:saml-provider/okta")
	d := newRolesDesk(t, users, adminRole, devRole, auditRole, second).withRemember()
	d.wantStatus(d.run("roles"), 0) // signs in for all of the others
	d = d.withoutBrowser()
	show := []string{"--", "sh", "-c", "echo $STSX_ACCOUNT $STSX_ROLE"}
	for name, c := range map[string]struct {
		args   []string
		status int
		stdout string
		stderr []string
	}{
		"an ARN, of another account than the profile's": {[]string{"dev", "--role", auditRole}, 0, "210987654321 Audit\n", nil},
		"a bare name, in the profile's account":         {[]string{"prod", "--role", "Dev"}, 0, "123456789012 Dev\n", nil},
		"not in the profile's account": {[]string{"prod", "--role", "Audit"}, 5, "",
			[]string{"role Audit in account 123456789012 is not granted to you; did you mean 210987654321 team/Audit", "stsx roles lists"}},
		"near misses": {[]string{"prod", "--role", "Amdin"}, 5, "",
			[]string{"role Amdin in account 123456789012 is not granted", "did you mean 123456789012 Admin, 210987654321 Admin"}},
		"ambiguous": {[]string{"any", "--role", "Admin"}, 5, "",
			[]string{"role Admin is ambiguous; it fits 123456789012 Admin, 210987654321 Admin"}},
	} {
		d.Run(name, func(t *testing.T) {
			d := d.forTest(t)
			r := d.wantStatus(d.run(append(append([]string{"exec"}, c.args...), show...)...), c.status)
			d.wantText(r.stderr, c.stderr...)
			if r.stdout != c.stdout {
				d.Errorf("%s", r)
			}
		})
	}
	d.Run("the picker, ambiguous", func(t *testing.T) { // after the rows: what it opens answers theirs
		d := d.forTest(t)
		term := d.openTerminal("exec", "any", "--role", "Admin", "--", "sh", "-c", "echo is $STSX_ACCOUNT")
		term.waitFor("Role for any")
		term.typeText("\x1b[B\r") // down
		term.waitFor("is 210987654321")
		if r := term.wait(); r.status != 0 || strings.Contains(r.stdout, "team/Audit") {
			d.Errorf("%s", r)
		}
	})
	d.subtest("the table", func(d *desk) {
		r := d.wantStatus(d.run("roles"), 0)
		want := "ACCOUNT       ROLE        ARN\n" +
			"123456789012  Admin       " + adminRole + "\n123456789012  Dev         " + devRole +
			"\n210987654321  Admin       arn:aws:iam::210987654321:role/Admin\n210987654321  team/Audit  " + auditRole + "\n"
		if r.stdout != want {
			d.Errorf("got\n%s", r.stdout)
		}
	})
	d.subtest("the table as JSON", func(d *desk) {
		var got []map[string]string
		if err := json.Unmarshal([]byte(d.wantStatus(d.run("roles", "--json"), 0).stdout), &got); err != nil ||
			len(got) != 4 || len(got[0]) != 4 ||
			got[0]["account"] != "123456789012" || got[0]["role"] != "Admin" || got[3]["arn"] != auditRole {
			d.Errorf("%v, %v", got, err)
		}
	})
}

// TestThousandRoles: all of them are read, and one is found among them. That
// AWS takes no assertion of that size is said, and what to do about it.
func TestThousandRoles(t *testing.T) {
	t.Parallel()
	d := newManyRolesDesk(t, 1000).withRemember()
	for _, line := range strings.Split(d.wantStatus(d.run("roles"), 0).stdout, "\n")[1:1001] {
		if !strings.Contains(line, "arn:aws:iam::1000000000") {
			t.Fatalf("%q", line)
		}
	}
	d = d.withoutBrowser()
	term := d.openTerminal("exec", "any", "--", "sh", "-c", "echo is $STSX_ACCOUNT $STSX_ROLE")
	term.waitFor("Role for any")
	term.waitFor("1000;")
	term.typeText("nothing like it")
	term.waitFor("no match")
	term.typeText("\x1b") // clears the filter
	term.waitFor("1000;")
	term.typeText("role0777")
	term.waitFor("1 of 1000")
	term.typeText("\r")
	r := term.wait()
	d.wantText(r.stdout, "Role for any: 100000000077 Role0777", "less than or equal to 100000 (ValidationError)",
		"hint: the assertion is larger than AWS takes")
	if r.status != 5 {
		t.Fatal(r)
	}
	// Giving up leaves nothing behind.
	term = d.openTerminal("exec", "any", "--", "true")
	term.waitFor("Role for any")
	term.typeText("\x1b")
	if r := term.wait(); r.status != 130 {
		t.Error(r)
	}
	d.wantNoBrowserProfile()
}

// TestManyRoles: as many as AWS takes.
func TestManyRoles(t *testing.T) {
	t.Parallel()
	d := newManyRolesDesk(t, 300)
	term := d.openTerminal("exec", "any", "--", "sh", "-c", "echo is $STSX_ACCOUNT $STSX_ROLE")
	term.waitFor("Role for any")
	term.typeText("029 role0299\r")
	term.waitFor("is 100000000029 Role0299")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
}

// TestOnlyRole is taken without a question.
func TestOnlyRole(t *testing.T) {
	t.Parallel()
	d := newManyRolesDesk(t, 1)
	if r := d.wantStatus(d.run("exec", "any", "--", "sh", "-c", "echo $STSX_ROLE"), 0); r.stdout != "Role0000\n" {
		t.Errorf("%s", r)
	}
}
