package config

import (
	"strings"
	"testing"

	"stsx/session"
)

// TestPlanChange: however a value is written, it alone changes.
func TestPlanChange(t *testing.T) {
	const head = "\ufeff# mine\n[idp.acme]\nurl = \"https://acme.okta.com/home/amazon_aws/0oa1/272\" # the app\n"
	change := func(name, region string) session.ConfigEdits {
		settings := []session.Setting{{Key: "region", Value: region}}
		return session.ConfigEdits{Changed: []session.Table{{Kind: "profile", Name: name, Settings: settings}}}
	}
	for name, c := range map[string]struct{ old, want string }{
		"a value": {"[profile.p]\nregion = \"eu-west-1\" # near\nduration = \"8h\"\n",
			"[profile.p]\nregion = \"eu-west-3\" # near\nduration = \"8h\"\n"},
		"single":        {"[profile.p]\nregion   =   'eu-west-1'", "[profile.p]\nregion   =   \"eu-west-3\""},
		"many lines":    {"[profile.p]\nregion = \"\"\"\neu-west-1\"\"\"\n", "[profile.p]\nregion = \"eu-west-3\"\n"},
		"a quoted name": {"[profile.\"p\"]\n\"region\" = \"eu-west-1\"\n", "[profile.\"p\"]\n\"region\" = \"eu-west-3\"\n"},
		"dotted": {"[profile]\np.region = \"eu-west-1\"\np.duration = \"8h\"\n",
			"[profile]\np.region = \"eu-west-3\"\np.duration = \"8h\"\n"},
		"none yet": {"[profile.p]\nduration = \"8h\" # long\n", "[profile.p]\nduration = \"8h\" # long\nregion = \"eu-west-3\"\n"},
		"the same": {"[profile.p]\nregion = 'eu-west-3'\n", "[profile.p]\nregion = 'eu-west-3'\n"},
		"of two": {"[profile.q]\nregion = \"eu-west-1\"\n[profile.p]\nregion = \"eu-west-1\"\n",
			"[profile.q]\nregion = \"eu-west-1\"\n[profile.p]\nregion = \"eu-west-3\"\n"},
		"inline":      {"[profile]\np = { region = \"eu-west-1\" }\n", ""},
		"no such one": {"[profile.q]\nregion = \"eu-west-1\"\n", ""},
	} {
		plan, err := PlanChange("f", head+c.old, change("p", "eu-west-3"))
		if c.want == "" {
			if err == nil {
				t.Errorf("%s: %s", name, plan.New)
			}
			continue
		}
		if err != nil || plan.New != head+c.want || plan.Old != head+c.old || (plan.Difference == "") != (c.old == c.want) {
			t.Errorf("%s: %v\n%s\n%s", name, err, plan.New, plan.Difference)
		}
	}
	url := []session.Setting{{Key: "url", Value: "https://acme.okta.com/home/amazon_aws/0oa1/272"}}
	added := []session.Table{{Kind: "idp", Name: "acme", Settings: url},
		{Kind: "profile", Name: "q", Settings: []session.Setting{{Key: "role", Value: "arn:aws:iam::123456789012:role/A"}}}}
	edits := change("p", "eu-west-3")
	edits.Added = added
	plan, err := PlanChange("f", head+"[profile.p]\nregion = \"eu-west-1\"\n", edits)
	if err != nil || !strings.Contains(plan.Difference, "-region = \"eu-west-1\"\n+region = \"eu-west-3\"\n") ||
		!strings.HasSuffix(plan.New, "\n[profile.q]\nrole = \"arn:aws:iam::123456789012:role/A\"\n") {
		t.Errorf("%v\n%s", err, plan.Difference)
	}
	if _, err := PlanChange("f", "[idp.x]\n", session.ConfigEdits{Added: added}); err == nil {
		t.Error("a configuration with mistakes was changed")
	}
}

