package awssts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"stsx/session"
)

// partitionHosts are the hosts of a partition's sign-in pages and console. Sources: AWS
// General Reference, "AWS Sign-In endpoints"; the guides of the partitions. A
// region's own sign-in host has the region before that name.
type partitionHosts struct{ signin, console string }

func hostsOf(partition string) (partitionHosts, bool) {
	switch partition {
	case "aws":
		return partitionHosts{"signin.aws.amazon.com", "console.aws.amazon.com"}, true
	case "aws-us-gov":
		return partitionHosts{"signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"}, true
	case "aws-cn":
		return partitionHosts{"signin.amazonaws.cn", "console.amazonaws.cn"}, true
	case "aws-eusc":
		return partitionHosts{"signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu"}, true
	}
	return partitionHosts{}, false
}

// Console returns the address that signs a browser in to the console with s,
// good for 15 minutes. Whoever has it is who s is: it is as secret as s.
func (c Client) Console(ctx context.Context, s session.Session, to session.ConsolePage) (session.Secret, error) {
	hosts, ok := hostsOf(s.Role.Partition())
	if !ok {
		return session.Secret{}, fmt.Errorf("role %s is in partition %s, whose console stsx does not know", s.Role.ARN, s.Role.Partition())
	}
	if _, err := c.stsRegion(session.Assumption{Role: s.Role, Region: s.Region}); err != nil {
		return session.Secret{}, err
	}
	destination, err := hosts.consoleURL(s.Role.Partition(), s.Region, to.Service)
	if err != nil {
		return session.Secret{}, err
	}
	endpoint := "https://" + hosts.signinHost(s.Role.Partition(), s.Region) + "/federation"
	token, err := c.signinToken(ctx, endpoint, s.Credentials, to.Duration)
	if err != nil {
		return session.Secret{}, err
	}
	query := url.Values{"Action": {"login"}, "Destination": {destination}, "SigninToken": {token.Reveal()}}
	if to.Issuer != "" {
		query.Set("Issuer", to.Issuer)
	}
	return session.NewSecret(endpoint + "?" + query.Encode()), nil
}

// signinHost is the host that signs in for region: the region's own, else the
// partition's. The European Sovereign Cloud has none but its region's.
func (p partitionHosts) signinHost(partition, region string) string {
	if region == "" && partition == "aws-eusc" {
		region = "eusc-de-east-1"
	}
	if region == "" {
		return p.signin
	}
	return region + "." + p.signin
}

// consoleURL is a page of the console and nothing else: neither region nor
// service can lead to another host.
func (p partitionHosts) consoleURL(partition, region, service string) (string, error) {
	if !isHostLabel(service) || strings.HasPrefix(service, "-") {
		return "", fmt.Errorf("%q is not a service as the console's addresses name it, such as ec2 or cloudwatch", service)
	}
	to := url.URL{Scheme: "https", Host: p.console, Path: "/"}
	if region != "" {
		if partition == "aws" {
			to.Host = region + "." + p.console
		}
		to.Path = "/console/home"
		to.RawQuery = url.Values{"region": {region}}.Encode()
	}
	if service != "" {
		to.Path = "/" + service + "/home"
	}
	return to.String(), nil
}

// signinToken trades credentials for a token at AWS's federation endpoint. They
// are posted, so that no address holds them. Source: IAM User Guide, "Enable
// custom identity broker access to the AWS console".
func (c Client) signinToken(ctx context.Context, endpoint string, from session.Credentials, d time.Duration) (session.Secret, error) {
	const asking = "asking AWS for a sign-in to the console"
	who, err := json.Marshal(map[string]string{
		"sessionId": from.AccessKeyID, "sessionKey": from.SecretAccessKey.Reveal(), "sessionToken": from.SessionToken.Reveal(),
	})
	if err != nil {
		return session.Secret{}, err
	}
	form := url.Values{"Action": {"getSigninToken"}, "Session": {string(who)}}
	if d > 0 {
		form.Set("SessionDuration", strconv.Itoa(int(d.Seconds())))
	}
	body, status, err := c.postForm(ctx, endpoint, form)
	if err != nil {
		return session.Secret{}, &session.AWSError{Act: asking, Err: err}
	}
	if status >= 400 && status < 500 {
		return session.Secret{}, &session.AWSError{Act: asking, Code: fmt.Sprintf("HTTP status %d", status),
			Message: "AWS rejected these credentials, or that duration"}
	}
	var answer struct{ SigninToken string }
	if status != http.StatusOK || json.Unmarshal(body, &answer) != nil || answer.SigninToken == "" {
		return session.Secret{}, &session.AWSError{Act: asking,
			Err: fmt.Errorf("the answer is not AWS's (HTTP status %d): "+
				"does a proxy or a network's own sign-in page stand between?", status)}
	}
	return session.NewSecret(answer.SigninToken), nil
}

// maxAnswerSize bounds what is read of an answer, in bytes: an account chooser for
// thousands of roles fits.
const maxAnswerSize = 8 << 20

// postForm sends a form to one of AWS's pages, by the way that STS is asked: the
// same proxies, the same authorities, no redirects.
func (c Client) postForm(ctx context.Context, address string, form url.Values) (body []byte, status int, err error) {
	client, err := c.httpClient()
	if err != nil {
		return nil, 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		return nil, 0, networkError(err)
	}
	defer response.Body.Close()
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(response.Body, maxAnswerSize+1))
	if err == nil && n > maxAnswerSize {
		err = errors.New("the answer is too long")
	}
	return out.Bytes(), response.StatusCode, err
}
