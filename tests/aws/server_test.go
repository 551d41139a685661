package aws_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"stsx/tests/aws"
)

// world is the simulated AWS of most tests.
func world(i idp) aws.Config {
	return aws.Config{
		Certificates: []*x509.Certificate{i.certificate},
		Roles: map[string]aws.RoleConfig{
			admin:   {MaxDuration: 4 * time.Hour, Providers: []string{provider}},
			reader:  {},
			denied:  {Denied: true},
			chained: {Sources: []string{admin}, MaxDuration: 12 * time.Hour},
			"arn:aws-us-gov:iam::777788889999:role/gov": {Providers: []string{"arn:aws-us-gov:iam::777788889999:saml-provider/okta"}},
		},
	}
}

func serve(t testing.TB, config aws.Config) *aws.Server {
	t.Helper()
	server, err := aws.New(config)
	ok(t, err)
	t.Cleanup(func() { ok(t, server.Close()) })
	return server
}

// client is the SDK's client of STS, signing with keys when there are any. It tries three times, without a wait.
func client(t testing.TB, server *aws.Server, keys *types.Credentials) *sts.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	options := sts.Options{
		Region: "us-east-1", BaseEndpoint: sdk.String(server.URL()), HTTPClient: &http.Client{Transport: transport},
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond }),
	}
	if keys != nil {
		options.Credentials = sdk.CredentialsProviderFunc(func(context.Context) (sdk.Credentials, error) {
			return sdk.Credentials{AccessKeyID: *keys.AccessKeyId, SecretAccessKey: *keys.SecretAccessKey,
				SessionToken: *keys.SessionToken}, nil
		})
	}
	return sts.New(options)
}

func input(role, assertion string, seconds int32) *sts.AssumeRoleWithSAMLInput {
	in := &sts.AssumeRoleWithSAMLInput{RoleArn: &role, PrincipalArn: sdk.String(provider), SAMLAssertion: &assertion}
	if seconds != 0 {
		in.DurationSeconds = &seconds
	}
	return in
}

// refused checks that err is AWS's error with this status and code, and that its text has these words.
func refused(t testing.TB, err error, status int, code, words string) {
	t.Helper()
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &response) {
		t.Fatalf("the error is %v, want one of the API", err)
	}
	equal(t, "the status", response.HTTPStatusCode(), status)
	equal(t, "the code", api.ErrorCode(), code)
	if !strings.Contains(api.ErrorMessage(), words) {
		t.Errorf("the message is %q, want one with %q", api.ErrorMessage(), words)
	}
}

func TestAnswerIsAWSs(t *testing.T) {
	i := newIDP(t)
	now := time.Now().UTC().Truncate(time.Second)
	config := world(i)
	config.Clock = func() time.Time { return now }
	server := serve(t, config)
	c := newClaim(now)
	c.format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	out, err := client(t, server, nil).AssumeRoleWithSAML(t.Context(), input(admin, i.assert(t, c), 7200))
	ok(t, err)
	equal(t, "the ARN", *out.AssumedRoleUser.Arn, "arn:aws:sts::111122223333:assumed-role/admin/jane@acme.test")
	equal(t, "the expiration", *out.Credentials.Expiration, now.Add(2*time.Hour))
	equal(t, "the subject", *out.Subject, "jane")
	equal(t, "the subject's type", *out.SubjectType, "persistent")
	equal(t, "the issuer", *out.Issuer, "http://www.okta.com/exk1")
	equal(t, "the audience", *out.Audience, recipient)
	if sum, err := base64.StdEncoding.DecodeString(*out.NameQualifier); err != nil || len(sum) != 20 {
		t.Errorf("the name qualifier is %q, want a SHA-1 in base64", *out.NameQualifier)
	}
	who, err := client(t, server, out.Credentials).GetCallerIdentity(t.Context(), nil)
	ok(t, err)
	equal(t, "the caller", *who.Arn, *out.AssumedRoleUser.Arn)
	equal(t, "the caller's ID", *who.UserId, *out.AssumedRoleUser.AssumedRoleId)
	equal(t, "the caller's account", *who.Account, "111122223333")

	calls := server.Log()
	equal(t, "the number of calls", len(calls), 2)
	want := aws.Call{Time: now, Action: "AssumeRoleWithSAML", Service: "sts", Role: admin, Principal: provider,
		Duration: 2 * time.Hour, Host: server.Addr(), Status: 200}
	got := calls[0]
	equal(t, "the first call", got, want)
	equal(t, "the second call's region", calls[1].Region, "us-east-1")
	equal(t, "the second call's key", calls[1].AccessKey, *out.Credentials.AccessKeyId)
}

