package windows_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestVersionAndHelp(t *testing.T) {
	d := newDesk(t)
	d.want(0, []string{"version"}, "stsx ")
	d.want(0, []string{"help"}, "Usage:", "exec       run a command")
	d.want(0, []string{"help", "exec"}, "stsx exec")
	d.want(2, []string{"no-such-verb"}, "no-such-verb")
}

// appData is the person's %AppData%. Wine sets it itself, in the prefix.
func appData(d *desk) string {
	if runtime.GOOS == "windows" {
		d.env = append(d.env, "AppData="+d.dir)
		return d.dir
	}
	found, _ := filepath.Glob(filepath.Join(prefix(), "drive_c", "users", "*", "AppData", "Roaming"))
	for _, path := range found {
		if !strings.Contains(path, "Public") {
			return path
		}
	}
	d.Fatalf("no AppData in %q", found)
	return ""
}

func TestConfigurationInAppData(t *testing.T) {
	d := newDesk(t)
	d.env = append(d.env, "STSX_CONFIG=")
	path := filepath.Join(appData(d), "stsx", "config.toml")
	d.want(125, []string{"exec", "prod", "--", "cmd", "/c", "exit"}, `stsx\config.toml`)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("[idp.acme]\nurl = 'https://acme.okta.example/'\nbad = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.want(125, []string{"exec", "prod", "--", "cmd", "/c", "exit"}, `stsx\config.toml:3:`)
}

func TestExec(t *testing.T) {
	d := newDesk(t, "prod")
	for _, status := range []int{0, 1, 3, 255} {
		d.want(status, []string{"exec", "prod", "--", "cmd", "/c", fmt.Sprintf("exit %d", status)})
	}
	d.want(0, []string{"exec", "prod", "--", "cmd", "/c", "echo %AWS_ACCESS_KEY_ID%/%AWS_SECRET_ACCESS_KEY%/%AWS_REGION%/%STSX_PROFILE%"},
		"ASIAprod/secret of prod/eu-west-1/prod")
	d.want(127, []string{"exec", "prod", "--", "no-such-program"}, "no-such-program")
	for _, words := range [][]string{{"a b", `c"d`, `e\`, ""}, {`\\host\share\`, "*.toml", "%PATH%", "ä€"}} {
		got := d.stsx(append([]string{"exec", "prod", "--", windowsPath(filepath.Join(folder, "lay.exe")), "words"}, words...)...)
		if want := fmt.Sprintf("%q\n", words); got.stdout != want || got.status != 0 {
			t.Errorf("the words %s came as %+v", want, got)
		}
	}
}

// A command that starts another and ends leaves it running; stsx that is ended leaves nothing.
func TestNoChildOutlivesStsx(t *testing.T) {
	d := newDesk(t, "prod")
	lay := windowsPath(filepath.Join(folder, "lay.exe"))
	for _, verb := range [][]string{{"exec", "prod"}, {"each", "prod"}} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		command := d.command("stsx.exe", append(verb, "--", lay, "both", listener.Addr().String())...)
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		var children []net.Conn
		for range 2 { // the command, and what it started
			_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(time.Minute))
			connection, err := listener.Accept()
			if err != nil {
				t.Fatalf("%q: %v", verb, err)
			}
			defer connection.Close()
			children = append(children, connection)
		}
		if err := command.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = command.Wait() // killed
		for _, child := range children {
			_ = child.SetReadDeadline(time.Now().Add(time.Minute))
			if _, err := io.Copy(io.Discard, child); os.IsTimeout(err) {
				t.Errorf("%q: a child runs, and stsx has been ended", verb)
			}
		}
	}
}

func TestEnv(t *testing.T) {
	d := newDesk(t, "prod")
	d.want(0, []string{"env", "--shell", "powershell", "prod"}, "AWS_ACCESS_KEY_ID", "'ASIAprod'", "'secret of prod'")
	d.want(0, []string{"env", "--shell", "cmd", "prod"}, `set "AWS_ACCESS_KEY_ID=ASIAprod"`, `set "AWS_SECRET_ACCESS_KEY=secret of prod"`)
}

func TestEach(t *testing.T) {
	d := newDesk(t, "dev", "prod")
	d.want(0, []string{"each", "*", "--", "cmd", "/c", "echo %AWS_ACCESS_KEY_ID%"}, "ASIAdev", "ASIAprod")
	d.want(0, []string{"each", "--group", "*", "--", "cmd", "/c", "echo %AWS_ACCESS_KEY_ID%"}, "ASIAdev", "ASIAprod")
	d.want(3, []string{"each", "*", "--", "cmd", "/c", "if %STSX_PROFILE%==prod exit 3"})
}

func TestProcess(t *testing.T) {
	d := newDesk(t, "prod")
	got := d.stsx("process", "prod")
	var answer struct {
		Version                      int
		AccessKeyID, SecretAccessKey string
	}
	if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil || answer.Version != 1 || answer.AccessKeyID != "ASIAprod" {
		t.Errorf("%v: %+v, %+v", err, answer, got)
	}
}

// Twenty that write one credentials file at once all find a place in it, and leave nothing beside it.
func TestSaveAtOnce(t *testing.T) {
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("p%02d", i))
	}
	d := newDesk(t, names...)
	var all sync.WaitGroup
	for _, name := range names {
		all.Go(func() { d.want(0, []string{"save", name}) })
	}
	all.Wait()
	data, err := os.ReadFile(filepath.Join(d.dir, "credentials"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if n := strings.Count(string(data), "["+name+"]"); n != 1 {
			t.Errorf("%s is there %d times", name, n)
		}
	}
	left, err := filepath.Glob(filepath.Join(d.dir, ".*stsx*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left beside it: %q, %v", left, err)
	}
}

// The folder of secrets is closed by its access list, also one that stood open.
func TestFolderIsOwnersAlone(t *testing.T) {
	d := newDesk(t)
	state := filepath.Join(d.dir, "state", "stsx")
	if err := os.MkdirAll(state, 0o777); err != nil {
		t.Fatal(err)
	}
	// Wine takes over what the folder above gives, protected or not.
	if err := errors.Join(os.Chmod(filepath.Dir(state), 0o700), os.Chmod(state, 0o777)); err != nil {
		t.Fatal(err)
	}
	laid := d.runProgram("lay.exe", "folder", windowsPath(state))
	if laid.status != 0 {
		t.Fatalf("%+v", laid)
	}
	if runtime.GOOS != "windows" { // wine makes modes of access lists, and the group's is the owner's
		if info, err := os.Stat(state); err != nil || info.Mode().Perm()&0o007 != 0 {
			t.Errorf("others may enter it: %v, %v", info, err)
		}
		return
	}
	out, err := exec.Command("icacls", state).CombinedOutput()
	if err != nil || strings.Count(string(out), ":(") != 1 {
		t.Errorf("%v: %s", err, out)
	}
}

// The key of the sessions is in Windows' Credential Manager, for every process of this person.
func TestCredentialManager(t *testing.T) {
	d := newLoneDesk(t, "prod")
	d.want(0, []string{"status"}, "Windows Credential Manager", "prod")
	d.want(0, []string{"logout", "prod"})
	got := d.stsx("status")
	if strings.Contains(got.stdout, "prod") {
		t.Errorf("prod is there after logout: %+v", got)
	}
}
