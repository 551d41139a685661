package config

import (
	"strings"
	"testing"

	"stsx/session"
)

// TestPlanChange: however a value is written, it alone changes.
func TestPlanChange(t *testing.T) {
	const head = "\ufeff# mine\n[idp.acme]\nurl = \"https://acme.okta.com/home/amazon_aws/0oa1/272\" # the app\n"
	change := func(name, region string) []session.Table {
		return []session.Table{{Kind: "profile", Name: name, Settings: []session.Setting{{Key: "region", Value: region}}}}
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
		plan, err := PlanChange("f", head+c.old, change("p", "eu-west-3"), nil)
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
	plan, err := PlanChange("f", head+"[profile.p]\nregion = \"eu-west-1\"\n", change("p", "eu-west-3"), added)
	if err != nil || !strings.Contains(plan.Difference, "-region = \"eu-west-1\"\n+region = \"eu-west-3\"\n") ||
		!strings.HasSuffix(plan.New, "\n[profile.q]\nrole = \"arn:aws:iam::123456789012:role/A\"\n") {
		t.Errorf("%v\n%s", err, plan.Difference)
	}
	if _, err := PlanChange("f", "[idp.x]\n", nil, added); err == nil {
		t.Error("a configuration with mistakes was changed")
	}
}
