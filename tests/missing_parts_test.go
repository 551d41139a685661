//go:build unix

package tests

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMissing runs these tests where nothing is installed: at a desk those
// that need a part are skipped, with STSX_REQUIRE=all they fail. Neither may
// pass.
func TestMissing(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for required, c := range map[string]struct {
		fails   bool
		verdict string
		missing string
	}{
		"":    {false, "--- SKIP: ", " is missing: install "},
		"all": {true, "--- FAIL: ", " is missing and STSX_REQUIRE=all: install "},
	} {
		t.Run("STSX_REQUIRE="+required, func(t *testing.T) {
			t.Parallel()
			names := []string{"TestExec", "TestTools", "TestTerminal", "TestNetwork", "TestTwenty"}
			command := exec.Command(self, "-test.v", "-test.run", "^("+strings.Join(names, "|")+")$")
			command.Env = []string{"PATH=" + t.TempDir(), "HOME=" + t.TempDir(), "STSX_REQUIRE=" + required,
				testedProgramEnv + "=" + stsxPath}
			out, err := command.CombinedOutput()
			if (err != nil) != c.fails {
				t.Errorf("ended with %v:\n%s", err, out)
			}
			for _, name := range names {
				if !strings.Contains(string(out), c.verdict+name+" ") {
					t.Errorf("no %q:\n%s", c.verdict+name, out)
				}
			}
			if n := strings.Count(string(out), c.missing); n < len(names) {
				t.Errorf("%d reasons:\n%s", n, out)
			}
		})
	}
}