// TestEditProfiles: whatever way profiles are written, renaming and removing leave all else as
// it is, byte for byte.
func TestEditProfiles(t *testing.T) {
	const head = "\ufeff# mine\n[idp.acme] # the org\nurl = \"https://acme.okta.com/home/amazon_aws/0oa1/272\"\n"
	const far = "role = \"arn:aws:iam::123456789012:role/Far\"\n"
	const q = "[profile.q] # mine too\nrole = \"Q\"\n"
	for name, c := range map[string]struct{ old, removed, renamed string }{
		"the first": {"\n# of p\n[profile.p] # prod\n# in it\nrole = \"P\" # its role\n\n# of q\n" + q,
			"\n# of p\n# of q\n" + q, "\n# of p\n[profile.new] # prod\n# in it\nrole = \"P\" # its role\n\n# of q\n" + q},
		"the last":            {"\n" + q + "\n[profile.p]\nrole = \"P\"\n", "\n" + q, "\n" + q + "\n[profile.new]\nrole = \"P\"\n"},
		"no line end":         {"\n" + q + "\n[profile.p]\nrole = \"P\"", "\n" + q, "\n" + q + "\n[profile.new]\nrole = \"P\""},
		"a comment behind it": {"[profile.p]\nrole = \"P\"\n# the end\n", "# the end\n", "[profile.new]\nrole = \"P\"\n# the end\n"},
		"CRLF": {"[profile.p]\r\nrole = \"P\"\r\n\r\n[profile.q]\r\nrole = \"Q\"\r\n", "[profile.q]\r\nrole = \"Q\"\r\n",
			"[profile.new]\r\nrole = \"P\"\r\n\r\n[profile.q]\r\nrole = \"Q\"\r\n"},
		"a quoted name": {"[ profile . 'p' ]\nrole = \"P\"\n" + q, q, "[ profile . new ]\nrole = \"P\"\n" + q},
		"dotted": {"[profile]\np.role = \"P\"\np.duration = \"1h\"\nq.role = \"Q\" # mine\n", "[profile]\nq.role = \"Q\" # mine\n",
			"[profile]\nnew.role = \"P\"\nnew.duration = \"1h\"\nq.role = \"Q\" # mine\n"},
		"at two places": {"[profile.p]\nrole = \"P\"\n\n" + q + "\n[profile.p.tags]\nteam = \"a\" # ours\n", "", ""},
		"many lines": {"[profile.p]\nrole = \"\"\"\nP\"\"\"\nallowed_accounts = [\n  \"123456789012\", # one\n]\n\n" + q, q,
			"[profile.new]\nrole = \"\"\"\nP\"\"\"\nallowed_accounts = [\n  \"123456789012\", # one\n]\n\n" + q},
		"a source": {"[profile.p]\nrole = \"P\"\n[profile.far]\nsource = 'p' # from it\n" + far, "",
			"[profile.new]\nrole = \"P\"\n[profile.far]\nsource = \"new\" # from it\n" + far},
		"inline": {"[profile]\np = { role = \"P\" } # short\nq = { role = \"Q\" }\n", "[profile]\nq = { role = \"Q\" }\n",
			"[profile]\nnew = { role = \"P\" } # short\nq = { role = \"Q\" }\n"},
		"no such one": {q, q, q},
	} {
		for what, edit := range map[string]struct {
			edits session.ConfigEdits
			want  string
		}{
			"removed": {session.ConfigEdits{Removed: []string{"p"}}, c.removed},
			"renamed": {session.ConfigEdits{Renamed: map[string]string{"p": "new"}}, c.renamed},
		} {
			plan, err := PlanChange("f", head+c.old, edit.edits)
			if edit.want == "" {
				if err == nil {
					t.Errorf("%s, %s: %s", name, what, plan.New)
				}
				continue
			}
			if err != nil || plan.New != head+edit.want {
				t.Errorf("%s, %s: %v\n%q\nwant\n%q", name, what, err, plan.New, head+edit.want)
			}
		}
	}
	// The names of two profiles change places, and a value changes with them.
	old := head + "[profile.p]\nrole = \"P\"\n" + q
	plan, err := PlanChange("f", old, session.ConfigEdits{
		Changed: []session.Table{{Kind: "profile", Name: "p", Settings: []session.Setting{{Key: "region", Value: "eu-west-1"}}}},
		Renamed: map[string]string{"p": "q", "q": "p"}})
	want := head + "[profile.q]\nrole = \"P\"\nregion = \"eu-west-1\"\n" + strings.Replace(q, ".q", ".p", 1)
	if err != nil || plan.New != want {
		t.Errorf("%v\n%s", err, plan.New)
	}
	if plan, err := PlanChange("f", old, session.ConfigEdits{Renamed: map[string]string{"p": "q"}}); err == nil {
		t.Errorf("two of a name: %s", plan.New)
	}
}
