//go:build unix

package tests

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"

	"stsx/tests/okta"
	"stsx/tests/require"
)

// recipe is the text of the n-th block of code below a heading of docs/recipes.md.
func recipe(t *testing.T, heading string, n int) string {
	t.Helper()
	_, text, found := strings.Cut(textOf(t, "../docs/recipes.md"), "\n## "+heading)
	text, _, _ = strings.Cut(text, "\n## ")
	blocks := strings.Split(text, "```")
	if !found || len(blocks) < 2*n+3 {
		t.Fatalf("docs/recipes.md has no block %d below %q", n, heading)
	}
	_, block, _ := strings.Cut(blocks[2*n+1], "\n")
	return block
}

// wantStrictJSON: text is a T, with no other keys.
func wantStrictJSON[T any](t *testing.T, text string) (value T) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		t.Errorf("%v in %s", err, text)
	}
	return value
}

// withTools is the desk where stsx is on PATH, beside stand-ins: scripts by name.
func (d *desk) withTools(scripts map[string]string) *desk {
	d.Helper()
	bin := d.TempDir()
	for name, script := range scripts {
		d.writeFile(filepath.Join(bin, name), "#!/bin/sh\n"+script+"\n", 0o700)
	}
	if err := os.Symlink(stsxPath, filepath.Join(bin, "stsx")); err != nil {
		d.Fatal(err)
	}
	return d.with("PATH="+bin+":"+os.Getenv("PATH"), "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true")
}

// adminSession is how AWS names the session that the recipes' commands have.
const adminSession = "arn:aws:sts::123456789012:assumed-role/Admin/" + jane

// TestRecipes runs docs/recipes.md: with the program that a recipe is for, or with
// a stand-in that takes what the program takes. One sign-in does for all.
func TestRecipes(t *testing.T) {
	t.Parallel()
	d := motoDesk(t).withRemember()
	require.Command(t, "aws", "install the AWS CLI: pip install awscli")
	recipeForTerragrunt(d.withPasswordAndCode())
	d = d.withoutBrowser()
	for name, run := range map[string]func(*desk){
		"fnox": recipeForFnox, "Claude Code": recipeForClaudeCode, "MCP": recipeForMCP, "EKS": recipeForEKS, "ECR": recipeForECR,
		"CodeCommit": recipeForCodeCommit, "RDS": recipeForRDS, "direnv": recipeForDirenv, "make": recipeForMake, "cron": recipeForCron,
		"systemd": recipeForSystemd, "Docker": recipeForDocker, "Actions": recipeForActions,
	} {
		t.Run(name, func(t *testing.T) { run(d.forTest(t)) })
	}
}

// runShell runs lines of a shell, as the recipe has them.
func (d *desk) runShell(lines string) runResult {
	d.Helper()
	return d.wantStatus(d.runProgram("sh", "-ec", lines), 0)
}

// recipeForTerragrunt: the answer is the schema's, and two hundred units cause one sign-in.
func recipeForTerragrunt(d *desk) {
	d = d.withTools(map[string]string{"terragrunt": "exec $TG_AUTH_PROVIDER_CMD"})
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			answer := wantStrictJSON[struct {
				Credentials struct {
					ID     string `json:"ACCESS_KEY_ID"`
					Secret string `json:"SECRET_ACCESS_KEY"`
					Token  string `json:"SESSION_TOKEN"`
				} `json:"awsCredentials"`
				Environ map[string]string `json:"envs"`
			}](d.T, d.runShell(recipe(d.T, "Terragrunt", 0)).stdout)
			c := answer.Credentials
			if c.ID == "" || c.Secret == "" || c.Token == "" || answer.Environ["AWS_REGION"] != "eu-west-1" {
				d.Errorf("%+v", answer)
			}
			for name, value := range answer.Environ {
				if value == c.Secret || value == c.Token {
					d.Errorf("envs has a secret as %s", name)
				}
			}
		})
	}
	all.Wait()
	if n := d.countEvents(okta.PasswordTried); n != 1 {
		d.Errorf("two hundred units sent %d passwords", n)
	}
}

