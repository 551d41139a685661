package awssts

import (
	"fmt"
	"strings"

	"stsx/session"
)

// stsRegion is where STS is asked: the region of the profile, else of the
// environment when that fits, else the first of the role's partition. A
// profile's region in another partition than its role's is a mistake that
// would show up as a puzzling error later.
func (c Client) stsRegion(a session.Assumption) (string, error) {
	partition := a.Role.Partition()
	if !isHostLabel(a.Region) {
		return "", fmt.Errorf("%q is not an AWS region (example: eu-west-1)", a.Region)
	}
	if a.Region != "" {
		return a.Region, session.CheckRegion(a.Role, a.Region)
	}
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		region := c.Getenv(name)
		if !isHostLabel(region) {
			return "", fmt.Errorf("%s is %q, which is not an AWS region (example: eu-west-1)", name, region)
		}
		if region != "" && session.PartitionOf(region) == partition {
			return region, nil
		}
	}
	switch partition {
	case "aws":
		return "us-east-1", nil
	case "aws-us-gov":
		return "us-gov-west-1", nil
	case "aws-cn":
		return "cn-northwest-1", nil
	case "aws-eusc":
		return "eusc-de-east-1", nil
	}
	return "", fmt.Errorf("role %s is in partition %s, whose regions stsx does not know: set the profile's region", a.Role.ARN, partition)
}

// isHostLabel tells whether region can be part of a host's name and nothing else.
func isHostLabel(region string) bool {
	return strings.Trim(region, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
