package awsfile

import (
	"os"
	"runtime"
	"slices"

	"stsx/session/files"
)

// SavedNotes is what somebody has to know of keys that were saved for profile,
// as sentences: what AWS's tools use instead of them, what they are used instead
// of, and who can read them.
func (f Files) SavedNotes(profile string) []string {
	var notes []string
	config, inConfig, note := f.pairsIn(ConfigFile, profile)
	if note != "" {
		notes = append(notes, note)
	}
	credentials, inCredentials, note := f.pairsIn(CredentialsFile, profile)
	if note != "" {
		notes = append(notes, note)
	}
	if key := firstKey(inConfig, keysBefore()); key != "" {
		notes = append(notes, "AWS's tools may go by "+key+" of ["+profile+"] in "+config+" instead: choose another name with --as")
	} else if key := firstKey(inCredentials, keysBefore()); key != "" {
		notes = append(notes, "AWS's tools may go by "+key+" of ["+profile+"] in "+credentials+" instead: choose another name with --as")
	}
	if valueOf(inConfig, keyProcess) != "" {
		notes = append(notes, "["+profile+"] in "+config+" has "+keyProcess+": AWS's tools use the saved keys before it, "+
			"also when they have ended (stsx save --remove "+profile+")")
	}
	if f.isNewlyOpen(profile, credentials) {
		notes = append(notes, "other users of this machine can read "+credentials+": chmod 600 "+credentials)
	}
	return notes
}

// ProcessNotes is what somebody has to know of profiles that get their
// credentials from a command: saved keys are used before it.
func (f Files) ProcessNotes(profiles []string) []string {
	var notes []string
	for _, profile := range profiles {
		path, pairs, note := f.pairsIn(CredentialsFile, profile)
		if note != "" && !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
		if firstKey(pairs, []string{keyID, keySecret}) != "" {
			notes = append(notes, "AWS's tools use the keys of ["+profile+"] in "+path+" before stsx's command, "+
				"also when they have ended: remove them (stsx save --remove "+profile+"), or give other names with --prefix")
		}
	}
	return notes
}

// keysBefore are the settings that AWS's tools, or some of them, go by before
// keys in the credentials file.
func keysBefore() []string {
	return []string{"role_arn", "web_identity_token_file", "sso_session", "sso_start_url"}
}

// firstKey is the first of keys that is set.
func firstKey(pairs []Pair, keys []string) string {
	for _, key := range keys {
		if valueOf(pairs, key) != "" {
			return key
		}
	}
	return ""
}

// pairsIn reads a profile's settings; note says what is wrong with the file.
func (f Files) pairsIn(kind FileKind, profile string) (path string, pairs []Pair, note string) {
	path, err := f.pathOf(kind)
	if err != nil {
		return "", nil, ""
	}
	d, err := ReadFile(kind, path)
	if err == nil {
		pairs, _, err = d.Pairs(profile)
	}
	if err != nil {
		return path, nil, path + ": " + err.Error()
	}
	return path, pairs, d.unreadableNote(path)
}

// unreadableNote says that the AWS CLI refuses the file, and why; "" when it does not.
func (d *Document) unreadableNote(path string) string {
	why := d.Unreadable()
	if why == "" {
		return ""
	}
	return "the AWS CLI can't read " + path + ": " + why
}

// UnreadableNotes says which of AWS's files the AWS CLI refuses, whatever profile is
// asked for. One that stsx can't read either is Earlier's error.
func (f Files) UnreadableNotes() []string {
	var notes []string
	for _, kind := range []FileKind{CredentialsFile, ConfigFile} {
		path, err := f.pathOf(kind)
		if err != nil {
			continue
		}
		if d, err := ReadFile(kind, path); err == nil && d.Unreadable() != "" {
			notes = append(notes, d.unreadableNote(path))
		}
	}
	return notes
}

// openMark ends the name of the file by which stsx knows that it has said that others can read a credentials file.
const openMark = ".open"

// isNewlyOpen reports, once for what is saved, that others can read the file.
func (f Files) isNewlyOpen(profile, path string) bool {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o044 == 0 {
		return false
	}
	mark := f.recordPath(SavedSection{Path: path, Section: profile}) + openMark
	if _, err := os.Stat(mark); err == nil {
		return false
	}
	_ = files.Replace(mark, nil) // else it is said again
	return true
}
