package awssts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/session"
)

// TestCheckSettings: what can be known to be wrong before a sign-in is.
func TestCheckSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("not a certificate\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "broken")
	if err := os.WriteFile(broken, []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		region, variable, value, problem string
	}{
		"nothing":                 {"", "", "", ""},
		"a region":                {"eu-west-1", "", "", ""},
		"a city":                  {"Frankfurt", "", "", `"Frankfurt" is not an AWS region`},
		"a blank":                 {"eu-west-1 ", "", "", "not an AWS region"},
		"a host":                  {"eu-west-1.example.com/", "", "", "not an AWS region"},
		"of the environment":      {"", "AWS_REGION", "EU-West-1", `AWS_REGION is "EU-West-1"`},
		"of the old variable":     {"", "AWS_DEFAULT_REGION", "x\ny", `AWS_DEFAULT_REGION is "x y"`},
		"that does not count":     {"eu-west-1", "AWS_REGION", "EU-West-1", ""},
		"a zone":                  {"", "AWS_REGION", "eu-west-1a", `AWS_REGION: "eu-west-1a" is an availability zone; its region is "eu-west-1"`},
		"half a name":             {"", "AWS_DEFAULT_REGION", "eu-west", `AWS_DEFAULT_REGION: "eu-west" is not an AWS region`},
		"a slip":                  {"", "AWS_REGION", "eu-wset-1", `did you mean "eu-west-1"?`},
		"every region":            {"", "AWS_REGION", "aws-global", ""},
		"port 99999":              {"", "AWS_ENDPOINT_URL", "https://sts.example.com:99999", "AWS_ENDPOINT_URL"},
		"port 0":                  {"", "AWS_ENDPOINT_URL_STS", "http://127.0.0.1:0/", "AWS_ENDPOINT_URL_STS"},
		"no file":                 {"", "AWS_CA_BUNDLE", filepath.Join(dir, "none"), "AWS_CA_BUNDLE"},
		"a folder":                {"", "AWS_CA_BUNDLE", dir, "AWS_CA_BUNDLE"},
		"no PEM":                  {"", "AWS_CA_BUNDLE", text, "AWS_CA_BUNDLE: " + text + " holds no PEM certificate"},
		"a broken certificate":    {"", "AWS_CA_BUNDLE", broken, "AWS_CA_BUNDLE"},
		"an endpoint":             {"", "AWS_ENDPOINT_URL_STS", "https://sts.example.com:8443/x", ""},
		"a local endpoint":        {"", "AWS_ENDPOINT_URL", "http://127.0.0.1:4566", ""},
		"no scheme":               {"", "AWS_ENDPOINT_URL", "localhost:4566", `AWS_ENDPOINT_URL is "localhost:4566"`},
		"another scheme":          {"", "AWS_ENDPOINT_URL_STS", "ftp://sts.example.com", "AWS_ENDPOINT_URL_STS"},
		"no host":                 {"", "AWS_ENDPOINT_URL_STS", "https:///x", "AWS_ENDPOINT_URL_STS"},
		"a line end":              {"", "AWS_ENDPOINT_URL_STS", "https://sts.example.com\n", "AWS_ENDPOINT_URL_STS"},
		"a broken escape":         {"", "AWS_ENDPOINT_URL", "https://%zz/", "AWS_ENDPOINT_URL"},
		"neither true nor false":  {"", "AWS_USE_FIPS_ENDPOINT", "1", "AWS_USE_FIPS_ENDPOINT"},
		"nor for the other stack": {"", "AWS_USE_DUALSTACK_ENDPOINT", "yes", "AWS_USE_DUALSTACK_ENDPOINT"},
	} {
		client := New(func(variable string) string {
			if variable == c.variable {
				return c.value
			}
			return ""
		})
		err := client.CheckSettings(c.region)
		if (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%s: %v", name, err)
		}
	}
	secret := New(func(variable string) string {
		return map[string]string{"AWS_ENDPOINT_URL": "jane:hunter2@sts.example.com"}[variable]
	})
	if err := secret.CheckSettings(""); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
	ignored := New(func(variable string) string {
		return map[string]string{"AWS_ENDPOINT_URL": "nothing", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}[variable]
	})
	if err := ignored.CheckSettings(""); err != nil {
		t.Error(err)
	}
}

// TestCheckProfile: a role that is named by its ARN has to be of the region's partition.
func TestCheckProfile(t *testing.T) {
	t.Parallel()
	client := New(func(string) string { return "" })
	for _, c := range []struct{ role, region, problem string }{
		{"Admin", "us-gov-west-1", ""},
		{"arn:aws:iam::123456789012:role/Admin", "eu-west-1", ""},
		{"arn:aws:iam::123456789012:role/Admin", "", ""},
		{"arn:aws-cn:iam::123456789012:role/Admin", "", ""},
		{"arn:aws:iam::123456789012:role/Admin", "us-gov-west-1", "is in AWS GovCloud (US)"},
		{"arn:aws-cn:iam::123456789012:role/Admin", "eu-west-1", "is in commercial AWS, but the role is in AWS China"},
		{"arn:aws-iso:iam::123456789012:role/Admin", "", "whose regions stsx does not know"},
		{"arn:aws:iam::123456789012:role/Admin", "EU", "is not an AWS region"},
	} {
		err := client.CheckProfile(session.Profile{Role: c.role, Region: c.region})
		if (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%s in %q: %v", c.role, c.region, err)
		}
	}
}