func recipeForFnox(d *desk) {
	_, command, _ := strings.Cut(recipe(d.T, "fnox", 0), `create_command = "`)
	command = strings.TrimSuffix(command, "\"\n")
	answer := wantStrictJSON[struct {
		Credentials map[string]string `json:"credentials"`
		Expires     string            `json:"expires_at"`
	}](d.T, d.withTools(nil).runShell(command).stdout)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"} {
		if answer.Credentials[name] == "" {
			d.Errorf("there is no %s", name)
		}
	}
	if answer.Expires == "" || answer.Expires != answer.Credentials["AWS_CREDENTIAL_EXPIRATION"] {
		d.Errorf("it expires %q", answer.Expires)
	}
}

func recipeForClaudeCode(d *desk) {
	settings := wantStrictJSON[struct {
		Environ map[string]string `json:"env"`
		Refresh string            `json:"awsAuthRefresh"`
		Export  string            `json:"awsCredentialExport"`
	}](d.T, recipe(d.T, "Claude Code", 0))
	d = d.withTools(nil)
	d.runShell(settings.Refresh)
	answer := wantStrictJSON[struct {
		Version                                                int
		AccessKeyId, SecretAccessKey, SessionToken, Expiration string
	}](d.T, d.runShell(settings.Export).stdout)
	if answer.Version != 1 || answer.AccessKeyId == "" || answer.SecretAccessKey == "" || answer.SessionToken == "" {
		d.Error("the credentials are not whole")
	}
}

// recipeForMCP: the server has stsx's input and output, and credentials that renew.
func recipeForMCP(d *desk) {
	settings := wantStrictJSON[struct {
		Servers map[string]struct {
			Command string   `json:"command"`
			Args    []string `json:"args"`
		} `json:"mcpServers"`
	}](d.T, recipe(d.T, "MCP servers", 0))
	server := settings.Servers["aws"]
	d = d.withTools(map[string]string{"uvx": `test -n "$AWS_CONTAINER_CREDENTIALS_FULL_URI" && test "$STSX_ONLY" = read-only && exec cat`})
	const request = `{"jsonrpc":"2.0","id":1,"method":"initialize"}` + "\n"
	if r := d.wantStatus(d.runWithStdin(request, server.Args...), 0); server.Command != "stsx" || r.stdout != request {
		d.Errorf("%s was started and answered %q", server.Command, r.stdout)
	}
}

// recipeForEKS: kubectl sends what aws eks get-token made.
func recipeForEKS(d *desk) {
	kubectl := require.Command(d, "kubectl", "apt-get install kubernetes-client")
	got := make(chan string, 10)
	cluster := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case got <- r.Header.Get("Authorization"):
		default:
		}
	}))
	defer cluster.Close()
	config := filepath.Join(d.TempDir(), "kubeconfig")
	d.writeFile(config, `apiVersion: v1
kind: Config
clusters: [{name: main, cluster: {server: "`+cluster.URL+`", insecure-skip-tls-verify: true}}]
contexts: [{name: main, context: {cluster: main, user: prod}}]
current-context: main
`+recipe(d.T, "kubectl and EKS", 0), 0o600)
	d.wantStatus(d.withTools(nil).runProgram(kubectl, "--kubeconfig", config, "get", "--raw", "/version"), 0)
	if sent := <-got; !strings.HasPrefix(sent, "Bearer k8s-aws-v1.") {
		d.Error("kubectl sent another token")
	}
}

func recipeForECR(d *desk) {
	d = d.withTools(map[string]string{"docker": `echo "$@"; test "$(wc -c)" -gt 1`})
	d.wantText(d.runShell(recipe(d.T, "Docker: images from ECR", 0)).stdout,
		"login --username AWS --password-stdin 123456789012.dkr.ecr.eu-west-1.amazonaws.com\n")
}

// recipeForCodeCommit: git gets a user and a password from the helper.
func recipeForCodeCommit(d *desk) {
	d = d.withTools(nil)
	d.runShell(recipe(d.T, "git and CodeCommit", 0))
	d.wantText(d.runShell("printf 'protocol=https\\nhost=git-codecommit.eu-west-1.amazonaws.com\\npath=v1/repos/x\\n\\n' |"+
		"GIT_TERMINAL_PROMPT=0 git credential fill").stdout, "\nusername=", "\npassword=")
}

