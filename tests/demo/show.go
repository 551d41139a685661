//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"stsx/tests/okta"
)

// show runs commands in the world and shows them as a person at a terminal
// would see them.
type show struct {
	*world
	terminal *terminal
}

func (s *show) steps(ctx context.Context) error {
	s.say("An Okta org (simulated; its page is Okta's own Sign-In Widget) and an AWS (" + s.awsName() + ") run on 127.0.0.1.")
	if !s.hasMoto {
		s.say("moto_server is missing (pip install 'moto[server]'): this AWS knows STS and nothing else.")
	}
	identify := "stsx exec demo -- " + s.caller()
	if !s.hasAWS {
		s.say("The AWS CLI is missing: sts, a small caller of the demo's own, takes its place.")
	}
	fmt.Println()
	if err := s.step(ctx, "cat ~/.config/stsx/config.toml", nil, contains("[profile.demo]")); err != nil {
		return err
	}
	s.say("The first run signs in with a headless browser. The demo gives the password and\n" +
		"the code, in STSX_PASSWORD and STSX_MFA_CODE; you would be asked for them.")
	code, err := s.org.Code(user, okta.GoogleTOTP)
	if err != nil {
		return err
	}
	given := []string{"STSX_PASSWORD=" + password, "STSX_MFA_CODE=" + code}
	if err := s.step(ctx, identify, given, contains("assumed-role/Developer/"+user)); err != nil {
		return err
	}
	s.say("The second run finds the session.")
	if err := s.step(ctx, identify, nil, contains("assumed-role/Developer/"+user)); err != nil {
		return err
	}
	if n := s.org.Count(okta.PasswordTried, user); n != 1 {
		return fmt.Errorf("the password was sent to Okta %d times, not once", n)
	}
	if err := s.step(ctx, "stsx status", nil, contains("Developer")); err != nil {
		return err
	}
	s.say("A command's exit status is its own.")
	return s.step(ctx, "stsx exec demo -- sh -c 'exit 7'; echo $?", nil, func(out string) error {
		if strings.TrimSpace(out) != "7" {
			return fmt.Errorf("it printed %q, not 7", out)
		}
		return nil
	})
}

// caller is the command that says whose the credentials are.
func (s *show) caller() string {
	if s.hasAWS {
		return "aws sts get-caller-identity"
	}
	return "sts get-caller-identity"
}

func (s *show) awsName() string {
	if s.hasMoto {
		return "moto"
	}
	return "simulated"
}

// say shows a remark of the demo's.
func (s *show) say(text string) {
	for line := range strings.Lines(text) {
		fmt.Println(s.terminal.dim("# " + strings.TrimSuffix(line, "\n")))
	}
}

// step shows a command line, runs it in a shell with given in its environment,
// and shows how long that took. check judges what it printed.
func (s *show) step(ctx context.Context, line string, given []string, check func(printed string) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	fmt.Println(s.terminal.bold("$ " + line))
	var printed bytes.Buffer
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	cmd.Env = append(s.environ[:len(s.environ):len(s.environ)], given...)
	cmd.Stdout, cmd.Stderr = io.MultiWriter(os.Stdout, &printed), os.Stderr
	begin := time.Now()
	err := s.terminal.run(cmd, syscall.SIGTERM)
	took := time.Since(begin)
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		status, _ := ended.Sys().(syscall.WaitStatus)
		if status.Signaled() && status.Signal() == syscall.SIGINT || status.ExitStatus() == 128+int(syscall.SIGINT) {
			return interrupted{syscall.SIGINT}
		}
	}
	if err == nil {
		err = check(printed.String())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	if strings.HasPrefix(line, "stsx exec") {
		fmt.Println(s.terminal.dim(fmt.Sprintf("# %.2f s", took.Seconds())))
	}
	fmt.Println()
	return nil
}

func contains(text string) func(string) error {
	return func(printed string) error {
		if !strings.Contains(printed, text) {
			return fmt.Errorf("its output does not hold %q", text)
		}
		return nil
	}
}
