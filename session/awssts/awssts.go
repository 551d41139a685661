// Package awssts assumes roles at the AWS Security Token Service.
package awssts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"stsx/session"
	"stsx/session/files"
)

// Client is session.STS. It reads the environment as the AWS SDKs do
// (endpoints, CA bundle, FIPS, proxies) and nothing else of AWS's
// configuration: a broken ~/.aws/config or an AWS_PROFILE that names nothing
// must not keep a person from signing in.
type Client struct {
	Getenv func(string) string
	shared *sharedClient // nil: each call has connections of its own
}

// sharedClient is what the calls of a run have in common: hundreds of them to one
// host need a few connections.
type sharedClient struct {
	once   sync.Once
	client aws.HTTPClient
	err    error
}

// New returns a Client for any number of calls at once. It does nothing yet.
func New(getenv func(string) string) Client {
	return Client{Getenv: getenv, shared: new(sharedClient)}
}

// Assume implements session.STS.
func (c Client) Assume(ctx context.Context, a session.Assumption) (session.AssumedRole, error) {
	region, err := c.stsRegion(a)
	if err != nil {
		return session.AssumedRole{}, err
	}
	client, err := c.stsClient(region, a.From)
	if err != nil {
		return session.AssumedRole{}, err
	}
	if a.From != nil {
		out, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn:         aws.String(a.Role.ARN),
			RoleSessionName: aws.String(a.SessionName),
			ExternalId:      optionalString(a.ExternalID),
			DurationSeconds: durationSeconds(a.Duration),
			Policy:          optionalString(a.Policies.Inline),
			PolicyArns:      policyDescriptors(a.Policies.ManagedARNs(a.Role)),
			SourceIdentity:  optionalString(a.Chaining.SourceIdentity),
			Tags:            stsTags(a.Chaining.Tags), TransitiveTagKeys: a.Chaining.TransitiveTags,
		})
		if err != nil {
			return session.AssumedRole{}, assumeError(a, err)
		}
		return assumedFrom(a, out.Credentials, out.AssumedRoleUser)
	}
	out, err := client.AssumeRoleWithSAML(ctx, &sts.AssumeRoleWithSAMLInput{
		RoleArn:         aws.String(a.Role.ARN),
		PrincipalArn:    aws.String(a.Role.Provider),
		SAMLAssertion:   aws.String(a.Assertion.Reveal()),
		DurationSeconds: durationSeconds(a.Duration),
		Policy:          optionalString(a.Policies.Inline),
		PolicyArns:      policyDescriptors(a.Policies.ManagedARNs(a.Role)),
	})
	if err != nil {
		return session.AssumedRole{}, assumeError(a, err)
	}
	return assumedFrom(a, out.Credentials, out.AssumedRoleUser)
}

// Identity asks STS whose credentials s has, in the partition of its role.
func (c Client) Identity(ctx context.Context, s session.Session) (session.CallerIdentity, error) {
	const asking = "asking STS whose credentials these are"
	region, err := c.stsRegion(session.Assumption{Role: s.Role, Region: s.Region})
	if err != nil {
		return session.CallerIdentity{}, err
	}
	client, err := c.stsClient(region, &s.Credentials)
	if err != nil {
		return session.CallerIdentity{}, err
	}
	out, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return session.CallerIdentity{}, awsError(asking, session.Secret{}, err)
	}
	if out.Account == nil || out.Arn == nil || out.UserId == nil {
		return session.CallerIdentity{}, &session.AWSError{Act: asking, Err: errors.New("the answer names no identity")}
	}
	return session.CallerIdentity{Account: *out.Account, ARN: *out.Arn, UserID: *out.UserId}, nil
}

func (c Client) stsClient(region string, from *session.Credentials) (*sts.Client, error) {
	transport, err := c.httpClient()
	if err != nil {
		return nil, err
	}
	options := sts.Options{Region: region, HTTPClient: transport, RetryMaxAttempts: 4}
	if url := c.endpointURL(); url != "" {
		options.BaseEndpoint = aws.String(url)
	}
	fips, err := c.boolVariable("AWS_USE_FIPS_ENDPOINT")
	if err != nil {
		return nil, err
	}
	if fips {
		options.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled
	}
	dual, err := c.boolVariable("AWS_USE_DUALSTACK_ENDPOINT")
	if err != nil {
		return nil, err
	}
	if dual {
		options.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateEnabled
	}
	if from != nil {
		options.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID: from.AccessKeyID, SecretAccessKey: from.SecretAccessKey.Reveal(), SessionToken: from.SessionToken.Reveal(),
				CanExpire: true, Expires: from.Expires,
			}, nil
		})
	}
	return sts.New(options), nil
}

// boolVariable reads a variable as the SDKs do: what is neither true nor false is an
// error, or somebody who wrote "1" would be at an endpoint without FIPS.
func (c Client) boolVariable(name string) (bool, error) {
	switch text := c.Getenv(name); {
	case text == "" || strings.EqualFold(text, "false"):
		return false, nil
	case strings.EqualFold(text, "true"):
		return true, nil
	default:
		return false, fmt.Errorf("%s is %q, and has to be true or false", name, text)
	}
}

func (c Client) endpointURL() string {
	if strings.EqualFold(c.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		return ""
	}
	if url := c.Getenv("AWS_ENDPOINT_URL_STS"); url != "" {
		return url
	}
	return c.Getenv("AWS_ENDPOINT_URL")
}

