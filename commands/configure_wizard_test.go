package commands

import (
	"slices"
	"testing"

	"stsx/session"
)

func TestSuggest(t *testing.T) {
	var roles []session.Role
	for _, arn := range []string{
		"arn:aws:iam::111111111111:role/Admin", "arn:aws:iam::222222222222:role/team/Admin", "arn:aws:iam::111111111111:role/other/Admin",
		"arn:aws:iam::111111111111:role/AWS_Read.Only@x", "arn:aws:iam::111111111111:role/dev", "arn:aws:iam::111111111111:role/+=",
	} {
		role, err := session.ParseRole(arn)
		if err != nil {
			t.Fatal(err)
		}
		roles = append(roles, role)
	}
	own := []session.Table{{Kind: "profile", Name: "dev"}, {Kind: "idp", Name: "aws"}}
	want := []string{"admin-111111111111", "admin-222222222222", "admin-111111111111-2", "aws_read-only-x", "dev-111111111111", "aws"}
	if got := suggestNames(own, roles); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	for address, want := range map[string]string{
		"https://acme.okta.com/home/x": "acme", "https://Login.example.com/app": "login", "http://127.0.0.1:80/x": "okta",
		"http://[::1]/x": "okta", "https://ü.example/x": "aws",
	} {
		if got := orgName(address); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}

func TestCheckRegion(t *testing.T) {
	for region, fits := range map[string]bool{"eu-west-1": true, "us-gov-west-1": false, "cn-north-1": false, "": false,
		"euwest1": false, "EU-WEST-1": false, "eu west 1": false} {
		if got := checkRegion(region, "aws"); (got == "") != fits {
			t.Errorf("%s: %q", region, got)
		}
	}
}