func TestEitherSignatureIsEnough(t *testing.T) {
	i := newIDP(t)
	config := world(i)
	config.Certificates = []*x509.Certificate{newIDP(t).certificate, i.certificate}
	sut := client(t, serve(t, config), nil)
	for _, c := range []struct{ response, assertion bool }{{true, true}, {true, false}, {false, true}} {
		claim := newClaim(time.Now())
		claim.signResponse, claim.signAssertion = c.response, c.assertion
		if _, err := sut.AssumeRoleWithSAML(t.Context(), input(reader, i.assert(t, claim), 0)); err != nil {
			t.Errorf("with response signed: %v and assertion signed: %v: %v", c.response, c.assertion, err)
		}
	}
}

func TestGovCloud(t *testing.T) {
	i := newIDP(t)
	sut := client(t, serve(t, world(i)), nil)
	c := newClaim(time.Now())
	in := input("arn:aws-us-gov:iam::777788889999:role/gov", i.assert(t, c), 0)
	in.PrincipalArn = sdk.String("arn:aws-us-gov:iam::777788889999:saml-provider/okta")
	_, err := sut.AssumeRoleWithSAML(t.Context(), in)
	refused(t, err, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
	c.audience, c.recipient = "urn:amazon:webservices:govcloud", "https://signin.amazonaws-us-gov.com/saml"
	c.destination = c.recipient
	in.SAMLAssertion = sdk.String(i.assert(t, c))
	out, err := sut.AssumeRoleWithSAML(t.Context(), in)
	ok(t, err)
	equal(t, "the ARN", *out.AssumedRoleUser.Arn, "arn:aws-us-gov:sts::777788889999:assumed-role/gov/jane@acme.test")
}

func TestRefusals(t *testing.T) {
	i, now := newIDP(t), time.Now()
	config := world(i)
	config.Clock = func() time.Time { return now }
	sut := client(t, serve(t, config), nil)
	with := func(change func(*claim)) string {
		c := newClaim(now)
		change(&c)
		return i.assert(t, c)
	}
	good := with(func(*claim) {})
	type refusal struct {
		name        string
		in          *sts.AssumeRoleWithSAMLInput
		status      int
		code, words string
	}
	other := input(admin, good, 0)
	other.PrincipalArn = sdk.String("arn:aws:iam::111122223333:saml-provider/other")
	mismatched := input(reader, good, 0)
	mismatched.PrincipalArn = sdk.String("arn:aws-us-gov:iam::777788889999:saml-provider/okta")
	const unauthorized, invalid = "Not authorized to perform sts:AssumeRoleWithSAML", "Response signature invalid"
	refusals := []refusal{
		{"another's signature", input(admin, newIDP(t).assert(t, newClaim(now)), 0), 400, "InvalidIdentityToken", invalid},
		{"not base64", input(admin, "%%%%", 0), 400, "InvalidIdentityToken", "Invalid base64 SAMLResponse"},
		{"base64 with a plus lost", input(admin, strings.Replace(good, good[40:41], " ", 1), 0), 400, "InvalidIdentityToken",
			"Invalid base64 SAMLResponse"},
		{"base64 in lines", input(admin, good[:76]+"\n"+good[76:], 0), 400, "InvalidIdentityToken", "Invalid base64 SAMLResponse"},
		{"not XML", input(admin, base64.StdEncoding.EncodeToString([]byte("hello")), 0), 400, "InvalidIdentityToken",
			"Invalid SAML response"},
		{"too long", input(admin, strings.Repeat("A", 100_004), 0), 400, "ValidationError", "less than or equal to 100000"},
		{"late", input(admin, with(func(c *claim) { c.issued = now.Add(-5 * time.Minute) }), 0), 400, "ExpiredTokenException",
			"Token must be redeemed within 5 minutes of issuance"},
		{"early", input(admin, with(func(c *claim) { c.issued = now.Add(6 * time.Minute) }), 0), 400, "ExpiredTokenException", ""},
		{"audience", input(admin, with(func(c *claim) { c.audience = "https://elsewhere.test" }), 0), 400, "InvalidIdentityToken",
			"required audience"},
		{"recipient", input(admin, with(func(c *claim) {
			c.recipient = "https://elsewhere.test/saml"
		}), 0), 403, "AccessDenied", unauthorized},
		{"destination", input(admin, with(func(c *claim) {
			c.destination = "https://elsewhere.test/saml"
		}), 0), 403, "AccessDenied", unauthorized},
		{"no session name", input(admin, with(func(c *claim) { c.session = "" }), 0), 400, "InvalidIdentityToken",
			"RoleSessionName is required in AuthnResponse"},
		{"bad session name", input(admin, with(func(c *claim) { c.session = "jane doe" }), 0), 400, "InvalidIdentityToken",
			"RoleSessionName in AuthnResponse must match"},
		{"role not in the assertion", input(admin, with(func(c *claim) {
			c.pairs = []string{provider + "," + reader}
		}), 0), 403, "AccessDenied", unauthorized},
		{"role paired with another provider", mismatched, 403, "AccessDenied", unauthorized},
		{"role that does not exist", input("arn:aws:iam::111122223333:role/none", good, 0), 403, "AccessDenied", unauthorized},
		{"role denied", input(denied, good, 0), 403, "AccessDenied", unauthorized},
		{"provider that does not exist", other, 400, "InvalidIdentityToken", "Specified provider doesn't exist"},
		{"not a role", input("arn:aws:iam::111122223333:user/jane", good, 0), 400, "ValidationError", "is invalid"},
		{"too short", input(admin, good, 899), 400, "ValidationError",
			"Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
		{"longer than AWS allows", input(admin, good, 43201), 400, "ValidationError", "less than or equal to 43200"},
		{"longer than the role allows", input(admin, good, 14401), 400, "ValidationError",
			"The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{"longer than a role allows by default", input(reader, good, 3601), 400, "ValidationError", "exceeds the MaxSessionDuration"},
	}
	for name, wrapped := range wrappings(t, i, newClaim(now)) {
		refusals = append(refusals, refusal{"wrapped: " + name, input(admin, wrapped, 0), 400, "InvalidIdentityToken", invalid})
	}
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			_, err := sut.AssumeRoleWithSAML(t.Context(), r.in)
			refused(t, err, r.status, r.code, r.words)
		})
	}
}

