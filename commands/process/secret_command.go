package process

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"stsx/session"
)

// SecretCommand runs the programs of the configuration that print a password or
// a code.
type SecretCommand struct {
	Stderr io.Writer // gets what they say there
}

// FirstLine runs argv and returns the first line it prints.
func (c SecretCommand) FirstLine(ctx context.Context, argv []string) (session.Secret, error) {
	command := exec.CommandContext(ctx, argv[0], argv[1:]...)
	command.Stderr = c.Stderr
	out, err := command.Output()
	if err != nil {
		return session.Secret{}, fmt.Errorf("%s: %w", argv[0], err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Scan()
	return session.NewSecret(strings.TrimSuffix(lines.Text(), "\r")), lines.Err()
}
