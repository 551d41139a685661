package awsfile

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestSavedNotes(t *testing.T) {
	f, path := dave(t)
	config := filepath.Join(f.Home, ".aws", "config")
	put(t, config,
		"[profile prod]\nregion = x\nsso_session = s\n[default]\nrole_arn = r\n[profile own]\n    region = x\n    credential_process = "+
			"stsx process own\n"+
			"[ profile half ]\nrole_arn = r\n", 0o600)
	put(t, path, "[own]\nrole_arn = r\nsource_profile = x\n[dev]\nx = y\n", 0o600)
	for name, want := range map[string][]string{
		"prod":    {"sso_session of [prod] in " + config + " instead"},
		"default": {"role_arn of [default] in " + config},
		"own": {"role_arn of [own] in " + path, "[own] in " + config +
			" has credential_process: AWS's tools use the saved keys before it, also when they have ended"},
		"half": {config + ": line 9: [ profile half ] is profile half to AWS's SDKs and not to the AWS CLI"},
		"dev":  nil,
		"none": nil,
	} {
		checkNotes(t, name, f.SavedNotes(name), want)
	}
	for text, want := range map[string]string{
		"\ufeff[dev]\nregion = x\n":         "it begins with a byte order mark",
		"region = x\n[dev]\n":               "line 1: this stands before any [section]",
		"[a]\n[dev]\nx = y\n[a]\n":          "line 4: [a] is on line 1 already",
		"[a]\nx = 1\nX = 2\n[dev]\nx = y\n": "line 3: x of [a] is on line 2 already",
		"[a]\nx = \xff\n[dev]\n":            "it is not UTF-8",
		"[a]\nwhat\n[dev]\n":                "line 2: this is neither a [section] nor key = value",
		"[a]\ns3 =\n  what\n[dev]\n":        "line 2: below s3 stands a line without =",
	} {
		put(t, path, text, 0o600)
		checkNotes(t, text, f.SavedNotes("dev"), []string{"the AWS CLI can't read " + path + ": " + want})
	}
}

func checkNotes(t *testing.T, name string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %q", name, got)
		return
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestOpenFile: that others can read the file is said once for what is saved.
func TestOpenFile(t *testing.T) {
	f, path := dave(t)
	put(t, path, "[dev]\nx = y\n", 0o644)
	for i, want := range []int{1, 0, 0} {
		if _, err := f.Save(t.Context(), "dev", creds("ASIA1"), false); err != nil {
			t.Fatal(err)
		}
		if got := f.SavedNotes("dev"); len(got) != want {
			t.Errorf("%d: %q", i, got)
		}
	}
}

func TestProcessNotes(t *testing.T) {
	f, path := dave(t)
	put(t, path, "[a]\naws_access_key_id = AKIA\n[b]\nregion = x\n[c]\n\taws_secret_access_key = x\n[ d ]\n", 0o600)
	checkNotes(t, "", f.ProcessNotes([]string{"a", "b", "c", "d", "e"}),
		[]string{"keys of [a] in " + path, "keys of [c]", "line 7: [ d ] is profile d to AWS's SDKs"})
}