// The SDK turns three of the codes into types of their own.
func TestErrorTypes(t *testing.T) {
	i := newIDP(t)
	sut := client(t, serve(t, world(i)), nil)
	_, err := sut.AssumeRoleWithSAML(t.Context(), input(admin, "%%%%", 0))
	if _, ok := errors.AsType[*types.InvalidIdentityTokenException](err); !ok {
		t.Errorf("%v is no InvalidIdentityTokenException", err)
	}
	_, err = sut.AssumeRoleWithSAML(t.Context(), input(admin, i.assert(t, newClaim(time.Now().Add(-time.Hour))), 0))
	if _, ok := errors.AsType[*types.ExpiredTokenException](err); !ok {
		t.Errorf("%v is no ExpiredTokenException", err)
	}
}

func TestDurations(t *testing.T) {
	i, now := newIDP(t), time.Now().UTC().Truncate(time.Second)
	config := world(i)
	config.Clock = func() time.Time { return now }
	sut := client(t, serve(t, config), nil)
	for _, c := range []struct {
		name, role, wish string
		end              time.Duration
		asked            int32
		want             time.Duration
	}{
		{name: "nothing said", role: admin, want: time.Hour},
		{name: "the shortest", role: admin, asked: 900, want: 15 * time.Minute},
		{name: "the role's longest", role: admin, asked: 14400, want: 4 * time.Hour},
		{name: "the assertion's wish", role: admin, wish: "7200", want: 2 * time.Hour},
		{name: "a wish beyond the role", role: admin, wish: "43200", want: 4 * time.Hour},
		{name: "a request before a wish", role: admin, wish: "7200", asked: 900, want: 15 * time.Minute},
		{name: "the IdP's session ends first", role: admin, asked: 7200, end: 20 * time.Minute, want: 20 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			claim := newClaim(now)
			claim.wish = c.wish
			if c.end != 0 {
				claim.sessionEnd = now.Add(c.end).Format(time.RFC3339)
			}
			out, err := sut.AssumeRoleWithSAML(t.Context(), input(c.role, i.assert(t, claim), c.asked))
			ok(t, err)
			equal(t, "the duration", out.Credentials.Expiration.Sub(now), c.want)
		})
	}
}

func TestChaining(t *testing.T) {
	i := newIDP(t)
	server := serve(t, world(i))
	assertion := i.assert(t, newClaim(time.Now()))
	from := func(role string) *sts.Client {
		out, err := client(t, server, nil).AssumeRoleWithSAML(t.Context(), input(role, assertion, 0))
		ok(t, err)
		return client(t, server, out.Credentials)
	}
	in := &sts.AssumeRoleInput{RoleArn: sdk.String(chained), RoleSessionName: sdk.String("jane@acme.test")}
	out, err := from(admin).AssumeRole(t.Context(), in)
	ok(t, err)
	equal(t, "the ARN", *out.AssumedRoleUser.Arn, "arn:aws:sts::444455556666:assumed-role/deploy/jane@acme.test")
	_, err = from(reader).AssumeRole(t.Context(), in)
	refused(t, err, 403, "AccessDenied",
		"User: arn:aws:sts::111122223333:assumed-role/reader/jane@acme.test is not authorized to perform: sts:AssumeRole on resource: "+
			chained)
	in.DurationSeconds = sdk.Int32(7200)
	_, err = from(admin).AssumeRole(t.Context(), in)
	refused(t, err, 400, "ValidationError", "1 hour session limit for roles assumed by role chaining")
}

