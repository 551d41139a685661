package commands

import (
	"encoding/json"
	"runtime"
	"testing"
)

func TestVersionJSON(t *testing.T) {
	for _, want := range []versionReport{
		{Version: "v1.2.3", Commit: "e4d65fc333ea97d143023145a591de4d0b529f40", Date: "2026-11-30T21:11:08Z"},
		{Version: `v1-"dirty"`},
		{Version: "(built from source)"},
	} {
		want.Go, want.OS, want.Arch = runtime.Version(), runtime.GOOS, runtime.GOARCH
		r := newFakeSystem("version", "--json")
		r.Version, r.Commit, r.CommitDate = want.Version, want.Commit, want.Date
		if code := r.run(); code != 0 {
			t.Fatalf("status %d: %s", code, r.err)
		}
		var got versionReport
		if err := json.Unmarshal(r.out.Bytes(), &got); err != nil || got != want {
			t.Errorf("%+v (%v), want %+v", got, err, want)
		}
	}
}
