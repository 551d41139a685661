package awsfile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"

	"stsx/session"
	"stsx/tests/require"
)

// randomFiles is how many a test looks at.
const randomFiles = 600

// botocore reads files as the AWS CLI and boto3 do: a Python that is asked in
// lines of JSON.
type botocore struct {
	t    *testing.T
	ask  io.Writer
	told *bufio.Scanner
}

// seen is what a tool makes of a file. Error is why it refuses the whole of it.
type seen struct {
	Error    string
	Sections map[string]map[string]string
	Profiles map[string]string // JSON of what is in it
}

const botocoreScript = `
import json, sys
import botocore.configloader as loader
for line in sys.stdin:
    asked = json.loads(line)
    try:
        raw = loader.raw_config_parse(asked["Path"], parse_subsections=False)
        full = loader.raw_config_parse(asked["Path"])
        profiles = loader.load_config(asked["Path"])["profiles"] if asked["Kind"] else full
        told = {"Sections": raw, "Profiles": {n: json.dumps(p, sort_keys=True) for n, p in profiles.items()}}
    except Exception as e:
        told = {"Error": str(e)}
    print(json.dumps(told), flush=True)
`

func startBotocore(t *testing.T) *botocore {
	t.Helper()
	python := require.Command(t, "python3", "install Python")
	require.Part(t, "botocore", exec.Command(python, "-c", "import botocore").Run() == nil, "pip install botocore")
	c := exec.Command(python, "-c", botocoreScript)
	c.Env = append(os.Environ(), "PYTHONUTF8=1")
	ask, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ask.Close()
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	})
	told := bufio.NewScanner(out)
	told.Buffer(nil, 1<<20)
	return &botocore{t, ask, told}
}

func (b *botocore) read(kind FileKind, path string) seen {
	b.t.Helper()
	asked, err := json.Marshal(map[string]any{"Path": path, "Kind": kind})
	if err != nil {
		b.t.Fatal(err)
	}
	fmt.Fprintf(b.ask, "%s\n", asked)
	var out seen
	if !b.told.Scan() || json.Unmarshal(b.told.Bytes(), &out) != nil {
		b.t.Fatalf("botocore ended: %q, %v", b.told.Text(), b.told.Err())
	}
	return out
}

// readSDK is what AWS's SDK for Go makes of the profiles of a file.
func readSDK(t *testing.T, kind FileKind, path string, profiles []string) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	for _, profile := range profiles {
		c, err := config.LoadSharedConfigProfile(t.Context(), profile, func(o *config.LoadSharedConfigOptions) {
			o.ConfigFiles, o.CredentialsFiles = []string{path}, []string{os.DevNull}
			if kind == CredentialsFile {
				o.ConfigFiles, o.CredentialsFiles = o.CredentialsFiles, o.ConfigFiles
			}
		})
		if err != nil {
			if strings.Contains(err.Error(), "failed to get shared config profile") {
				continue // it is not there
			}
			out[profile] = map[string]string{"": err.Error()}
			continue
		}
		out[profile] = map[string]string{
			keyID: c.Credentials.AccessKeyID, keySecret: c.Credentials.SecretAccessKey, keyToken: c.Credentials.SessionToken,
			keyRegion: c.Region, keyProcess: c.CredentialProcess, "mfa_serial": c.MFASerial, "external_id": c.ExternalID,
			"role_session_name": c.RoleSessionName, "ca_bundle": c.CustomCABundle, "services": c.ServicesSectionName,
		}
	}
	return out
}

// layout writes random files in every way that somebody may have written them.
type layout struct{ *rand.Rand }

func (l layout) of(words ...string) string { return words[l.IntN(len(words))] }

func (l layout) indent() string { return l.of("", "", "", "", "  ", "    ", "\t", " \t", "        ") }

func (l layout) file(kind FileKind) string {
	var text strings.Builder
	eol := l.of("\n", "\n", "\r\n")
	fixed, indented := l.indent(), l.IntN(4)
	for n := l.IntN(14); n >= 0; n-- {
		indent := ""
		switch indented {
		case 0:
			indent = l.indent()
		case 1:
			indent = fixed
		}
		text.WriteString(indent + l.line(kind) + l.of("", "", "", " ", "\t") + eol)
	}
	if l.IntN(5) == 0 {
		return strings.TrimSuffix(text.String(), eol)
	}
	return text.String()
}