func TestKeysExpire(t *testing.T) {
	i, now := newIDP(t), time.Now().UTC().Truncate(time.Second)
	later := make(chan struct{})
	config := world(i)
	config.Lifetime = 2 * time.Second
	config.Clock = func() time.Time {
		select {
		case <-later:
			return now.Add(2 * time.Second)
		default:
			return now
		}
	}
	server := serve(t, config)
	out, err := client(t, server, nil).AssumeRoleWithSAML(t.Context(), input(admin, i.assert(t, newClaim(now)), 3600))
	ok(t, err)
	equal(t, "the lifetime", out.Credentials.Expiration.Sub(now), 2*time.Second)
	sut := client(t, server, out.Credentials)
	_, err = sut.GetCallerIdentity(t.Context(), nil)
	ok(t, err)
	close(later)
	_, err = sut.GetCallerIdentity(t.Context(), nil)
	refused(t, err, 403, "ExpiredToken", "expired")
	mixed := *out.Credentials
	mixed.SessionToken = sdk.String("another's")
	_, err = client(t, server, &mixed).GetCallerIdentity(t.Context(), nil)
	refused(t, err, 403, "InvalidClientTokenId", "invalid")
}

func TestOnlySTSWithoutMoto(t *testing.T) {
	server := serve(t, world(newIDP(t)))
	resp, err := http.Post(server.URL(), "application/x-www-form-urlencoded", strings.NewReader("Action=ListUsers&Version=2010-05-08"))
	ok(t, err)
	ok(t, resp.Body.Close())
	equal(t, "the status", resp.StatusCode, 400)
	resp, err = http.Post(server.URL(), "application/x-www-form-urlencoded",
		strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
	ok(t, err)
	ok(t, resp.Body.Close())
	equal(t, "the status of an unsigned request", resp.StatusCode, 403)
	http.DefaultClient.CloseIdleConnections()
}

func TestAnotherAccount(t *testing.T) {
	i := newIDP(t)
	config := world(i)
	config.AccountOverride = "999999999999"
	server := serve(t, config)
	out, err := client(t, server, nil).AssumeRoleWithSAML(t.Context(), input(admin, i.assert(t, newClaim(time.Now())), 0))
	ok(t, err)
	equal(t, "the ARN", *out.AssumedRoleUser.Arn, "arn:aws:sts::999999999999:assumed-role/admin/jane@acme.test")
}

func TestMotoOutOfReach(t *testing.T) {
	if _, err := aws.New(aws.Config{Moto: "nonsense"}); err == nil {
		t.Error("an address that is none was taken")
	}
	i := newIDP(t)
	config := world(i)
	config.Moto = "http://127.0.0.1:1"
	server := serve(t, config)
	_, err := client(t, server, nil).AssumeRoleWithSAML(t.Context(), input(admin, i.assert(t, newClaim(time.Now())), 0))
	refused(t, err, 500, "InternalFailure", "stsx test bed: minting keys for "+admin)
	resp, err := http.Get(server.URL() + "/bucket")
	ok(t, err)
	ok(t, resp.Body.Close())
	equal(t, "the status", resp.StatusCode, http.StatusBadGateway)
	http.DefaultClient.CloseIdleConnections()
	calls := server.Log()
	equal(t, "the last call", calls[len(calls)-1].Action, "GET /bucket")
}

// A fault is said in the protocol of the service that was asked.
func TestProtocols(t *testing.T) {
	server := serve(t, aws.Config{})
	for _, c := range []struct{ service, kind, want string }{
		{"s3", "", "<Error>\n  <Code>SlowDown</Code>"},
		{"dynamodb", "application/x-amz-json-1.0", `"__type":"SlowDownException"`},
		{"iam", "application/x-www-form-urlencoded", "<ErrorResponse>\n  <Error>\n    <Type>Receiver</Type>"},
	} {
		server.Fail("POST /", aws.Refuse(503, "SlowDown", "Please reduce your request rate."))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL()+"/", nil)
		ok(t, err)
		req.Header.Set("Content-Type", c.kind)
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=ASIA/20260101/us-east-1/"+c.service+
			"/aws4_request, SignedHeaders=host, Signature=0")
		resp, err := http.DefaultClient.Do(req)
		ok(t, err)
		body, err := io.ReadAll(resp.Body)
		ok(t, err)
		ok(t, resp.Body.Close())
		equal(t, "the status of "+c.service, resp.StatusCode, 503)
		if !strings.Contains(string(body), c.want) {
			t.Errorf("%s answered %s, want %s", c.service, body, c.want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
