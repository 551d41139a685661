//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// writeShellFiles writes what shells read at their start in place of the person's own.
func (w *world) writeShellFiles() error {
	fish := filepath.Join(w.home, ".config", "fish")
	err := os.MkdirAll(fish, 0o700)
	for name, text := range map[string]string{
		".bashrc": `PS1='demo \$ '` + "\n",
		".zshrc":  `PS1='demo %# '` + "\n",
		".shrc":   `PS1='demo $ '` + "\n",
		filepath.Join(".config", "fish", "config.fish"): "set -g fish_greeting\nfunction fish_prompt; echo -n 'demo > '; end\n",
	} {
		err = errors.Join(err, os.WriteFile(filepath.Join(w.home, name), []byte(text), 0o600))
	}
	return err
}

// shell leaves the person in a shell in the world, until they leave it.
func (s *demoShow) shell(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	fmt.Printf(`Now you: in this shell stsx works against the simulated org. Leave it with exit, and all of it is gone.

  user      %s
  password  %s
  code      totp prints one; run it before stsx asks, or in another terminal:
            %s
  profiles  dev, prod, audit, and any, which asks for the role

Try: stsx logout --all; stsx exec any -- %s
     stsx roles; stsx login --force dev; stsx console dev; stsx help

`, user, password, filepath.Join(s.home, "bin", "totp"), s.identityCommand())
	shell := os.Getenv("SHELL")
	if shell == "" {
		shell = "/bin/sh"
	}
	cmd := exec.CommandContext(ctx, shell)
	if filepath.Base(shell) == "bash" {
		cmd.Args = append(cmd.Args, "--noprofile", "--rcfile", filepath.Join(s.home, ".bashrc"))
	}
	cmd.Args = append(cmd.Args, "-i")
	cmd.Dir = s.home
	cmd.Env = append(s.environ[:len(s.environ):len(s.environ)], "PWD="+s.home)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	// An interactive shell heeds no SIGTERM.
	err := s.terminal.run(cmd, syscall.SIGHUP)
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return nil // the status of the person's last command
	}
	return err
}
