package aws

import (
	"regexp"
	"slices"
	"strings"
)

// awsPartition is one of the separate worlds of AWS, with what it wants to read in an assertion.
type awsPartition struct {
	name      string         // the second field of its ARNs
	region    string         // a region of it, for requests of our own
	audiences []string       // accepted in AudienceRestriction
	recipient *regexp.Regexp // accepted in Recipient and Destination
}

// partitions is AWS's table; source: IAM User Guide, "Configure SAML assertions for the authentication response".
func partitions() []awsPartition {
	return []awsPartition{
		{"aws", "us-east-1",
			[]string{"urn:amazon:webservices", "https://signin.aws.amazon.com/saml"},
			regexp.MustCompile(`^https://([a-z0-9-]+\.)?signin\.aws\.amazon\.com/saml(/acs/[A-Za-z0-9]+)?$`)},
		{"aws-cn", "cn-north-1",
			[]string{"urn:amazon:webservices:cn-north-1", "urn:amazon:webservices", "https://signin.amazonaws.cn/saml"},
			regexp.MustCompile(`^https://([a-z0-9-]+\.)?signin\.amazonaws\.cn/saml(/acs/[A-Za-z0-9]+)?$`)},
		{"aws-us-gov", "us-gov-west-1",
			[]string{"urn:amazon:webservices:govcloud", "urn:amazon:webservices", "https://signin.amazonaws-us-gov.com/saml"},
			regexp.MustCompile(`^https://([a-z0-9-]+\.)?signin\.amazonaws-us-gov\.com/saml(/acs/[A-Za-z0-9]+)?$`)},
		// The European Sovereign Cloud's audience is not in that table; its sign-in page is in "AWS Sign-In endpoints".
		{"aws-eusc", "eusc-de-east-1",
			[]string{"urn:amazon:webservices", "https://signin.amazonaws-eusc.eu/saml"},
			regexp.MustCompile(`^https://([a-z0-9-]+\.)?signin\.amazonaws-eusc\.eu/saml(/acs/[A-Za-z0-9]+)?$`)},
	}
}

// parsedARN is an ARN of IAM taken apart: arn:PARTITION:iam::ACCOUNT:RESOURCE.
type parsedARN struct {
	partition         awsPartition
	account, resource string
}

// parseARN takes apart the ARN of a role or a SAML provider; false when it is neither.
func parseARN(s string) (parsedARN, bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || parts[3] != "" || len(parts[4]) != 12 {
		return parsedARN{}, false
	}
	all := partitions()
	i := slices.IndexFunc(all, func(p awsPartition) bool { return p.name == parts[1] })
	if i < 0 {
		return parsedARN{}, false
	}
	return parsedARN{partition: all[i], account: parts[4], resource: parts[5]}, true
}

func (a parsedARN) String() string {
	return "arn:" + a.partition.name + ":iam::" + a.account + ":" + a.resource
}

// resourceName is the last part of the resource: a role's name without its path.
func (a parsedARN) resourceName() string { return a.resource[strings.LastIndex(a.resource, "/")+1:] }

// assumedRole is the ARN of a session of the role.
func (a parsedARN) assumedRole(session string) string {
	return "arn:" + a.partition.name + ":sts::" + a.account + ":assumed-role/" + a.resourceName() + "/" + session
}
