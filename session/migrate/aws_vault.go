package migrate

import (
	"os"
	"path/filepath"

	"stsx/session"
)

// isVaultUser reports a sign of aws-vault on this machine: ~/.aws/config has none.
func isVaultUser(f Files) bool {
	_, err := os.Stat(filepath.Join(f.Home, ".awsvault"))
	return f.Getenv("AWS_VAULT_BACKEND") != "" || f.Home != "" && err == nil
}

// readAWSVault reads the roles of ~/.aws/config. aws-vault assumes the first one of a
// chain with an IAM user's keys, where stsx signs in: which org that is, nothing says.
func readAWSVault(d *settingsDraft, text string) error {
	config, err := parseAWSConfig(text)
	if err != nil {
		return err
	}
	whole := map[string]*configSection{}
	for _, p := range config.profiles {
		whole[p.name] = includedProfile(config, p)
	}
	for _, own := range config.profiles {
		p := whole[own.name]
		if why := otherSource(p, "aws-vault"); why != "" {
			d.leaveSection(own, why)
			continue
		}
		if own.value("role_arn") == "" {
			continue
		}
		role := d.role(p, p.entry("role_arn"))
		if role == "" {
			continue
		}
		settings := []session.Setting{{Key: "role", Value: role}, {Key: "region", Value: d.region(p, p.entry("region"), role)},
			{Key: "duration", Value: d.duration(p, p.entry("duration_seconds"))}}
		notes := map[string]string{
			"session_tags":            "write them into the profile's tags",
			"transitive_session_tags": "write them into the profile's transitive_tags",
			"source_identity":         "write it into the profile's source_identity",
		}
		carried := []string{"include_profile", "parent_profile", "duration_seconds"}
		if source := config.sourceOf(p); source != nil && whole[source.name].value("role_arn") != "" {
			d.addProfile(own, own.name, nil, source.name, append(settings, d.chainSettings(p)...)...)
			d.leaveOthers(own, awsConfigNotes(notes, append(carried, "external_id", "role_session_name")...))
			continue
		}
		notes["source_profile"] = "has an IAM user's keys: stsx signs in to Okta in its place, and Okta has to grant you the role"
		d.addProfile(own, own.name, d.addOrg(draftOrg{}), "", settings...)
		d.leaveOthers(own, awsConfigNotes(notes, carried...))
	}
	if len(d.profiles) > 0 {
		d.leaveNote("keys and sessions of aws-vault in the keyring: stsx needs no long-lived key")
	}
	return nil
}

// includedProfile is p with what it includes, and the region of [default].
func includedProfile(config *awsConfig, p *configSection) *configSection {
	seen := map[string]bool{}
	out := p
	for next := firstValue(p, "include_profile", "parent_profile"); next != "" && !seen[next]; {
		seen[next] = true
		included := config.profile(next)
		if included == nil {
			break
		}
		out, next = out.withDefaults(included), firstValue(included, "include_profile", "parent_profile")
	}
	if base := config.profile("default"); base != nil && out.value("region") == "" {
		out = out.withDefaults(&configSection{entries: []configEntry{base.entry("region")}})
	}
	return out
}
