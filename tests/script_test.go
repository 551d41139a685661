//go:build unix

package tests

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts is what needs no sign-in: tests/script, one file a subject, in
// the language of testscript with two commands more. Both run stsx without a
// terminal and with nothing on standard input:
//
//	stsx ARG…          ends with 0; with ! in front, with anything else
//	status N stsx ARG… ends with N and prints nothing on stdout
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "script",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars,
				"HOME="+e.WorkDir, "STSX_CONFIG="+filepath.Join(e.WorkDir, "stsx.toml"), "SHELL=/bin/sh",
				"XDG_STATE_HOME="+filepath.Join(e.WorkDir, "state"), "XDG_CACHE_HOME="+filepath.Join(e.WorkDir, "cache"))
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "root" {
				return false, fmt.Errorf("unknown condition %s", name)
			}
			return os.Geteuid() == 0, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"stsx": func(ts *testscript.TestScript, not bool, args []string) {
				if got, _ := runInScript(ts, args); (got == 0) == not {
					ts.Fatalf("status %d", got)
				}
			},
			"status": func(ts *testscript.TestScript, not bool, args []string) {
				if not || len(args) < 2 || args[1] != "stsx" {
					ts.Fatalf("usage: status N stsx ARG…")
				}
				got, printed := runInScript(ts, args[2:])
				if strconv.Itoa(got) != args[0] || printed != "" {
					ts.Fatalf("status %d, not %s; on stdout: %q", got, args[0], printed)
				}
			},
		},
	})
}

// runInScript runs stsx as a script's command and returns how it ended and what
// it printed.
func runInScript(ts *testscript.TestScript, args []string) (status int, stdout string) {
	var out, problems strings.Builder
	command := exec.Command(stsxPath, args...)
	command.Dir = ts.Getenv("WORK")
	for _, name := range []string{"HOME", "PATH", "SHELL", "STSX_CONFIG", "STSX_PROFILE", "XDG_STATE_HOME", "XDG_CACHE_HOME",
		"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_REGION", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS",
		"STSX_BROWSER_PATH", "STSX_DEFAULT_PROFILE", "STSX_ONLY", "STSX_PASSWORD", "STSX_MFA_CODE", "BOTO_CONFIG", "JAVA_TOOL_OPTIONS",
		"SAML2AWS_CONFIGFILE", "OKTA_CONFIG", "TOKENDITO_USER_CONFIG_FILE"} {
		if value := ts.Getenv(name); value != "" {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	command.Stdout, command.Stderr = &out, &problems
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no /dev/tty
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	_, _ = ts.Stdout().Write([]byte(out.String()))
	_, _ = ts.Stderr().Write([]byte(problems.String()))
	return command.ProcessState.ExitCode(), out.String()
}
