package migrate

import (
	"strings"

	"stsx/session"
)

// readAWSSTS reads the config.json of aws-sts, which an organization builds into its
// image: accounts with links, and accounts that are reached from the default one by
// the role of the same name.
func readAWSSTS(d *settingsDraft, text string) error {
	root, err := parseYAML(text)
	if err != nil {
		return err
	}
	all := root.section("", 1)
	standard := all.value("defaultaccount")
	for _, s := range root.below("accounts").sections() {
		number := s.entry("accountnumber")
		if len(number.value) != 12 || strings.Trim(number.value, "0123456789") != "" {
			d.leaveOut(s, number, "is not an account's number of 12 digits")
			continue
		}
		settings := []session.Setting{{Key: "account", Value: number.value}, {Key: "region", Value: d.region(s, all.entry("region"), "")}}
		link := s.value("idpentryurl")
		if link == "" && s.name == standard {
			link = all.value("idpentryurl")
		}
		if link == "" && s.name != standard {
			d.addProfile(s, s.name, nil, standard, append([]session.Setting{{Key: "role", Value: session.SameRole}}, settings...)...)
		} else {
			d.addProfile(s, s.name, d.addOrg(draftOrg{link: link}), "", settings...)
		}
		d.leaveOthers(s, map[string]string{"accountnumber": "", "idpentryurl": ""})
	}
	if len(d.profiles) > 0 {
		d.leaveOthers(all, map[string]string{"awsconfigpath": "AWS_SHARED_CREDENTIALS_FILE names the file that stsx save writes",
			"outputformat": "", "region": "", "provider": "", "idpentryurl": "",
			"defaultaccount": "STSX_PROFILE names the profile that is used when none is named"})
		d.leaveNote("roles of aws-sts, which asks for them: stsx asks too, until a profile has a role")
	}
	return nil
}
