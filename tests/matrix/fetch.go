//go:build unix

package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// widgetFolder returns the folder of a version's files, and gets them from npm first
// where they are not there yet.
func (v version) widgetFolder(ctx context.Context, root string) (string, error) {
	if v.pinned {
		return filepath.Join(root, "tests", "okta", "node_modules", widgetPackage, "dist"), nil
	}
	parent := filepath.Join(root, "tests", "okta", "widgets")
	home := filepath.Join(parent, v.number)
	if _, err := os.Stat(home); err == nil {
		return filepath.Join(home, "dist"), nil
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(parent, "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if err := v.fetch(ctx, dir); err != nil {
		return "", fmt.Errorf("getting %s %s: %w", widgetPackage, v.number, err)
	}
	return filepath.Join(home, "dist"), os.Rename(filepath.Join(dir, "package"), home)
}

// fetch gets the tarball, which has to be the one that was listed, and unpacks
// of it what an org serves into dir/package.
func (v version) fetch(ctx context.Context, dir string) error {
	if _, err := runNPM(ctx, dir, "pack", widgetPackage+"@"+v.number); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return fmt.Errorf("npm left %q (%w)", found, err)
	}
	if v.integrity != "" {
		got, err := fileIntegrity(found[0])
		if err != nil {
			return err
		}
		if got != v.integrity {
			return fmt.Errorf("its tarball is not the one in %s: %s instead of %s", versionList, got, v.integrity)
		}
	}
	return unpack(found[0], dir)
}

func fileIntegrity(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha512.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return "sha512-" + base64.StdEncoding.EncodeToString(sum.Sum(nil)), nil
}

// isServed says whether an org serves a file of the package. The rest is sources
// and examples, up to ten times as much.
func isServed(name string) bool {
	if name == "package/package.json" {
		return true
	}
	rest, ok := strings.CutPrefix(name, "package/dist/")
	folder, _, _ := strings.Cut(rest, "/")
	switch folder {
	case "js", "css", "font", "img", "labels":
		return ok && path.Ext(name) != ".map"
	}
	return false
}

func unpack(tarball, dir string) error {
	f, err := os.Open(tarball)
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	to, err := os.OpenRoot(dir) // no name in the tarball leads out of it
	if err != nil {
		return err
	}
	defer to.Close()
	for files := tar.NewReader(plain); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := path.Clean(head.Name)
		if head.Typeflag != tar.TypeReg || !isServed(name) {
			continue
		}
		if err := to.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		file, err := to.Create(name)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, files)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
}
