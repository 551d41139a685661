package config

import (
	"github.com/pelletier/go-toml/v2/unstable"

	"stsx/session"
)

// readPolicy is an IAM policy as JSON text; it holds no secret.
func (c *checker) readPolicy(e tableEntry) (string, bool) {
	if e.value.kind != unstable.String {
		c.addProblem(e.at, "policy is a string that holds JSON, not %s", kindOf(e.value.kind))
		return "", false
	}
	policy, err := session.ParsePolicy(e.value.text)
	if err != nil {
		c.addProblem(e.at, "policy %v", err)
	}
	return policy, err == nil
}

func (c *checker) readPolicyARNs(e tableEntry) ([]string, bool) {
	list, ok := c.readWords(e)
	for _, arn := range list {
		if err := session.CheckPolicyARN(arn); err != nil {
			c.addProblem(e.at, "policy_arns: %v", err)
			return nil, false
		}
	}
	return list, ok
}

// checkPolicies sets and checks what d's keys say together of its session policies.
func (c *checker) checkPolicies(d *profileDraft) {
	at := d.at["read_only"]
	if d.readOnly {
		d.Policies.ReadOnly = d.ReadOnlyName()
	}
	for _, key := range []string{"policy", "policy_arns"} {
		if given, ok := d.at[key]; ok {
			at = given
		}
	}
	err := d.Policies.Check()
	if role, wrong := session.ParseRole(d.Role); err == nil && wrong == nil {
		err = d.Policies.CheckRole(role)
	}
	if err != nil {
		c.addProblem(at, "%v", err)
	}
}
