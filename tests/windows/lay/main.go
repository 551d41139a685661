// Command lay is the other program that the tests of the Windows build need.
//
//	lay session CONFIG PROFILE...   saves a session of each profile, as a sign-in would
//	lay folder FOLDER               closes FOLDER to others, as stsx does with its own
//	lay words WORD...               prints the words, quoted
//	lay stay ADDRESS                connects to ADDRESS and stays until it is ended
//	lay both ADDRESS                starts "lay stay ADDRESS" and does the same
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"stsx/session"
	"stsx/session/config"
	"stsx/session/files"
	"stsx/session/vault"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "lay:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: lay session CONFIG PROFILE... | folder FOLDER | words WORD... | stay ADDRESS | both ADDRESS")
	}
	switch args[0] {
	case "session":
		return laySessions(args[1], args[2:])
	case "folder":
		return files.MakePrivate(args[1])
	case "words":
		_, err := fmt.Printf("%q\n", args[1:])
		return err
	case "stay":
		return stay(args[1])
	case "both":
		if err := exec.Command(os.Args[0], "stay", args[1]).Start(); err != nil {
			return err
		}
		return stay(args[1])
	}
	return fmt.Errorf("%q is not known", args[0])
}

func laySessions(path string, names []string) error {
	file, err := config.Load(path)
	if err != nil {
		return err
	}
	store := vault.New(vault.Options{
		Dir:  filepath.Join(os.Getenv("XDG_STATE_HOME"), "stsx"),
		Warn: func(text string) { fmt.Fprintln(os.Stderr, text) },
	})
	for _, name := range names {
		profile, err := file.Profile(name)
		if err != nil {
			return err
		}
		now := time.Now().UTC()
		err = store.Put(context.Background(), profile.Key(), session.Session{
			Profile: name, Region: profile.Region, Issued: now, ARN: "arn:aws:sts::123456789012:assumed-role/Admin/jane",
			Role: session.Role{
				ARN: "arn:aws:iam::123456789012:role/Admin", Provider: "arn:aws:iam::123456789012:saml-provider/Okta",
			},
			Credentials: session.Credentials{
				AccessKeyID: "ASIA" + name, SecretAccessKey: session.NewSecret("secret of " + name),
				SessionToken: session.NewSecret("token of " + name), Expires: now.Add(time.Hour),
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func stay(address string) error {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, connection)
	return err
}
