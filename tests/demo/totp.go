//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"stsx/tests/okta"
)

// phoneName is the socket in the demo's home directory that codes come from.
const phoneName = "phone"

// answerPhone tells a totp command the code that the org takes now and how many
// seconds it is good for, or what stands against it.
func answerPhone(connection net.Conn, org *okta.Org) {
	defer connection.Close()
	const step = 30
	code, err := org.Code(user, okta.GoogleTOTP)
	if err != nil {
		fmt.Fprintln(connection, "-", err)
		return
	}
	// Okta takes a code for one step longer than it is shown.
	fmt.Fprintln(connection, code, 2*step-time.Now().Unix()%step)
}

// totpCommand is the command in the place of a phone. The code alone goes to standard
// output, so that STSX_MFA_CODE=$(totp) works.
func totpCommand() int {
	path, err := exec.LookPath(os.Args[0]) // it lies in bin, beside which the phone is
	if err != nil {
		fmt.Fprintln(os.Stderr, "totp:", err)
		return 1
	}
	code, rest, err := askPhone(filepath.Join(filepath.Dir(path), "..", phoneName))
	if err != nil {
		fmt.Fprintln(os.Stderr, "totp: the demo has ended:", err)
		return 1
	}
	if code == "-" {
		fmt.Fprintln(os.Stderr, "totp:", rest)
		return 1
	}
	fmt.Println(code)
	if seconds, err := strconv.Atoi(rest); err == nil {
		fmt.Fprintf(os.Stderr, "good for %d s, once\n", seconds)
	}
	return 0
}

func askPhone(socket string) (code, rest string, err error) {
	connection, err := net.Dial("unix", socket)
	if err != nil {
		return "", "", err
	}
	defer connection.Close()
	said, err := io.ReadAll(connection)
	code, rest, _ = strings.Cut(strings.TrimSpace(string(said)), " ")
	return code, rest, err
}
