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

// demoShow runs commands in the world and shows them as a person at a terminal
// would see them.
type demoShow struct {
	*world
	terminal *terminal
}

func (s *demoShow) runSteps(ctx context.Context) error {
	s.printRemark("An Okta org (simulated; its page is Okta's own Sign-In Widget) and an AWS (" + s.awsName() + ") run on 127.0.0.1.")
	if !s.hasMoto {
		s.printRemark("moto_server is missing (pip install 'moto[server]'): this AWS knows STS and nothing else.")
	}
	identify := "stsx exec dev -- " + s.identityCommand()
	if !s.hasAWS {
		s.printRemark("The AWS CLI is missing: sts, a small caller of the demo's own, takes its place.")
	}
	fmt.Println()
	if err := s.runStep(ctx, "cat ~/.config/stsx/config.toml", nil, mustContain("[profile.dev]")); err != nil {
		return err
	}
	s.printRemark("The first run signs in with a headless browser. The demo gives the password and\n" +
		"the code, in STSX_PASSWORD and STSX_MFA_CODE; you would be asked for them.")
	code, err := s.org.Code(user, okta.GoogleTOTP)
	if err != nil {
		return err
	}
	given := []string{"STSX_PASSWORD=" + password, "STSX_MFA_CODE=" + code}
	if err := s.runStep(ctx, identify, given, mustContain("assumed-role/Developer/"+user)); err != nil {
		return err
	}
	s.printRemark("The second run finds the session.")
	if err := s.runStep(ctx, identify, nil, mustContain("assumed-role/Developer/"+user)); err != nil {
		return err
	}
	if n := s.org.Count(okta.PasswordTried, user); n != 1 {
		return fmt.Errorf("the password was sent to Okta %d times, not once", n)
	}
	if err := s.runStep(ctx, "stsx status", nil, mustContain("Developer")); err != nil {
		return err
	}
	s.printRemark("A command's exit status is its own.")
	return s.runStep(ctx, "stsx exec dev -- sh -c 'exit 7'; echo $?", nil, func(out string) error {
		if strings.TrimSpace(out) != "7" {
			return fmt.Errorf("it printed %q, not 7", out)
		}
		return nil
	})
}

// identityCommand is the command that says whose the credentials are.
func (s *demoShow) identityCommand() string {
	if s.hasAWS {
		return "aws sts get-caller-identity"
	}
	return "sts get-caller-identity"
}

func (s *demoShow) awsName() string {
	if s.hasMoto {
		return "moto"
	}
	return "simulated"
}

// printRemark shows a remark of the demo's.
func (s *demoShow) printRemark(text string) {
	for line := range strings.Lines(text) {
		fmt.Println(s.terminal.dim("# " + strings.TrimSuffix(line, "\n")))
	}
}

// runStep shows a command line, runs it in a shell with given in its environment,
// and shows how long that took. check judges what it printed.
func (s *demoShow) runStep(ctx context.Context, line string, given []string, check func(printed string) error) error {
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

func mustContain(text string) func(string) error {
	return func(printed string) error {
		if !strings.Contains(printed, text) {
			return fmt.Errorf("its output does not hold %q", text)
		}
		return nil
	}
}
