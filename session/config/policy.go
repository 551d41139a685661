package config

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// STS's limits: API reference, AssumeRole.
const (
	mostPolicies = 10
	mostPolicy   = 2048
)

// readPolicy is an IAM policy as JSON text; it holds no secret.
func (c *checker) readPolicy(e tableEntry) (string, bool) {
	if e.value.kind != unstable.String {
		c.addProblem(e.at, "policy is a string that holds JSON, not %s", kindOf(e.value.kind))
		return "", false
	}
	var small bytes.Buffer
	if err := json.Compact(&small, []byte(e.value.text)); err != nil || !strings.HasPrefix(small.String(), "{") {
		c.addProblem(e.at, "policy is not a JSON object")
		return "", false
	}
	if small.Len() > mostPolicy {
		c.addProblem(e.at, "policy has %d characters, and AWS takes %d", small.Len(), mostPolicy)
		return "", false
	}
	return small.String(), true
}

func (c *checker) readPolicyARNs(e tableEntry) ([]string, bool) {
	list, ok := c.readWords(e)
	for _, arn := range list {
		parts := strings.SplitN(arn, ":", 6)
		if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" ||
			!strings.HasPrefix(parts[5], "policy/") || !madeOf(arn, ":/_+=,.@-") {
			c.addProblem(e.at, "policy_arns: %q is not a policy's ARN (arn:aws:iam::ACCOUNT:policy/NAME)", arn)
			return nil, false
		}
	}
	if len(list) > mostPolicies {
		c.addProblem(e.at, "policy_arns names %d policies, and AWS takes %d", len(list), mostPolicies)
		return nil, false
	}
	return list, ok
}
