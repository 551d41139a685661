package session

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// SessionPolicies are what a session may do at most: what its role may and one of
// these allows. AWS adds them up, so a second one allows more, unless it only
// denies. Zero = all that the role may. Source: "Session policies", IAM User Guide.
type SessionPolicies struct {
	ReadOnly string   // ReadOnlyAccess or ViewOnlyAccess, "" = neither
	Inline   string   // an IAM policy, as ParsePolicy returns it
	ARNs     []string // of managed policies
}

// The names of AWS's managed policies for reading. ViewOnlyAccess shows what there
// is and not what it holds.
const (
	ReadOnlyAccess = "ReadOnlyAccess"
	ViewOnlyAccess = "ViewOnlyAccess"
)

// STS's bounds. Source: API reference, AssumeRoleWithSAML.
const (
	maxPolicyLength = 2048 // in characters
	maxPolicyARNs   = 10
)

// IsZero reports whether s takes nothing away.
func (s SessionPolicies) IsZero() bool { return s.ReadOnly == "" && s.Inline == "" && s.ARNs == nil }

// Name says what sessions with s are limited to, for STSX_ONLY: "" for zero,
// "read-only", "view-only", or with policies of one's own a name that is theirs alone.
func (s SessionPolicies) Name() string {
	name := map[string]string{"": "policy", ReadOnlyAccess: "read-only", ViewOnlyAccess: "view-only"}[s.ReadOnly]
	switch {
	case s.IsZero():
		return ""
	case s.Inline == "" && s.ARNs == nil:
		return name
	}
	text, _ := json.Marshal([]any{s.Inline, s.ARNs}) // strings and lists of them: cannot fail
	sum := sha256.Sum256(text)
	return name + "-" + hex.EncodeToString(sum[:8])
}

// StaysWithin reports whether sessions with s can do no more than one of that Name.
func (s SessionPolicies) StaysWithin(name string) bool { return NameStaysWithin(s.Name(), name) }

// NameStaysWithin is StaysWithin for sessions of that name.
func NameStaysWithin(name, limit string) bool {
	return limit == "" || name == limit || limit == "read-only" && OnlyMark(name) == "ro"
}

// OnlyMark is how a prompt shows a session of that Name.
func OnlyMark(name string) string {
	switch {
	case name == "":
		return ""
	case strings.HasPrefix(name, "read-only"), strings.HasPrefix(name, "view-only"):
		return "ro"
	}
	return "limited"
}

// WithMore is s and more together. It never allows more than s does.
func (s SessionPolicies) WithMore(more SessionPolicies) (SessionPolicies, error) {
	if s.IsZero() {
		return more, more.Check()
	}
	if s.ReadOnly != "" {
		more.ReadOnly = "" // it is already
	}
	if more.ReadOnly != "" || more.ARNs != nil || more.Inline != "" && (s.Inline != "" || !onlyDenies(more.Inline)) {
		return s, errors.New("the profile has session policies of its own, and AWS allows what any of them allows: " +
			"a flag can only add a policy that denies, to a profile without policy")
	}
	if more.Inline != "" {
		s.Inline = more.Inline
	}
	return s, s.Check()
}

// Check says why s can't be what is meant.
func (s SessionPolicies) Check() error {
	switch {
	case len(s.ARNs) > maxPolicyARNs:
		return fmt.Errorf("%d managed policies are more than AWS takes, which is %d", len(s.ARNs), maxPolicyARNs)
	case s.ReadOnly != "" && (s.ARNs != nil || s.Inline != "" && !onlyDenies(s.Inline)):
		return errors.New("AWS allows what any session policy allows, so beside read-only there can only be a policy that denies")
	case s.Inline != "" && s.ReadOnly == "" && s.ARNs == nil && onlyDenies(s.Inline):
		return errors.New("the policy allows nothing, so the session could do nothing: a session policy needs an Allow")
	}
	return nil
}

// CheckRole says why a session of r can't have s: AWS takes its own managed policies,
// by their ARN in r's partition, and those of r's account.
func (s SessionPolicies) CheckRole(r Role) error {
	for _, arn := range s.ARNs {
		if parts := strings.SplitN(arn, ":", 6); parts[1] != r.Partition() {
			return fmt.Errorf("the policy %s is in partition %s, but the role is in %s (%s)", arn, parts[1], r.Partition(), r.ARN)
		}
	}
	return s.CheckAccount(r.Account())
}