func recipeForRDS(d *desk) {
	d.wantText(d.withTools(nil).runShell(recipe(d.T, "RDS and SSM", 0)).stdout, "db.example.com:5432/?Action=connect&DBUser=jane",
		"X-Amz-Signature=")
}

func recipeForDirenv(d *desk) {
	direnv := require.Command(d, "direnv", "apt-get install direnv")
	dir := d.TempDir()
	d.writeFile(filepath.Join(dir, ".envrc"), recipe(d.T, "direnv", 0), 0o600)
	d = d.withTools(nil)
	d.wantStatus(d.runProgram(direnv, "allow", dir), 0)
	d.wantText(d.wantStatus(d.runProgram(direnv, "exec", dir, "aws", "sts", "get-caller-identity"), 0).stdout, adminSession)
}

func recipeForMake(d *desk) {
	dir := d.TempDir()
	d.writeFile(filepath.Join(dir, "Makefile"), recipe(d.T, "Makefiles", 0), 0o600)
	r := d.wantStatus(d.withTools(nil).runProgram("make", "--no-print-directory", "-C", dir, "whoami"), 0)
	if r.stdout != adminSession+"\n" {
		d.Error(r)
	}
}

// recipeForCron: cron runs what follows the five fields, with no terminal.
func recipeForCron(d *desk) {
	lines := strings.Split(recipe(d.T, "cron", 0), "\n")
	fields := strings.SplitN(lines[1], " ", 6)
	d = d.withTools(map[string]string{"report": "exec aws sts get-caller-identity"})
	d.wantText(d.runShell(fields[5]).stdout, adminSession)
}

// recipeForSystemd: systemd takes the unit, and its command works.
func recipeForSystemd(d *desk) {
	analyze := require.Command(d, "systemd-analyze", "apt-get install systemd")
	unit := strings.Replace(recipe(d.T, "systemd", 0), "/usr/bin/stsx", stsxPath, 1)
	file := filepath.Join(d.TempDir(), "report.service")
	d.writeFile(file, unit, 0o600)
	d = d.withTools(map[string]string{"report": "exec aws sts get-caller-identity"})
	if r := d.wantStatus(d.runProgram(analyze, "verify", "--man=no", file), 0); strings.Contains(r.stderr, "report.service") {
		d.Error(r)
	}
	_, command, _ := strings.Cut(unit, "ExecStart=")
	d.wantText(d.runShell(command).stdout, adminSession)
}

// recipeForDocker: docker finds each variable that it is to pass on, and so does a
// devcontainer.
func recipeForDocker(d *desk) {
	d = d.withTools(map[string]string{"docker": `for word; do case $word in AWS_*) printenv "$word" >/dev/null && echo "$word"; esac; done`})
	const names = "AWS_ACCESS_KEY_ID\nAWS_SECRET_ACCESS_KEY\nAWS_SESSION_TOKEN\nAWS_REGION\n"
	if r := d.runShell(recipe(d.T, "Docker and devcontainers", 0)); r.stdout != names {
		d.Error(r)
	}
	container := wantStrictJSON[struct {
		Environ map[string]string `json:"remoteEnv"`
	}](d.T, recipe(d.T, "Docker and devcontainers", 1))
	for _, name := range strings.Fields(names) {
		if container.Environ[name] != "${localEnv:"+name+"}" {
			d.Errorf("%s is %q", name, container.Environ[name])
		}
	}
}

// recipeForActions: the first step gives the second its credentials.
func recipeForActions(d *desk) {
	var steps []struct {
		Run     string            `yaml:"run"`
		Environ map[string]string `yaml:"env"`
	}
	decoder := yaml.NewDecoder(strings.NewReader(recipe(d.T, "GitHub Actions", 0)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&steps); err != nil || len(steps) != 2 || steps[0].Environ["STSX_PASSWORD"] == "" {
		d.Fatalf("%v in %+v", err, steps)
	}
	variables := filepath.Join(d.TempDir(), "env")
	d.writeFile(variables, "", 0o600)
	d.wantText(d.withTools(nil).with("GITHUB_ENV="+variables).runShell(steps[0].Run).stdout, "::add-mask::")
	d.wantText(textOf(d.T, variables), "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
}
