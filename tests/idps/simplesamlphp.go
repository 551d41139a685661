//go:build linux

package idps

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed simplesamlphp
var simpleSAMLphp embed.FS

// SimpleSAMLphp runs it in PHP's own web server, with one person, whose roles
// are "role,provider" as they stand in the assertion.
func SimpleSAMLphp(ctx context.Context, dir string, roles []string) (*IdP, error) {
	www, err := findUnpacked("usr", "share", "simplesamlphp", "www")
	if err != nil {
		return nil, err
	}
	php, err := exec.LookPath("php")
	if err != nil {
		return nil, ErrMissing
	}
	files, err := fs.Sub(simpleSAMLphp, "simplesamlphp")
	if err == nil {
		err = os.CopyFS(dir, files)
	}
	if err != nil {
		return nil, err
	}
	i := &IdP{User: "jane@acme.example", Password: "correct horse 'battery' ü"}
	person, err := json.Marshal(map[string]any{"User": i.User, "Password": i.Password, "Roles": roles})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "person.json"), person, 0o600)
	}
	if err == nil {
		err = os.Mkdir(filepath.Join(dir, "sessions"), 0o700)
	}
	if err == nil {
		err = i.createSigningKey(dir)
	}
	if err != nil {
		return nil, err
	}
	command := exec.Command(php, "-S", "127.0.0.1:0", "-t", www)
	command.Env = append(os.Environ(), "SIMPLESAMLPHP_CONFIG_DIR="+filepath.Join(dir, "config"))
	url, err := i.startServer(ctx, `Development Server \((http://127\.0\.0\.1:\d+)\) started`, command)
	if err != nil {
		return nil, fmt.Errorf("starting SimpleSAMLphp: %w", err)
	}
	i.URL = url + "/saml2/idp/SSOService.php?spentityid=urn:amazon:webservices"
	return i, nil
}
