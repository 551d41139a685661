package session

import (
	"fmt"
	"strings"
)

// Role is a role that an assertion grants, with the SAML provider (the
// "principal" of AssumeRoleWithSAML) that vouches for it. For role chaining
// Provider is empty.
type Role struct {
	ARN      string // arn:PARTITION:iam::ACCOUNT:role/PATH/NAME
	Provider string // arn:PARTITION:iam::ACCOUNT:saml-provider/NAME
}

// ParseRole checks that arn is a role's ARN.
func ParseRole(arn string) (Role, error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[2] != "iam" || parts[3] != "" ||
		!isAccount(parts[4]) || !strings.HasPrefix(parts[5], "role/") || strings.HasSuffix(parts[5], "/") || !isPrintableASCII(arn) {
		return Role{}, fmt.Errorf("%q is not a role ARN (arn:aws:iam::ACCOUNT:role/NAME)", arn)
	}
	return Role{ARN: arn}, nil
}

// CheckProvider says why arn can't be a SAML provider's.
func CheckProvider(arn string) error {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[2] != "iam" || parts[3] != "" || !isAccount(parts[4]) ||
		!strings.HasPrefix(parts[5], "saml-provider/") || strings.HasSuffix(parts[5], "/") || strings.Contains(arn, ",") ||
		!isPrintableASCII(arn) {
		return fmt.Errorf("%q is not the ARN of a SAML provider (arn:aws:iam::ACCOUNT:saml-provider/NAME)", arn)
	}
	return nil
}

// WithProvider is r with the SAML provider that vouches for it, which is of r's account.
func (r Role) WithProvider(provider string) (Role, error) {
	if err := CheckProvider(provider); err != nil {
		return Role{}, err
	}
	if arnField(provider, partitionField) != r.Partition() || arnField(provider, accountField) != r.Account() {
		return Role{}, fmt.Errorf("role %q and provider %q are not of one account", r.ARN, provider)
	}
	r.Provider = provider
	return r, nil
}

// CheckSAMLRole says why role, a name or an ARN, can't be had with a SAML assertion:
// IAM Identity Center alone gives out its roles. The ARN of a session of one, as
// AWS shows it to whoever has it, is seen too.
func CheckSAMLRole(role string) error {
	for _, part := range strings.FieldsFunc(role, func(r rune) bool { return r == '/' || r == ':' }) {
		if strings.HasPrefix(part, "AWSReservedSSO_") {
			return fmt.Errorf("%q is a role of AWS IAM Identity Center, which alone gives it out: "+
				"sign in to it with aws sso login (aws configure sso sets it up)", role)
		}
	}
	return nil
}

// Partition is "aws", "aws-us-gov", "aws-cn" or "aws-eusc".
func (r Role) Partition() string { return arnField(r.ARN, partitionField) }

// Account is the twelve-digit account id.
func (r Role) Account() string { return arnField(r.ARN, accountField) }

// Name is the role's name with its path: "Admin", "team/Admin".
func (r Role) Name() string { return strings.TrimPrefix(arnField(r.ARN, resourceField), "role/") }

// ShortName is the role's name without its path.
func (r Role) ShortName() string {
	name := r.Name()
	return name[strings.LastIndexByte(name, '/')+1:]
}

// String is how a role is shown: account and name.
func (r Role) String() string { return r.Account() + " " + r.Name() }

// Fields of an ARN.
const (
	partitionField = 1
	accountField   = 4
	resourceField  = 5
)

func arnField(arn string, i int) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 {
		return ""
	}
	return parts[i]
}

func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// isPrintableASCII reports whether s is plain ASCII without spaces or controls, as
// every ARN is: what is shown on a terminal or put in a variable can't carry
// an escape sequence.
func isPrintableASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// PartitionOf names the partition that a region belongs to, by its prefix.
func PartitionOf(region string) string {
	for prefix, partition := range map[string]string{
		"us-gov-": "aws-us-gov", "cn-": "aws-cn", "eusc-": "aws-eusc",
		"us-iso-": "aws-iso", "us-isob-": "aws-iso-b", "eu-isoe-": "aws-iso-e", "us-isof-": "aws-iso-f",
	} {
		if strings.HasPrefix(region, prefix) {
			return partition
		}
	}
	return "aws"
}

// CheckRegion says why a session of r can't be used in region; "" is any.
func CheckRegion(r Role, region string) error {
	if clash := RegionClash(region, r.Partition()); region != "" && clash != "" {
		return fmt.Errorf("%s (%s): correct the profile's region or --region", clash, r.ARN)
	}
	return nil
}

// RegionClash says why a role of partition can't be used in region; "" is that it can.
func RegionClash(region, partition string) string {
	if PartitionOf(region) == partition {
		return ""
	}
	return fmt.Sprintf("region %q is in %s, but the role is in %s", region, partitionName(PartitionOf(region)), partitionName(partition))
}

// partitionName is what people call a partition.
func partitionName(partition string) string {
	name, ok := map[string]string{"aws": "commercial AWS", "aws-us-gov": "AWS GovCloud (US)", "aws-cn": "AWS China",
		"aws-eusc": "the AWS European Sovereign Cloud"}[partition]
	if !ok {
		return "partition " + partition
	}
	return name
}
