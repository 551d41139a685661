package endpoint_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/endpoint"
)

// FuzzRequest: whatever bytes come, without the token there is no secret in the
// answer, and the endpoint goes on.
func FuzzRequest(f *testing.F) {
	const secret = "canary-of-the-endpoint"
	now := time.Now()
	held := session.Session{Profile: "prod", Issued: now, Credentials: session.Credentials{
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: session.NewSecret(secret), SessionToken: session.NewSecret(secret),
		Expires: now.Add(time.Hour),
	}}
	served, err := endpoint.Local{}.Start(context.Background(), session.Renewal{
		Session: held,
		Kept:    func(context.Context, session.Session) (session.Session, bool) { return session.Session{}, false },
		Renew:   func(context.Context, session.Session) (session.Session, error) { return held, nil },
		Failed:  func(session.Session, error) {},
		Explain: func(session.Session, error) string { return "" },
		Now:     time.Now,
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = served.Close() })
	address, err := url.Parse(served.URL(""))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		"GET /credentials HTTP/1.1\r\nHost: HOST\r\nAuthorization: wrong\r\n\r\n",
		"GET /credentials HTTP/1.1\r\nHost: HOST\r\nAuthorization: \r\nAuthorization: \r\n\r\n",
		"GET http://evil.example/credentials HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"POST /credentials HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"GET /../credentials?x HTTP/1.0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x00\x05hello",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		conn, err := net.DialTimeout("tcp", address.Host, 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = conn.Write(bytes.ReplaceAll(request, []byte("HOST"), []byte(address.Host)))
		_ = conn.(*net.TCPConn).CloseWrite()
		answer, _ := io.ReadAll(conn)
		if bytes.Contains(answer, []byte(secret)) {
			t.Errorf("%q got the secret", request)
		}
	})
}
