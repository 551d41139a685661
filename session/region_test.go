package session

import (
	"strings"
	"testing"
)

func TestCheckRegionName(t *testing.T) {
	for _, name := range []string{
		"us-east-1", "eu-central-2", "ap-southeast-7", "ap-northeast-3", "af-south-1", "il-central-1", "mx-central-1", "us-gov-west-1",
		"cn-northwest-1", "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1", "xx-middle-12",
	} {
		if err := CheckRegionName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, want := range map[string]string{
		"":               `"" is not an AWS region (example: eu-west-1)`,
		"Frankfurt":      `"Frankfurt" is not an AWS region`,
		"EU-WEST-1":      `is not an AWS region`,
		"eu-west":        `is not an AWS region`,
		"eu_west_1":      `is not an AWS region`,
		"eu-west-1 ":     `is not an AWS region`,
		"eu-west-1.evil": `is not an AWS region`,
		"1":              `is not an AWS region`,
		"eu-west-1a":     `"eu-west-1a" is an availability zone; its region is "eu-west-1"`,
		"us-gov-west-1b": `its region is "us-gov-west-1"`,
		"eu-wst-1":       `there is no AWS region "eu-wst-1"; did you mean "eu-west-1"?`,
		"ap-southest-1":  `did you mean "ap-southeast-1"?`,
		"us-gov-esat-1":  `did you mean "us-gov-east-1"?`,
		"eu-centrl-1":    `did you mean "eu-central-1"?`,
	} {
		if err := CheckRegionName(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