// CheckAccount is what CheckRole can say where only the role's account is known.
func (s SessionPolicies) CheckAccount(account string) error {
	for _, arn := range s.ARNs {
		if parts := strings.SplitN(arn, ":", 6); parts[4] != "aws" && parts[4] != account {
			return fmt.Errorf("the policy %s is in account %s, but the role is in %s: AWS takes policies of the role's account",
				arn, parts[4], account)
		}
	}
	return nil
}

// ManagedARNs are the managed policies for a session of r.
func (s SessionPolicies) ManagedARNs(r Role) []string {
	prefix := "arn:" + r.Partition() + ":iam::aws:policy/"
	switch s.ReadOnly {
	case ReadOnlyAccess:
		return append([]string{prefix + ReadOnlyAccess}, s.ARNs...)
	case ViewOnlyAccess:
		return append([]string{prefix + "job-function/" + ViewOnlyAccess}, s.ARNs...)
	}
	return s.ARNs
}

// CheckPolicyARN says why arn is not a managed policy's.
func CheckPolicyARN(arn string) error {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[0] == "arn" && strings.HasPrefix(parts[1], "aws") && parts[2] == "iam" && parts[3] == "" &&
		(parts[4] == "aws" || isAccount(parts[4])) && strings.HasPrefix(parts[5], "policy/") && !strings.HasSuffix(parts[5], "/") &&
		isPrintableASCII(arn) && len(arn) <= maxPolicyLength {
		return nil
	}
	return fmt.Errorf("%q is not a policy's ARN (arn:aws:iam::ACCOUNT:policy/NAME)", OneLine(arn, QuoteLength))
}

// ParsePolicy returns an IAM policy without the blanks that AWS would count. The
// errors say what it is ("is not a JSON object").
func ParsePolicy(text string) (string, error) {
	var small bytes.Buffer
	text = strings.TrimPrefix(text, "\ufeff") // the mark that Windows' editors begin a file with
	if err := json.Compact(&small, []byte(text)); err != nil || !strings.HasPrefix(small.String(), "{") {
		return "", errors.New("is not a JSON object")
	}
	policy := small.String()
	if _, err := policyEffects(policy); err != nil {
		return "", err
	}
	if length := utf8.RuneCountInString(policy); length > maxPolicyLength {
		return "", fmt.Errorf("has %d characters without blanks, and AWS takes %d", length, maxPolicyLength)
	}
	if strings.ContainsFunc(policy, func(c rune) bool { return c > 0xff }) {
		return "", errors.New("has characters that AWS does not take there: write them as *")
	}
	if key, found := findRepeatedKey(json.NewDecoder(strings.NewReader(policy))); found {
		return "", fmt.Errorf("has the key %q twice in one object, which AWS does not take", OneLine(key, QuoteLength))
	}
	return policy, nil
}

// findRepeatedKey finds a key that one object of d's JSON value has twice. Who reads
// the value takes the first or the last: stsx and AWS could see different policies.
func findRepeatedKey(d *json.Decoder) (key string, found bool) {
	opening, _ := d.Token() // the value is known to be JSON
	if opening != json.Delim('{') && opening != json.Delim('[') {
		return "", false
	}
	seen := map[string]bool{}
	for d.More() {
		if opening == json.Delim('{') {
			token, _ := d.Token()
			name, _ := token.(string)
			if seen[name] {
				return name, true
			}
			seen[name] = true
		}
		if key, found := findRepeatedKey(d); found {
			return key, true
		}
	}
	_, _ = d.Token() // its closing
	return "", false
}

func onlyDenies(policy string) bool {
	effects, _ := policyEffects(policy)
	return !slices.Contains(effects, "Allow")
}

// policyEffects are the effects of a policy's statements. Of AWS's grammar it checks
// what a wrong file would not have.
func policyEffects(policy string) ([]string, error) {
	var document map[string]json.RawMessage // a struct's field would take "statement" too, which AWS refuses
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return nil, errors.New("is not a JSON object")
	}
	list := document["Statement"]
	if bytes.HasPrefix(list, []byte("{")) {
		list = slices.Concat([]byte("["), list, []byte("]"))
	}
	var statements []map[string]any
	if json.Unmarshal(list, &statements) != nil || len(statements) == 0 {
		return nil, errors.New("has no Statement")
	}
	var effects []string
	for i, statement := range statements {
		effect, _ := statement["Effect"].(string)
		if effect != "Allow" && effect != "Deny" {
			return nil, fmt.Errorf("has no Effect of Allow or Deny in statement %d", i+1)
		}
		effects = append(effects, effect)
	}
	return effects, nil
}
