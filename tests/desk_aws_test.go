//go:build unix

package tests

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
	"stsx/tests/require"
)

// withAWS is the desk with another AWS, which by default has prod's role only.
func (d *desk) withAWS(config aws.Config) *desk {
	d.Helper()
	if config.Roles == nil {
		config.Roles = map[string]aws.RoleConfig{adminRole: {}}
	}
	config.Certificates = []*x509.Certificate{d.org.Certificate()}
	server, err := aws.New(config)
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = server.Close() })
	more := d.with(server.Environ()...)
	more.aws = server
	return more
}

// motoDesk is a desk whose AWS has all of moto's services. The key pairs that
// it hands out are moto's.
func motoDesk(t *testing.T) *desk {
	t.Helper()
	return motoDeskWith(t, 0)
}

// motoDeskWith is motoDesk whose sessions live that long; 0 = as granted.
func motoDeskWith(t *testing.T, lifetime time.Duration) *desk {
	t.Helper()
	requireBrowser(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	moto, err := aws.StartMoto(ctx)
	if errors.Is(err, aws.ErrNoMoto) {
		require.Part(t, "moto", false, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = moto.Close() })
	org, err := okta.Start(okta.Config{Engine: okta.Gen2, Users: []okta.User{janeUser()}})
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	return newDeskAt(t, org, aws.Config{
		Certificates: []*x509.Certificate{org.Certificate()}, Moto: moto.URL(), Lifetime: lifetime,
		Roles: map[string]aws.RoleConfig{adminRole: {}, devRole: {}, auditRole: {Sources: []string{adminRole}}},
	})
}

func (d *desk) runAWSCLI(args ...string) runResult {
	d.Helper()
	cli := require.Command(d, "aws", "install the AWS CLI: pip install awscli")
	d = d.with("AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true")
	return d.run(append([]string{"exec", "prod", "--", cli}, args...)...)
}

// botoPython is a Python that has boto3: the one on PATH, or that of moto, which needs it.
func botoPython(t *testing.T) string {
	t.Helper()
	candidates := []string{"python3"}
	if moto, err := exec.LookPath("moto_server"); err == nil {
		candidates = append(candidates, filepath.Join(filepath.Dir(moto), "python3"))
	}
	for _, python := range candidates {
		if exec.Command(python, "-c", "import boto3").Run() == nil {
			path, err := exec.LookPath(python)
			if err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	require.Part(t, "boto3", false, "pip install 'moto[server]' brings it")
	return ""
}

// countAssumed is how many sessions AWS handed out.
func (d *desk) countAssumed() (n int) {
	for _, call := range d.aws.Log() {
		if strings.HasPrefix(call.Action, "AssumeRole") && call.Status == 200 {
			n++
		}
	}
	return n
}

// awsRefusals are the codes with which AWS refused anybody anything.
func (d *desk) awsRefusals() (codes []string) {
	for _, call := range d.aws.Log() {
		if call.Status == 403 || call.Status == 400 {
			codes = append(codes, call.Action+": "+call.Code)
		}
	}
	return codes
}

// keysUsed are the sessions that AWS was asked for something with.
func (d *desk) keysUsed() map[string]bool {
	out := map[string]bool{}
	for _, call := range d.aws.Log() {
		if call.AccessKey != "" {
			out[call.AccessKey] = true
		}
	}
	return out
}

// askedDurations are those that the action was asked for, in turn.
func (d *desk) askedDurations(action string) []time.Duration {
	var out []time.Duration
	for _, c := range d.aws.Log() {
		if c.Action == action {
			out = append(out, c.Duration)
		}
	}
	return out
}

// newRolesDesk is a desk for users who need no second factor, with those roles in
// AWS.
func newRolesDesk(t *testing.T, users []okta.User, roles ...string) *desk {
	t.Helper()
	requireBrowser(t)
	config := aws.Config{Roles: map[string]aws.RoleConfig{}}
	for _, r := range roles {
		config.Roles[r] = aws.RoleConfig{}
	}
	org, err := okta.Start(okta.Config{Engine: okta.Classic, Users: users})
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	return newDeskAt(t, org, config).with("STSX_PASSWORD=" + janePassword)
}

// newManyRolesDesk is jane with n roles over n/10 accounts, and AWS with them.
func newManyRolesDesk(t *testing.T, n int) *desk {
	t.Helper()
	user := noFactorPerson()[0]
	user.Roles = nil
	var arns []string
	for i := range n {
		account := fmt.Sprintf("%012d", 100000000000+i/10)
		arn := fmt.Sprintf("arn:aws:iam::%s:role/Role%04d", account, i)
		arns = append(arns, arn)
		user.Roles = append(user.Roles, "arn:aws:iam::"+account+":saml-provider/okta,"+arn)
	}
	return newRolesDesk(t, []okta.User{user}, arns...)
}

// newChainDesk is a desk whose AWS has roles that are assumed from jane's, one from
// the other. Its configuration begins with the idp and prod.
func newChainDesk(t *testing.T, config okta.Config, text string) *desk {
	t.Helper()
	requireBrowser(t)
	config.Engine, config.Users = okta.Classic, noFactorPerson()
	org, err := okta.Start(config)
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	d := newDeskAt(t, org, aws.Config{Roles: map[string]aws.RoleConfig{
		adminRole: {MaxDuration: 8 * time.Hour}, devRole: {MaxDuration: 8 * time.Hour}, auditRole: {},
		there: {Sources: []string{adminRole}}, deep: {Sources: []string{there}}, deploy: {Sources: []string{adminRole}},
	}}).with("STSX_PASSWORD=" + janePassword)
	d.writeConfig("[idp.acme]\nurl = \"" + org.EmbedURL() + "\"\nusername = \"" + jane + "\"\n" + text)
	return d
}

// newProxyDesk is a desk whose only way to AWS is a proxy that leads hosts to a
// server with TLS.
func newProxyDesk(t *testing.T, partition, acs, region string, hosts ...string) (*desk, *aws.Proxy) {
	t.Helper()
	d, proxy, _ := newProxyDeskAndServer(t, partition, acs, region, hosts...)
	return d, proxy
}

// newProxyDeskAndServer is the same, with the server.
func newProxyDeskAndServer(t *testing.T, partition, acs, region string, hosts ...string) (*desk, *aws.Proxy, *aws.Server) {
	t.Helper()
	requireBrowser(t)
	role := "arn:" + partition + ":iam::123456789012:role/Admin"
	user := noFactorPerson()[0]
	far := strings.Replace(strings.Replace(role, "123456789012", "210987654321", 1), "Admin", "Far", 1)
	user.Roles = []string{role + ",arn:" + partition + ":iam::123456789012:saml-provider/okta",
		far + ",arn:" + partition + ":iam::210987654321:saml-provider/okta"}
	org, err := okta.Start(okta.Config{Engine: okta.Classic, Users: []okta.User{user}, ACS: acs})
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	server, err := aws.New(aws.Config{Roles: map[string]aws.RoleConfig{role: {}, far: {Sources: []string{role}}}, TLS: true,
		AccountNames: map[string]string{"123456789012": "acme (prod) é"}, Certificates: []*x509.Certificate{org.Certificate()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	routes := map[string]string{}
	for _, host := range hosts {
		routes[host+":443"] = server.Addr()
	}
	proxy, err := aws.NewProxy(aws.ProxyConfig{Routes: routes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	d := newDeskAt(t, org, aws.Config{})
	d.env = slices.DeleteFunc(slices.Clone(d.env), func(entry string) bool { return strings.HasPrefix(entry, "AWS_") })
	text := "[idp.acme]\nurl = \"" + org.EmbedURL() + "\"\nusername = \"" + jane + "\"\n[profile.prod]\nrole = \"" + role + "\"\n"
	if region != "" {
		text += "region = \"" + region + "\"\n"
	}
	d.writeConfig(text)
	return d.with("STSX_PASSWORD="+janePassword, "HTTPS_PROXY="+proxy.URL(), "AWS_CA_BUNDLE="+server.CAFile()), proxy, server
}
