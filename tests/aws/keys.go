package aws

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// issuedKeys is a role session that this server handed out.
type issuedKeys struct {
	mintedKeys
	role    string // ARN of the role, as asked for
	arn     string // ARN of the session
	account string
	id      string // UserId: the role's ID, a colon, the session's name
	expires time.Time
	chained bool // by AssumeRole
}

// mintedKeys are the three parts of a session's credentials.
type mintedKeys struct{ accessKey, secret, token string }

func (i issuedKeys) xmlCredentials() xmlCredentials {
	return xmlCredentials{i.accessKey, i.secret, i.token, i.expires.UTC().Format(time.RFC3339)}
}

func (i issuedKeys) assumedUser() assumedUser { return assumedUser{AssumedRoleID: i.id, ARN: i.arn} }

// issueKeys makes a session of a role and remembers it.
func (s *Server) issueKeys(r apiRequest, role parsedARN, session string, duration time.Duration) (issuedKeys, error) {
	asked := role.String()
	if s.config.AccountOverride != "" {
		role.account = s.config.AccountOverride
	}
	keys, id, err := s.minter.mintKeys(r.Context(), role, session, duration)
	if err != nil {
		return issuedKeys{}, fmt.Errorf("minting keys for %s: %w", role, err)
	}
	if lifetime := time.Duration(s.lifetime.Load()); lifetime > 0 {
		duration = lifetime
	}
	made := issuedKeys{
		mintedKeys: keys, role: asked, arn: role.assumedRole(session), account: role.account, id: id,
		// AWS gives whole seconds.
		expires: s.config.Clock().Add(duration).Truncate(time.Second),
		chained: r.form.Get("Action") == "AssumeRole",
	}
	s.keys.addKeys(made)
	return made, nil
}

// keyLedger is every session handed out, by access key.
type keyLedger struct {
	mu      sync.Mutex
	entries map[string]issuedKeys
}

func (l *keyLedger) addKeys(entry issuedKeys) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.entries == nil {
		l.entries = map[string]issuedKeys{}
	}
	l.entries[entry.accessKey] = entry
}

func (l *keyLedger) findKeys(accessKey string) (issuedKeys, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry, ok := l.entries[accessKey]
	return entry, ok
}

// checkSigner refuses a request signed with keys of this server that have expired or come with another session's token.
// Of other keys it knows nothing.
func (l *keyLedger) checkSigner(by requestSigner, now time.Time) *apiError {
	entry, ok := l.findKeys(by.accessKey)
	switch {
	case !ok:
		return nil
	case by.token != entry.token:
		return unknownKeys()
	case !now.Before(entry.expires):
		return sessionOver()
	default:
		return nil
	}
}

// keyMinter makes the keys of a session, and the session's UserId.
type keyMinter interface {
	mintKeys(ctx context.Context, role parsedARN, session string, duration time.Duration) (mintedKeys, string, error)
}

// madeUpMinter mints keys that nothing but this server knows.
type madeUpMinter struct{}

func (madeUpMinter) mintKeys(_ context.Context, role parsedARN, session string, _ time.Duration) (mintedKeys, string, error) {
	padding := strings.Repeat(rand.Text(), 16) // real tokens are this long; keyrings and environments must hold them
	made := mintedKeys{
		accessKey: "ASIA" + rand.Text()[:16],
		secret:    (rand.Text() + rand.Text())[:38] + "+/", // real secrets have both
		token:     base64.StdEncoding.EncodeToString([]byte("stsx test bed " + padding)),
	}
	return made, "AROA" + strings.ToUpper(nameQualifier(role.String(), ""))[:4] + rand.Text()[:13] + ":" + session, nil
}

// motoMinter mints keys with moto's AssumeRole. Moto's AssumeRoleWithSAML would not do: it fails on an assertion with
// several roles, wants the role's ARN first, ignores the RoleArn asked for, and files the session under the account of
// the request instead of the role's.
type motoMinter struct {
	url    string
	client *http.Client
	mu     sync.Mutex
	known  map[string]bool // roles that were created, by ARN
}

// mintKeys creates the role first, the first time it is asked for: without a role, moto invents a new UserId at every call.
func (m *motoMinter) mintKeys(ctx context.Context, role parsedARN, session string, duration time.Duration) (mintedKeys, string, error) {
	if err := m.createRole(ctx, role); err != nil {
		return mintedKeys{}, "", err
	}
	var reply struct {
		Credentials xmlCredentials `xml:"AssumeRoleResult>Credentials"`
		User        assumedUser    `xml:"AssumeRoleResult>AssumedRoleUser"`
	}
	err := m.callMoto(ctx, role, "sts", url.Values{
		"Action": {"AssumeRole"}, "Version": {stsVersion}, "RoleArn": {role.String()}, "RoleSessionName": {session},
		"DurationSeconds": {strconv.Itoa(int(duration.Seconds()))},
	}, &reply)
	if err != nil {
		return mintedKeys{}, "", err
	}
	c := reply.Credentials
	if c.AccessKeyID == "" || reply.User.ARN != role.assumedRole(session) {
		return mintedKeys{}, "", fmt.Errorf("moto gave keys for %q, want %q", reply.User.ARN, role.assumedRole(session))
	}
	return mintedKeys{c.AccessKeyID, c.SecretAccessKey, c.SessionToken}, reply.User.AssumedRoleID, nil
}

func (m *motoMinter) createRole(ctx context.Context, role parsedARN) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[role.String()] {
		return nil
	}
	path := strings.TrimSuffix(strings.TrimPrefix(role.resource, "role"), role.resourceName())
	err := m.callMoto(ctx, role, "iam", url.Values{
		"Action": {"CreateRole"}, "Version": {"2010-05-08"}, "RoleName": {role.resourceName()}, "Path": {path},
		"AssumeRolePolicyDocument": {`{"Version":"2012-10-17","Statement":[]}`},
	}, &struct{}{})
	if err != nil && !strings.Contains(err.Error(), "EntityAlreadyExists") {
		return err
	}
	if m.known == nil {
		m.known = map[string]bool{}
	}
	m.known[role.String()] = true
	return nil
}

// callMoto makes one request of the query protocol in the role's account. Moto reads the partition from the region that a
// request is signed for and verifies no signature, so the signature is none.
func (m *motoMinter) callMoto(ctx context.Context, role parsedARN, service string, form url.Values, reply any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("x-moto-account-id", role.account)
	req.Header.Set("Authorization", fmt.Sprintf(
		"AWS4-HMAC-SHA256 Credential=stsx/20000101/%s/%s/aws4_request, SignedHeaders=host, Signature=none",
		role.partition.region, service))
	resp, err := m.client.Do(req)
	if err != nil {
		return fmt.Errorf("asking moto: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("asking moto: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("moto answered %s with %d: %.300s", form.Get("Action"), resp.StatusCode, body)
	}
	return xml.Unmarshal(body, reply)
}

// requestID has the shape of AWS's.
func requestID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