func (l layout) line(kind FileKind) string {
	switch l.IntN(12) {
	case 0, 1, 2, 3:
		return l.header(kind)
	case 4:
		return l.of("", "", "# a note", "; a note", "#[dev]", "[dev", "junk", "s3 =", "s3=", "services = x", "[]", "-")
	case 5:
		return l.indent() + l.of("max_concurrent_requests = 20", "more", "region = nested", "role_arn = nested", "x: y")
	}
	key := l.of(keyID, keySecret, keyToken, keyOldToken, keyRegion, keyProcess, "mfa_serial", "external_id", "role_session_name",
		"ca_bundle", "output", "Region", "OUTPUT", keyExpires)
	value := l.of("v1", "v2", "v3 v4", "AKIA1", "ASIA1", "", "a=b", "x:y", "v # note", "v ; note", "'v'", `"v w"`, "[dev]")
	return key + l.of(" = ", "=", ": ", ":", "  =  ", " : ") + value
}

func (l layout) header(kind FileKind) string {
	name := l.of("dev", "dev", "prod", "default", "other", "dev x", "DEFAULT", "Dev")
	if kind == ConfigFile && l.IntN(4) > 0 && (name != "default" || l.IntN(4) == 0) {
		name = "profile" + l.of(" ", " ", " ", "  ", "\t") + name
	}
	if l.IntN(8) == 0 {
		name = l.of(" "+name, name+" ", " "+name+" ", `"`+name+`"`, strings.Replace(name, "dev", `"dev"`, 1), strings.ToUpper(name))
	}
	return "[" + name + "]" + l.of("", "", "", "", " # note", "; note", " trailing", "]")
}

func profileNames() []string { return []string{"dev", "prod", "default", "other", "dev x", "Dev"} }

// TestReadings: what this package takes a file for is what botocore and AWS's SDK
// for Go take it for.
func TestReadings(t *testing.T) {
	python := startBotocore(t)
	path := filepath.Join(t.TempDir(), "file")
	refused := 0
	for seed := range uint64(randomFiles) {
		kind := FileKind(seed % 2)
		content := layout{rand.New(rand.NewPCG(seed, 1))}.file(kind)
		put(t, path, content, 0o600)
		v := ParseFile(kind, content).read()
		checkBotocoreReading(t, content, v.botocore, python.read(kind, path))
		if len(v.botocore.problems) > 0 {
			refused++
		}
		for profile, values := range readSDK(t, kind, path, profileNames()) {
			for key, value := range values {
				want := sdkValue(v.goSDK, profile, key)
				isKey := key == keyID || key == keySecret || key == keyToken // which it has all or none of
				if _, failed := values[""]; !failed && strings.ReplaceAll(value, "\r", "") != want && !strings.Contains(want, nestedMark) &&
					(!isKey || value != "") {
					t.Fatalf("%q: the SDK has %s of %s as %q, and here it is %q", content, key, profile, value, want)
				}
			}
		}
	}
	if refused > randomFiles*9/10 {
		t.Errorf("botocore refuses %d of the files: they prove too little", refused)
	}
}

// sdkValue is the last one that a section of profile gives key.
func sdkValue(r *fileReading, profile, key string) string {
	for i := len(r.meanings) - 1; i >= 0; i-- {
		section := r.meanings[i].section
		if r.meanings[i].role != headerLine || r.profile(section) != profile {
			continue
		}
		if profile == "default" && section == "default" && r.values["profile default"] != nil && r.profile("profile default") == profile {
			section = "profile default" // which takes the other's place
		}
		return r.values[section][key]
	}
	return ""
}

func checkBotocoreReading(t *testing.T, content string, r *fileReading, real seen) {
	t.Helper()
	if (real.Error != "") != (len(r.problems) > 0) {
		t.Fatalf("%q: botocore says %q, and here it is %v", content, real.Error, r.problems)
	}
	if real.Error != "" {
		return
	}
	want := map[string]map[string]string{}
	profiles := map[string]bool{}
	for section, values := range r.values {
		if section == inheritedSection {
			continue
		}
		all := maps.Clone(r.values[inheritedSection])
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, values)
		want[section] = all
		if name := r.profile(section); name != "" {
			profiles[name] = true
		}
	}
	if !maps.EqualFunc(want, real.Sections, maps.Equal[map[string]string, map[string]string]) {
		t.Fatalf("%q\nbotocore has %q\nand here is %q", content, real.Sections, want)
	}
	got := slices.Sorted(maps.Keys(real.Profiles))
	if !slices.Equal(got, slices.Sorted(maps.Keys(profiles))) {
		t.Fatalf("%q\nbotocore has the profiles %q\nand here are %v", content, got, profiles)
	}
}