// httpClient is the client that all calls of c share.
func (c Client) httpClient() (aws.HTTPClient, error) {
	if c.shared == nil {
		return c.newHTTPClient()
	}
	c.shared.once.Do(func() { c.shared.client, c.shared.err = c.newHTTPClient() })
	return c.shared.client, c.shared.err
}

// newHTTPClient is the SDK's own client (proxies from the environment, redirects not
// followed) with the CA bundle that AWS_CA_BUNDLE names in place of the
// system's, as in the SDKs.
func (c Client) newHTTPClient() (aws.HTTPClient, error) {
	client := awshttp.NewBuildableClient().WithTimeout(30 * time.Second)
	path := c.Getenv("AWS_CA_BUNDLE")
	if path == "" {
		return client, nil
	}
	pem, err := files.ReadThere(path)
	if err != nil {
		return nil, fmt.Errorf("reading AWS_CA_BUNDLE: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("reading AWS_CA_BUNDLE: %s holds no PEM certificate", path)
	}
	return client.WithTransportOptions(func(t *http.Transport) {
		if t.TLSClientConfig == nil {
			t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		t.TLSClientConfig.RootCAs = roots
	}), nil
}

func assumedFrom(a session.Assumption, c *types.Credentials, user *types.AssumedRoleUser) (session.AssumedRole, error) {
	if c == nil || user == nil || c.AccessKeyId == nil || c.SecretAccessKey == nil || c.SessionToken == nil ||
		c.Expiration == nil || user.Arn == nil {
		return session.AssumedRole{}, &session.AWSError{Act: assumingRole(a), Err: errors.New("the answer holds no credentials")}
	}
	return session.AssumedRole{
		ARN: *user.Arn,
		Credentials: session.Credentials{
			AccessKeyID:     *c.AccessKeyId,
			SecretAccessKey: session.NewSecret(*c.SecretAccessKey),
			SessionToken:    session.NewSecret(*c.SessionToken),
			Expires:         c.Expiration.UTC(),
		},
	}, nil
}

// assumeError says what AWS said. AWS quotes parameters in some of its messages,
// the assertion among them, so that is taken out.
func assumeError(a session.Assumption, err error) error {
	return awsError(assumingRole(a), a.Assertion, err)
}

func awsError(act string, assertion session.Secret, err error) error {
	out := &session.AWSError{Act: act, Err: err}
	var api smithy.APIError
	var response *awshttp.ResponseError
	var unread *smithy.DeserializationError
	answered := errors.As(err, &response) && response.HTTPStatusCode() != 0
	if answered && (errors.As(err, &unread) || !errors.As(err, &api) || api.ErrorCode() == "UnknownError") {
		out.Err = fmt.Errorf("the answer is not AWS's (HTTP status %d): "+
			"does a proxy or a network's own sign-in page stand between?", response.HTTPStatusCode())
		return out
	}
	if !errors.As(err, &api) {
		out.Err = networkError(err)
		return out
	}
	out.Code, out.Message = api.ErrorCode(), api.ErrorMessage()
	out.Message = redactAssertion(out.Message, assertion)
	out.Err = errors.New(out.Message)
	if out.Code == "ValidationError" && strings.Contains(out.Message, "MaxSessionDuration") {
		return fmt.Errorf("%w: %w", session.ErrDurationTooLong, out)
	}
	return out
}

// redactAssertion takes out of message every piece of the assertion that is long enough
// to be one, whole or cut short by AWS.
func redactAssertion(message string, assertion session.Secret) string {
	text := strings.NewReplacer("\r", "", "\n", "").Replace(assertion.Reveal())
	return base64Run().ReplaceAllStringFunc(message, func(run string) string {
		joined := strings.Join(strings.Fields(run), "")
		if len(joined) < 16 || !strings.Contains(text, strings.TrimRight(joined, "=")) {
			return run
		}
		return "[secret]"
	})
}

func base64Run() *regexp.Regexp {
	return regexp.MustCompile(`[A-Za-z0-9+/=]+(?:\s*[\r\n]\s*[A-Za-z0-9+/=]+)*`)
}

// networkError strips the SDK's wrapping from an error of the network and keeps what
// a person can act on.
func networkError(err error) error {
	var dns *net.DNSError
	var op *net.OpError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer from STS: %w", err)
	case errors.As(err, &unknown):
		return fmt.Errorf("the certificate of the STS endpoint is signed by an unknown authority: "+
			"if a proxy inspects TLS here, name its CA in AWS_CA_BUNDLE: %w", unknown)
	case errors.As(err, &dns):
		return dns
	case errors.As(err, &op):
		return op
	}
	return err
}

func assumingRole(a session.Assumption) string { return "assuming " + a.Role.ARN }

func optionalString(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func policyDescriptors(arns []string) []types.PolicyDescriptorType {
	var out []types.PolicyDescriptorType
	for _, arn := range arns {
		out = append(out, types.PolicyDescriptorType{Arn: aws.String(arn)})
	}
	return out
}

func stsTags(all []session.Tag) []types.Tag {
	var out []types.Tag
	for _, t := range all {
		out = append(out, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	return out
}

func durationSeconds(d time.Duration) *int32 { return aws.Int32(int32(d / time.Second)) }
