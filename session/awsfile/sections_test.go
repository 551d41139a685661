package awsfile

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestNames: a header that every tool takes for the profile is taken for it,
// however it is written; one that only some do, or none although it was meant to
// be, is an error that names the line.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		kind     FileKind
		profile  string
		header   string
		want     bool
		problems string
	}{
		{CredentialsFile, "dev", "[dev]", true, ""},
		{CredentialsFile, "dev", "\t[dev] ; mine", true, ""},
		{CredentialsFile, "dev", "[dev] # mine", true, ""},
		{CredentialsFile, "dev", "[dev2]", false, ""},
		{CredentialsFile, "dev", "# [dev]", false, ""},
		{CredentialsFile, "dev", "[ dev ]", false, "line 2: [ dev ] is profile dev to AWS's SDKs and not to the AWS CLI"},
		{CredentialsFile, "dev", "[dev ]", false, "line 2: [dev ] is profile dev to AWS's SDKs"},
		{CredentialsFile, "dev", "[dev] mine", false, "line 2: [dev] mine is profile dev to the AWS CLI and not to AWS's SDKs"},
		{CredentialsFile, "dev", "[dev] # [x]", false, "line 2: "},
		{CredentialsFile, "dev", `["dev"]`, false, `line 2: ["dev"] is not profile dev to AWS's tools: write [dev]`},
		{CredentialsFile, "dev", "[DEV]", false, "line 2: [DEV] is not profile dev"},
		{CredentialsFile, "dev", "[profile dev]", false, "line 2: [profile dev] is not profile dev"},
		{CredentialsFile, "dev", "[dev]\n[b]\n[dev]", false, "line 4: [dev] is there twice, on lines 2 and 4"},
		{CredentialsFile, "dev", "[DEV]\n[dev]", true, ""},
		{ConfigFile, "dev", "[profile dev]", true, ""},
		{ConfigFile, "dev", "[profile   dev]", true, ""},
		{ConfigFile, "dev", "[profile\tdev] # mine", true, ""},
		{ConfigFile, "dev", "[dev]", false, ""},
		{ConfigFile, "dev", "[ profile dev ]", false, "line 2: [ profile dev ] is profile dev to AWS's SDKs"},
		{ConfigFile, "dev", "[profile dev ]", true, ""},
		{ConfigFile, "dev", `[profile "dev"]`, false, `line 2: [profile "dev"] is profile dev to the AWS CLI and not to AWS's SDKs`},
		{ConfigFile, "dev", "[profile 'dev']", false, "line 2: [profile 'dev'] is profile dev to the AWS CLI"},
		{ConfigFile, "dev", "[Profile dev]", false, "line 2: [Profile dev] is not profile dev to AWS's tools: write [profile dev]"},
		{ConfigFile, "dev", "[profile  dev]\n[profile dev]", false, "line 3: [profile dev] is there twice, on lines 2 and 3"},
		{ConfigFile, "dev", "[profilex dev]", false, "line 2: [profilex dev] is profile dev to the AWS CLI"},
		{ConfigFile, "default", "[default]", true, ""},
		{ConfigFile, "default", "[profile default]", true, ""},
		{ConfigFile, "default", "[ default ]", false, "line 2: [ default ] is profile default to AWS's SDKs"},
		{ConfigFile, "default", "[Default]", false, "line 2: [Default] is not profile default"},
		{ConfigFile, "default", "[profile default]\n[default]", false, "line 3: [default] is there twice, on lines 2 and 3"},
	} {
		d := ParseFile(c.kind, "[a]\n"+c.header+"\nregion = x\n")
		pairs, there, err := d.Pairs(c.profile)
		switch {
		case c.problems != "":
			var line *LineError
			if !errors.As(err, &line) || !strings.Contains(err.Error(), c.problems) {
				t.Errorf("%s: %v", c.header, err)
			}
		case err != nil || there != c.want || c.want && !slices.Contains(pairs, Pair{"region", "x"}):
			t.Errorf("%s: %v, %v, %v", c.header, pairs, there, err)
		}
		before := d.String()
		if err := d.Apply(c.profile, Change{Set: []Pair{{"output", "json"}}}); (err != nil) != (c.problems != "") || err != nil &&
			d.String() != before {
			t.Errorf("%s: %v, %q", c.header, err, d)
		}
	}
}

// TestKeys: a setting that only some tools take for the profile's is an error
// where it is one that counts, and stays as it is elsewhere.
func TestKeys(t *testing.T) {
	set := Change{Set: []Pair{{keyID, "ASIA"}, {keyRegion, "eu-west-1"}}, Remove: companionKeys(nil)}
	for text, want := range map[string]string{
		"[dev]\noutput = json\n    region = x\n": "line 3: region is a setting of profile dev to AWS's SDKs and not to " +
			"the AWS CLI",
		"[dev]\n  output =\n    aws_access_key_id = AKIA\n": "",
		"[dev]\n  output =\n  aws_access_key_id = AKIA\n": "line 3: aws_access_key_id is a setting of profile dev to the AWS CLI " +
			"and not to AWS's SDKs",
		"[dev]\nregion = x\nREGION = y\n": "line 3: region of [dev] is there twice, on lines 2 and 3",
		"[DEFAULT]\naws_security_token = x\n[dev]\n": "line 2: aws_security_token in [DEFAULT] is " +
			"every profile's to the AWS CLI",
		"[dev]\noutput = json\n    more = x\n":                  "",
		"[dev]\nregion = x\n    output = json\n":                "laid out so that AWS's tools would read a change of it",
		"[dev]\nregion = x\n\n[dev] b\naws_access_key_id = y\n": "line 4: [dev] b is profile dev to",
	} {
		d := ParseFile(CredentialsFile, text)
		err := d.Apply("dev", set)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || d.String() != text) {
			t.Errorf("%q: %v, %q", text, err, d)
		}
	}
}