// TestLayouts: whatever a file looks like, saving, removing and configuring a
// profile change nothing else of it to botocore and to AWS's SDK for Go, or
// nothing at all.
func TestLayouts(t *testing.T) {
	python := startBotocore(t)
	f, credentials := dave(t)
	configuration := filepath.Join(f.Home, ".aws", "config")
	done, refused := 0, map[string]int{}
	for seed := range uint64(randomFiles) {
		kind, path := CredentialsFile, credentials
		if seed%3 == 2 {
			kind, path = ConfigFile, configuration
		}
		content := layout{rand.New(rand.NewPCG(seed, 2))}.file(kind)
		put(t, path, content, 0o600)
		before, sdkBefore := python.read(kind, path), readSDK(t, kind, path, profileNames())
		asked, err := change(t, f, seed)
		now := text(t, path)
		if err != nil {
			refused[asked.name]++
			if now != content {
				t.Fatalf("%q: refused (%v), and it is %q", content, err, now)
			}
			continue
		}
		if now != content {
			done++
		}
		after, sdkAfter := python.read(kind, path), readSDK(t, kind, path, profileNames())
		where := fmt.Sprintf("%s of\n%s\nmade\n%s", asked.name, content, now)
		if before.Error == "" {
			asked.check(t, where+"to botocore", decoded(t, before), decoded(t, after))
			if after.Error != "" {
				t.Fatalf("%s\nbotocore: %s", where, after.Error)
			}
		}
		asked.check(t, where+"to the SDK", sdkBefore, sdkAfter)
	}
	if done < randomFiles/6 {
		t.Errorf("only %d files were changed (refused: %v): they prove too little", done, refused)
	}
}

// decoded are the profiles' settings, nested ones as JSON.
func decoded(t *testing.T, s seen) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	for name, text := range s.Profiles {
		var values map[string]any
		if err := json.Unmarshal([]byte(text), &values); err != nil {
			t.Fatal(err)
		}
		out[name] = map[string]string{}
		for key, value := range values {
			out[name][key] = fmt.Sprint(value)
		}
	}
	return out
}

// askedChange is what was asked of the profile dev.
type askedChange struct {
	name string
	set  map[string]string
	gone []string
}

func change(t *testing.T, f Files, seed uint64) (askedChange, error) {
	s := creds("ASIA9")
	if seed%4 == 0 {
		s.Region = ""
	}
	switch seed % 3 {
	case 0:
		asked := askedChange{name: "save", set: map[string]string{keyRegion: s.Region}, gone: companionKeys(nil)}
		if s.Region == "" {
			delete(asked.set, keyRegion)
		}
		for _, p := range savedPairs(s) {
			asked.set[p.Key] = p.Value
		}
		_, err := f.Save(t.Context(), "dev", s, seed%2 == 0)
		return asked, err
	case 1:
		_, _, err := f.Remove(t.Context(), "dev")
		return askedChange{name: "remove", gone: append(writtenKeys(), companionKeys(nil)...)}, err
	}
	entry := session.AWSProfile{Name: "dev", Command: []string{"stsx", "process", "dev"}}
	_, _, err := f.Configure(t.Context(), []session.AWSProfile{entry}, false)
	return askedChange{name: "configure", set: map[string]string{keyProcess: "stsx process dev"}}, err
}

func (a askedChange) check(t *testing.T, where string, before, after map[string]map[string]string) {
	t.Helper()
	for profile := range before {
		if _, ok := after[profile]; !ok && profile != "dev" {
			t.Fatalf("%s: profile %s is gone", where, profile)
		}
	}
	for profile, now := range after {
		was := before[profile]
		if _, failed := was[""]; failed && profile == "dev" {
			continue // half a pair of keys
		}
		if profile != "dev" {
			if !maps.Equal(was, now) {
				t.Fatalf("%s: profile %s was %q and is %q", where, profile, was, now)
			}
			continue
		}
		for key, value := range now {
			want, set := a.set[key]
			switch {
			case set && value != want:
				t.Fatalf("%s: %s is %q", where, key, value)
			case !set && slices.Contains(a.gone, key) && value != "":
				t.Fatalf("%s: %s is still there", where, key)
			case !set && !slices.Contains(a.gone, key) && value != was[key] && was != nil: // a new one inherits from [DEFAULT]
				t.Fatalf("%s: %s was %q and is %q", where, key, was[key], value)
			}
		}
		for key := range was {
			if _, ok := now[key]; !ok && !slices.Contains(a.gone, key) {
				t.Fatalf("%s: %s is gone", where, key)
			}
		}
	}
	_, there := after["dev"]
	if _, failed := before["dev"][""]; !there && !failed {
		for key, value := range before["dev"] {
			if value != "" && !slices.Contains(a.gone, key) {
				t.Fatalf("%s: %s is gone with its profile", where, key)
			}
		}
	}
}
