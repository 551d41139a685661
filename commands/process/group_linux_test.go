package process

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// askingScript asks on the terminal, as a program for PINs does.
const askingScript = `printf 'PIN? ' >/dev/tty; IFS= read -r pin </dev/tty; printf '%s\n' "$pin"`

// TestMain is also the program on the terminal of the tests below.
func TestMain(m *testing.M) {
	script := os.Getenv("STSX_TEST_TERMINAL")
	if script == "" {
		os.Exit(m.Run())
	}
	ctx, stop := UntilSignal()
	line, err := SecretCommand{Environ: os.Environ(), Stderr: os.Stderr}.FirstLine(ctx, []string{"sh", "-c", script})
	stop()
	fmt.Printf("got <%s> %v\n", line.Reveal(), err)
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		os.Exit(1)
	}
	text, err := bufio.NewReader(terminal).ReadString('\n') // stops or fails in the background
	fmt.Printf("then <%s> %v\n", strings.TrimSpace(text), err)
	os.Exit(0)
}

// typeOnTerminal runs command on a terminal: of each pair the first text has to come
// before the second is typed.
func typeOnTerminal(t *testing.T, command *exec.Cmd, pairs ...[2]string) {
	t.Helper()
	command.Env = append(command.Environ(), "PS1=$ ", "TERM=dumb")
	master, err := pty.Start(command)
	if err != nil {
		t.Fatal(err)
	}
	watchdog := time.AfterFunc(2*time.Minute, func() { _ = command.Process.Kill(); _ = master.Close() })
	defer watchdog.Stop()
	defer func() { _ = command.Process.Kill(); _ = master.Close(); _ = command.Wait() }()
	var shown strings.Builder
	seen := 0
	buffer := make([]byte, 4096)
	for _, pair := range pairs {
		for {
			if at := strings.Index(shown.String()[seen:], pair[0]); at >= 0 {
				seen += at + len(pair[0])
				break
			}
			n, err := master.Read(buffer)
			shown.Write(buffer[:n])
			if err != nil {
				t.Fatalf("%q did not come, but %q", pair[0], shown.String()[seen:])
			}
		}
		if _, err := master.WriteString(pair[1]); err != nil {
			t.Fatal(err)
		}
	}
}

func onTerminal(script string, words ...string) *exec.Cmd {
	command := exec.Command(words[0], words[1:]...)
	command.Env = append(os.Environ(), "STSX_TEST_TERMINAL="+script, "STSX_TEST_PROGRAM="+os.Args[0])
	return command
}

// TestTerminalIsTheCommands: while a command runs it can ask on the terminal,
// Ctrl-C and Ctrl-Z are for it and for stsx, and then stsx has the terminal again.
func TestTerminalIsTheCommands(t *testing.T) {
	t.Parallel()
	t.Run("asks", func(t *testing.T) {
		t.Parallel()
		typeOnTerminal(t, onTerminal(askingScript, os.Args[0]), [2]string{"PIN? ", "1234\n"}, [2]string{"got <1234> <nil>", "more\n"},
			[2]string{"then <more> <nil>"})
	})
	t.Run("leaves a process behind", func(t *testing.T) {
		t.Parallel()
		typeOnTerminal(t, onTerminal("sleep 1000 & "+askingScript, os.Args[0]), [2]string{"PIN? ", "1234\n"}, [2]string{"got <1234> <nil>",
			"more\n"}, [2]string{"then <more> <nil>"})
	})
	t.Run("Ctrl-C", func(t *testing.T) {
		t.Parallel()
		typeOnTerminal(t, onTerminal("printf 'PIN? ' >/dev/tty; exec sleep 1000", os.Args[0]), [2]string{"PIN? ", "\x03"},
			[2]string{"got <> ",
				"more\n"}, [2]string{"then <more> <nil>"})
	})
	t.Run("Ctrl-Z in a shell", func(t *testing.T) {
		t.Parallel()
		shell := onTerminal(askingScript, "bash", "--norc", "--noprofile", "-i")
		typeOnTerminal(t, shell, [2]string{"$ ", "$STSX_TEST_PROGRAM\n"}, [2]string{"PIN? ", "\x1a"},
			[2]string{"Stopped", "echo here; fg\n"},
			[2]string{"\nhere", ""}, [2]string{"STSX_TEST_PROGRAM", "1234\n"}, [2]string{"got <1234> <nil>", "more\n"},
			[2]string{"then <more> <nil>"})
	})
	t.Run("in the background of a shell", func(t *testing.T) {
		t.Parallel()
		shell := onTerminal(askingScript, "bash", "--norc", "--noprofile", "-i")
		// The shell tells of a job that has stopped only when it is asked.
		const wait = "until [[ $(jobs) == *Stopped* ]]; do sleep 0.1; done; fg\n"
		typeOnTerminal(t, shell, [2]string{"$ ", "$STSX_TEST_PROGRAM &\n"}, [2]string{"PIN? ", wait},
			[2]string{"STSX_TEST_PROGRAM", "1234\n"}, [2]string{"got <1234> <nil>", "more\n"}, [2]string{"then <more> <nil>"})
	})
	t.Run("eval of a command substitution", func(t *testing.T) {
		t.Parallel()
		shell := onTerminal(askingScript, "bash", "--norc", "--noprofile", "-i")
		typeOnTerminal(t, shell, [2]string{"$ ", "x=\"$($STSX_TEST_PROGRAM)\"\n"}, [2]string{"PIN? ", "1234\nmore\n"}, [2]string{"$ ",
			"echo \"<<$x>>\"\n"},
			[2]string{"<<got <1234> <nil>", ""}, [2]string{"then <more> <nil>>>", ""})
	})
}
