package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"os"
	"time"

	"stsx/session"
)

// maxAnswerSize bounds what is read of an answer, in bytes: credentials have about 1,500.
const maxAnswerSize = 64 << 10

// Fetch asks the server at a socket for the credentials of a profile, or with "" for those
// of its only one. agent is the program that wants them. Errors: *session.ServeError,
// *session.ServedError, the context's.
func (Local) Fetch(ctx context.Context, path, profile, agent string) (session.ServedCredentials, error) {
	if err := checkServer(path); err != nil {
		return session.ServedCredentials{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, socketWait+writeTimeout)
	defer cancel()
	ctx, stopSilent := withSilenceLimit(ctx)
	defer stopSilent()
	address := "http://" + socketHost + credentialsPath
	if profile != "" {
		address += "/" + url.PathEscape(profile)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return session.ServedCredentials{}, err
	}
	request.Header.Set("User-Agent", agent)
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialServer(ctx, path)
	}}
	response, err := transport.RoundTrip(request)
	switch {
	case err != nil && errors.Is(context.Cause(ctx), errSilent):
		return session.ServedCredentials{}, errNotServe(path)
	case err != nil && ctx.Err() != nil:
		return session.ServedCredentials{}, ctx.Err()
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		return session.ServedCredentials{}, socketError(path, "gave no answer: its server has ended, or is another user's",
			"start stsx serve there again")
	case err != nil:
		return session.ServedCredentials{}, err
	}
	defer response.Body.Close()
	return readAnswer(path, response)
}

// errSilent: the other end did not say in time that it is at work.
var errSilent = errors.New("silent")

// withSilenceLimit is ctx, which ends with errSilent unless the server of a request says
// something within readTimeout.
func withSilenceLimit(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(readTimeout, session.ContainPanic(func() { cancel(errSilent) }))
	trace := &httptrace.ClientTrace{
		Got1xxResponse:       func(int, textproto.MIMEHeader) error { timer.Stop(); return nil },
		GotFirstResponseByte: func() { timer.Stop() },
	}
	return httptrace.WithClientTrace(ctx, trace), func() { timer.Stop(); cancel(nil) }
}

func errNotServe(path string) error {
	return socketError(path, "is answered, but not by stsx serve", "name the socket that stsx serve prints")
}

// checkServer says why there can be no server at path.
func checkServer(path string) error {
	if !knowsPeers {
		return &session.ServeError{What: "this system", Why: "does not say whose a socket's server is",
			Cure: "use the port and the token file that stsx serve --port prints"}
	}
	if err := checkSocketPath(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return socketError(path, "is not there", "start its server: stsx serve PROFILE --socket PATH")
	case err != nil:
		return socketError(path, "can't be used: "+err.Error(), "use a socket of your own")
	case info.Mode()&fs.ModeSocket == 0:
		return socketError(path, "is no socket", "name the socket that stsx serve prints")
	}
	return nil
}

// dialServer connects to a server of this user's or of root's: another's credentials would
// have what this user does land in that one's account.
func dialServer(ctx context.Context, path string) (net.Conn, error) {
	var dialer net.Dialer
	c, err := dialer.DialContext(ctx, "unix", path)
	if err != nil && ctx.Err() == nil {
		why, cure := "can't be used: "+err.Error(), "use a socket of your own"
		if !errors.Is(err, fs.ErrPermission) {
			why, cure = "has no server any more", "start stsx serve there again"
		}
		return nil, socketError(path, why, cure)
	}
	if err != nil {
		return nil, err
	}
	server, err := peerOf(c.(*net.UnixConn))
	if err == nil && server.UID != os.Geteuid() && server.UID != 0 {
		err = socketError(path, fmt.Sprintf("has a server of another user (uid %d)", server.UID), "use a socket of your own")
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func readAnswer(path string, response *http.Response) (session.ServedCredentials, error) {
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerSize))
	if err != nil {
		return session.ServedCredentials{}, fmt.Errorf("reading the answer of %s: %w", path, err)
	}
	if response.StatusCode != http.StatusOK {
		var refusal requestRefusal
		if json.Unmarshal(text, &refusal) != nil || refusal.Message == "" {
			refusal.Message = "HTTP status " + response.Status
		}
		return session.ServedCredentials{}, &session.ServedError{Code: refusal.Code, Message: refusal.Message}
	}
	var answer credentialsAnswer
	err = json.Unmarshal(text, &answer)
	expires, badTime := time.Parse(time.RFC3339, answer.Expiration)
	profile, badName := url.PathUnescape(response.Header.Get(profileHeader))
	if errors.Join(err, badTime, badName) != nil || answer.AccessKeyID == "" || answer.SecretAccessKey == "" || answer.Token == "" {
		return session.ServedCredentials{}, errNotServe(path)
	}
	return session.ServedCredentials{Profile: profile, Only: response.Header.Get(onlyHeader), Credentials: session.Credentials{
		AccessKeyID: answer.AccessKeyID, SecretAccessKey: session.NewSecret(answer.SecretAccessKey),
		SessionToken: session.NewSecret(answer.Token), Expires: expires,
	}}, nil
}
