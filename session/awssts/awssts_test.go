package awssts

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/session"
	"stsx/tests/aws"
)

const admin = "arn:aws:iam::123456789012:role/Admin"

// environ is an environment as Client reads it.
func environ(entries ...string) Client {
	return Client{Getenv: func(name string) string {
		for _, e := range entries {
			if key, value, _ := strings.Cut(e, "="); key == name {
				return value
			}
		}
		return ""
	}}
}

// assertion looks like one to a client: long, and base64.
func assertion() session.Secret {
	return session.NewSecret(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("<saml>hunter2 éà?>~</saml>", 40))))
}

func assumption(arn string) session.Assumption {
	r, err := session.ParseRole(arn)
	if err != nil {
		panic(err)
	}
	r.Provider = "arn:" + r.Partition() + ":iam::" + r.Account() + ":saml-provider/okta"
	return session.Assumption{Role: r, Assertion: assertion(), Duration: time.Hour}
}

func TestRegion(t *testing.T) {
	const gov, cn, eusc, strange = "arn:aws-us-gov:iam::123456789012:role/A", "arn:aws-cn:iam::123456789012:role/A",
		"arn:aws-eusc:iam::123456789012:role/A", "arn:aws-x:iam::123456789012:role/A"
	for _, c := range []struct{ arn, region, environ, want string }{
		{admin, "eu-west-1", "AWS_REGION=us-west-2", "eu-west-1"},
		{admin, "", "AWS_REGION=us-west-2", "us-west-2"},
		{admin, "", "AWS_DEFAULT_REGION=us-west-2", "us-west-2"},
		{admin, "", "", "us-east-1"},
		{admin, "", "AWS_REGION=cn-north-1", "us-east-1"},
		{gov, "", "AWS_REGION=us-west-2", "us-gov-west-1"},
		{gov, "us-gov-east-1", "", "us-gov-east-1"},
		{cn, "", "AWS_REGION=cn-north-1", "cn-north-1"},
		{cn, "", "", "cn-northwest-1"},
		{eusc, "", "", "eusc-de-east-1"},
		{admin, "cn-north-1", "", `error: region "cn-north-1" is in AWS China, but the role is in commercial AWS`},
		{gov, "us-east-1", "", `error: region "us-east-1" is in commercial AWS, but the role is in AWS GovCloud (US)`},
		{strange, "", "", "error: whose regions stsx does not know"},
		{admin, "evil.example/", "", "error: is not an AWS region"},
		{admin, "us-east-1.evil", "", "error: is not an AWS region"},
		{admin, "", "AWS_REGION=evil.example/", "error: which is not an AWS region"},
	} {
		a := assumption(c.arn)
		a.Region = c.region
		got, err := environ(c.environ).stsRegion(a)
		if err != nil {
			got = "error: " + err.Error()
		}
		if want, isError := strings.CutPrefix(c.want, "error: "); isError && (err == nil || !strings.Contains(got, want)) || !isError &&
			got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestRedact(t *testing.T) {
	whole := assertion()
	text := whole.Reveal()
	for name, message := range map[string]string{
		"whole":     "1 validation error detected: Value '" + text + "' at 'sAMLAssertion' failed to satisfy constraint",
		"twice":     text + " " + text,
		"cut short": "Value '" + text[:300] + "...' at 'sAMLAssertion'",
		"the end":   "…" + text[200:],
		"wrapped":   "Value '" + text[:76] + "\n" + text[76:152] + "\r\n" + text[152:] + "'",
		"escaped":   "Value \"" + text + "\" at",
	} {
		got := redactAssertion(message, whole)
		for i := 0; i+24 <= len(text); i += 8 {
			if strings.Contains(strings.NewReplacer("\r", "", "\n", "").Replace(got), text[i:i+24]) {
				t.Fatalf("%s: %.200s", name, got)
			}
		}
		if !strings.Contains(got, "[secret]") {
			t.Errorf("%s: %.200s", name, got)
		}
	}
	const plain = "Not authorized to perform sts:AssumeRoleWithSAML (Service: AWSOpenIdDiscoveryService; Error Code: " +
		"AuthSamlInvalidSamlResponseException)"
	if got := redactAssertion(plain, whole); got != plain {
		t.Error(got)
	}
	wrapped := session.NewSecret(text[:76] + "\r\n" + text[76:])
	if got := redactAssertion("Value '"+text+"'", wrapped); got != "Value '[secret]'" {
		t.Errorf("%.100s", got)
	}
}

// TestErrors: each of AWS's errors keeps its code and message, and none shows
// the assertion.
func TestErrors(t *testing.T) {
	server, err := aws.New(aws.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client := environ("AWS_ENDPOINT_URL_STS="+server.URL(), "AWS_ENDPOINT_URL=http://127.0.0.1:1")
	a := assumption(admin)
	for code, message := range map[string]string{
		"ValidationError": "1 validation error detected: Value '" + a.Assertion.Reveal() +
			"' at 'sAMLAssertion' failed to satisfy constraint: Member must have length less than or equal to 100000",
		"InvalidIdentityToken":    "Response signature invalid",
		"ExpiredTokenException":   "Token must be redeemed within 5 minutes of issuance",
		"AccessDenied":            "Not authorized to perform sts:AssumeRoleWithSAML",
		"RegionDisabledException": "STS is not activated in this region for account:123456789012.",
		"IDPRejectedClaim":        "rejected é\x1b[2J",
	} {
		server.Fail("AssumeRoleWithSAML", aws.Refuse(http.StatusForbidden, code, strings.ReplaceAll(message, "\x1b", "")))
		_, err := client.Assume(context.Background(), a)
		var failed *session.AWSError
		if !errors.As(err, &failed) || failed.Code != code || !strings.Contains(err.Error(), "assuming "+admin) ||
			errors.Is(err, session.ErrDurationTooLong) {
			t.Errorf("%s: %v", code, err)
			continue
		}
		for _, how := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", failed.Err)} {
			if strings.Contains(how, a.Assertion.Reveal()[:40]) {
				t.Errorf("%s shows the assertion", code)
			}
		}
	}
	server.Fail("AssumeRoleWithSAML", aws.Refuse(400, "ValidationError",
		"The requested DurationSeconds exceeds the MaxSessionDuration set for this role."))
	if _, err := client.Assume(context.Background(), a); !errors.Is(err, session.ErrDurationTooLong) {
		t.Errorf("got %v", err)
	}
	server.Fail("AssumeRoleWithSAML", aws.Refuse(400, "Long", strings.Repeat("é", 5000)))
	if _, err := client.Assume(context.Background(), a); len(err.Error()) > 3000 || strings.ContainsRune(err.Error(), '\ufffd') {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}

// TestStranger: answers that are not AWS's.
func TestStranger(t *testing.T) {
	const wrap = `<AssumeRoleWithSAMLResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithSAMLResult>%s</AssumeRoleWithSAMLResult></AssumeRoleWithSAMLResponse>`
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"a web page": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Sign in to the Wi-Fi</html>") },
		"an error page": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<html>Blocked by policy</html>")
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		},
		"nothing":        func(http.ResponseWriter, *http.Request) {},
		"no credentials": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, wrap, "") },
		"half of them": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, wrap,
				"<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>hunter2hunter2</SecretAccessKey></Credentials>")
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(answer))
			defer server.Close()
			_, err := environ("AWS_ENDPOINT_URL="+server.URL).Assume(context.Background(), assumption(admin))
			var failed *session.AWSError
			if !errors.As(err, &failed) {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(err.Error(), "credentials") && !strings.Contains(err.Error(), "not AWS's") {
				t.Errorf("got %v", err)
			}
			for _, secret := range []string{"hunter2", assumption(admin).Assertion.Reveal()[:40]} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for endpoint, want := range map[string]string{"http://127.0.0.1:1": "connection refused", "http://nowhere.invalid": "nowhere.invalid"} {
		_, err := environ("AWS_ENDPOINT_URL="+endpoint).Assume(ctx, assumption(admin))
		var failed *session.AWSError
		if !errors.As(err, &failed) || failed.Code != "" || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "operation error") {
			t.Errorf("got %v", err)
		}
	}
	over, stop := context.WithCancel(context.Background())
	stop()
	if _, err := environ("AWS_ENDPOINT_URL=http://127.0.0.1:1").Assume(over, assumption(admin)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestBundle: AWS_CA_BUNDLE is what is trusted; a broken one is an error that
// names it, and TLS without it isn't trusted.
func TestBundle(t *testing.T) {
	server, err := aws.New(aws.Config{TLS: true, Certificates: []*x509.Certificate{}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	junk := filepath.Join(t.TempDir(), "junk.pem")
	if err := os.WriteFile(junk, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for bundle, want := range map[string]string{
		junk:               "reading AWS_CA_BUNDLE: " + junk + " holds no PEM certificate",
		"/nowhere/ca.pem":  "reading AWS_CA_BUNDLE: stat /nowhere/ca.pem",
		"":                 "signed by an unknown authority: if a proxy inspects TLS here, name its CA in AWS_CA_BUNDLE",
		server.CAFile():    "AWS said: ", // refused: nobody is trusted there; but reached
		filepath.Dir(junk): "reading AWS_CA_BUNDLE: " + filepath.Dir(junk) + " is not a file",
		os.DevNull:         "reading AWS_CA_BUNDLE: " + os.DevNull + " is not a file", // nor is /dev/zero, which has no end
	} {
		_, err := environ("AWS_ENDPOINT_URL="+server.URL(), "AWS_CA_BUNDLE="+bundle).Assume(context.Background(), assumption(admin))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", bundle, err)
		}
	}
}

// TestEndpointVariables: which wins, as in the SDKs.
func TestEndpointVariables(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    string
	}{
		{nil, ""},
		{[]string{"AWS_ENDPOINT_URL=http://a"}, "http://a"},
		{[]string{"AWS_ENDPOINT_URL=http://a", "AWS_ENDPOINT_URL_STS=http://b"}, "http://b"},
		{[]string{"AWS_ENDPOINT_URL=http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=TRUE"}, ""},
	} {
		if got := environ(c.environ...).endpointURL(); got != c.want {
			t.Errorf("%q: %s", c.environ, got)
		}
	}
}
