package aws_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"stsx/tests/aws"
	"stsx/tests/require"
)

func TestTLS(t *testing.T) {
	i := newIDP(t)
	config := world(i)
	config.TLS = true
	server := serve(t, config)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool(t, server.CAFile())}}
	t.Cleanup(transport.CloseIdleConnections)
	in := input(admin, i.assert(t, newClaim(time.Now())), 0)

	_, err := client(t, server, nil).AssumeRoleWithSAML(t.Context(), in, func(o *sts.Options) { o.RetryMaxAttempts = 1 })
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		t.Errorf("a client without the authority ended with %v, want that it does not know it", err)
	}
	out, err := client(t, server, nil).AssumeRoleWithSAML(t.Context(), in, func(o *sts.Options) {
		o.HTTPClient = &http.Client{Transport: transport}
	})
	ok(t, err)

	t.Run("aws command", func(t *testing.T) {
		path := require.Command(t, "aws", "pip install awscli")
		got := run(t, environ(t, server, out.Credentials), path, "sts", "get-caller-identity", "--query", "Arn", "--output", "text")
		equal(t, "the caller", got, *out.AssumedRoleUser.Arn)
	})
	t.Run("the real name through a proxy", func(t *testing.T) {
		proxy, err := aws.NewProxy(aws.ProxyConfig{Routes: map[string]string{"sts.eu-west-1.amazonaws.com:443": server.Addr()}})
		ok(t, err)
		t.Cleanup(func() { ok(t, proxy.Close()) })
		address, err := url.Parse(proxy.URL())
		ok(t, err)
		transport := transport.Clone()
		transport.Proxy = http.ProxyURL(address)
		t.Cleanup(transport.CloseIdleConnections)
		sut := sts.New(sts.Options{Region: "eu-west-1", HTTPClient: &http.Client{Transport: transport}})
		_, err = sut.AssumeRoleWithSAML(t.Context(), in)
		ok(t, err)
		equal(t, "the number of hosts asked for", len(proxy.Hosts()), 1)
		equal(t, "the host asked for", proxy.Hosts()[0], "sts.eu-west-1.amazonaws.com:443")
		equal(t, "whether it was let through", proxy.Asked()[0].Forwarded, true)
		calls := server.Log()
		equal(t, "the region", calls[len(calls)-1].Region, "eu-west-1")
	})
	t.Run("the certificate's file goes with the server", func(t *testing.T) {
		server, err := aws.New(config)
		ok(t, err)
		ok(t, server.Close())
		if _, err := os.Stat(server.CAFile()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("looking for the file ended with %v, want that it is gone", err)
		}
	})
}
