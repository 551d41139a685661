package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"stsx/session"
)

const (
	// reachLimit is how long a server may take to answer. It is below checkLimit: what did not answer is named.
	reachLimit = 5 * time.Second
	// clockTolerance and clockLimit are how wrong a clock may be before it is worth a word, and before AWS refuses what is signed.
	clockTolerance = 30 * time.Second
	clockLimit     = 5 * time.Minute
)

// networkAnswers is what Okta and AWS answered, for all checks that are about that.
type networkAnswers struct {
	Machine
	orgs func(ctx context.Context) []orgAnswer
	sts  func(ctx context.Context) []stsAnswer
}

type orgAnswer struct {
	org   session.Org
	found session.OrgReport
	err   error
}

type stsAnswer struct {
	region string
	answer session.ServerAnswer
	err    error
}

func (m Machine) newNetwork() networkAnswers {
	return networkAnswers{m, runOnce(m.askOrgs), runOnce(m.askSTS)}
}

func (m Machine) askOrgs(ctx context.Context) []orgAnswer {
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	all := make([]orgAnswer, len(m.configuredOrgs()))
	var asking sync.WaitGroup
	for i, o := range m.configuredOrgs() {
		asking.Go(session.ContainPanic(func() {
			found, err := m.ReachOrg(ctx, o)
			all[i] = orgAnswer{o, found, err}
		}))
	}
	asking.Wait()
	return all
}

func (m Machine) askSTS(ctx context.Context) []stsAnswer {
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	var all []stsAnswer
	for _, p := range append(m.configuredProfiles(), session.Profile{}) {
		if len(all) > 0 && p.Name == "" {
			continue // asked where there is no profile
		}
		region, err := m.RegionOf(p)
		if !slices.ContainsFunc(all, func(a stsAnswer) bool { return a.region == region && a.err == nil }) {
			all = append(all, stsAnswer{region: region, err: err})
		}
	}
	var asking sync.WaitGroup
	for i := range all {
		if all[i].err == nil {
			asking.Go(session.ContainPanic(func() { all[i].answer, all[i].err = m.ReachSTS(ctx, all[i].region) }))
		}
	}
	asking.Wait()
	return all
}

// checkOrgs says whether each identity provider is there, and what it runs.
func (n networkAnswers) checkOrgs(ctx context.Context) Finding {
	var all []Finding
	for _, a := range n.orgs(ctx) {
		all = append(all, a.finding())
	}
	if len(all) == 0 {
		return Finding{
			Status: Warn,
			Text:   "not asked: there is no configuration that names an identity provider",
			Cure:   "run stsx configure",
		}
	}
	return mergeFindings(all...)
}

func (a orgAnswer) finding() Finding {
	if a.err != nil {
		return Finding{Status: Fail, Text: session.HostOf(a.org.URL) + ": " + networkText(a.err), Cure: networkCure(a.err,
			"open "+a.org.URL+" in your own browser, and correct url in the configuration if it does not lead to the AWS app")}
	}
	text := a.found.Host + " answers"
	if a.found.Engine != "" {
		text += ", " + a.found.Engine
	}
	if a.found.Widget != "" {
		text += ", Sign-In Widget " + a.found.Widget
	}
	if host := session.HostOf(a.org.URL); host != a.found.Host {
		text = host + " leads to " + text
		if !slices.Contains(a.org.AllowedOrigins(), "https://"+a.found.Host) {
			return Finding{Status: Warn, Text: text, Cure: "if that is your company's, add it to allowed_hosts in the configuration"}
		}
	}
	return Finding{Status: OK, Text: text}
}

// checkSTS says whether AWS answers in the profiles' regions.
func (n networkAnswers) checkSTS(ctx context.Context) Finding {
	var all []Finding
	var regions []string
	for _, a := range n.sts(ctx) {
		if a.err != nil {
			all = append(all, Finding{Status: Fail, Text: "STS in " + a.region + ": " + networkText(a.err),
				Cure: networkCure(a.err, "correct what it names, or AWS_ENDPOINT_URL and AWS_CA_BUNDLE")})
			continue
		}
		regions = append(regions, a.region)
	}
	if len(regions) > 0 {
		all = append(all, Finding{Status: OK, Text: "AWS answers in " + strings.Join(regions, ", ")})
	}
	return mergeFindings(all...)
}

// networkText is err in a line, without what Go's network packages add.
func networkText(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %s", reachLimit)
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return "there is no host " + dns.Name
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Error()
	}
	var aws *session.AWSError
	if errors.As(err, &aws) && aws.Err != nil {
		return aws.Err.Error()
	}
	return err.Error()
}

// networkCure is what to do about an error on the way to a server.
func networkCure(err error, otherwise string) string {
	var unavailable *session.UnavailableError
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case untrustedCertificate(err) != nil:
		return "see the line tls"
	case errors.As(err, &unavailable):
		return "try again in a few minutes"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &op), errors.As(err, &dns):
		return "connect to the network or the VPN, and see the line proxy"
	}
	return otherwise
}

// checkTLS names who vouches for the servers: a company's proxy that inspects the connections, in its place.
func (n networkAnswers) checkTLS(ctx context.Context) Finding {
	var all []Finding
	for _, a := range n.orgs(ctx) {
		all = append(all, tlsFinding(session.HostOf(a.org.URL), a.found.Answer, a.err))
	}
	for _, a := range n.sts(ctx) {
		all = append(all, tlsFinding("STS in "+a.region, a.answer, a.err))
	}
	all = slices.DeleteFunc(all, func(f Finding) bool { return f.Text == "" })
	if len(all) == 0 {
		return Finding{Status: Warn, Text: "not known: no server answered over TLS", Cure: "see the lines okta and sts"}
	}
	return mergeFindings(all...)
}

// tlsFinding is about one server, called host where it did not answer. Those of AWS's own have certificates of Amazon's.
func tlsFinding(host string, a session.ServerAnswer, err error) Finding {
	const cure = "have your administrator's certificate authority installed in this system, and name its file in AWS_CA_BUNDLE"
	var invalid x509.CertificateInvalidError
	untrusted := untrustedCertificate(err)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Finding{Status: Fail, Text: host + ": its certificate is not good at this machine's time: " + invalid.Error(),
			Cure: "set this machine's clock; see the line clock"}
	case untrusted != nil:
		return Finding{
			Status: Fail,
			Cure:   cure,
			Text: fmt.Sprintf("%s: its certificate was issued by %s, which this machine does not trust",
				host, session.IssuerName(untrusted)),
		}
	case a.Issuer == "":
		return Finding{Status: OK}
	case strings.HasSuffix(a.Host, ".amazonaws.com") && !strings.HasPrefix(a.Issuer, "Amazon"):
		return Finding{Status: Warn, Cure: "name that authority's file in AWS_CA_BUNDLE, for AWS's own tools too",
			Text: fmt.Sprintf("%s: its certificate was issued by %s and not by Amazon: a proxy inspects your connections",
				a.Host, a.Issuer)}
	}
	return Finding{Status: OK, Text: a.Host + " has a certificate of " + a.Issuer}
}

// untrustedCertificate is the server's, where nobody that this machine trusts vouches for it; nil for other errors.
func untrustedCertificate(err error) *x509.Certificate {
	var unknown x509.UnknownAuthorityError
	var unverified *tls.CertificateVerificationError
	switch {
	case errors.As(err, &unknown):
		return unknown.Cert
	case errors.As(err, &unverified) && len(unverified.UnverifiedCertificates) > 0:
		return unverified.UnverifiedCertificates[0]
	}
	return nil
}

// checkClock compares this machine's clock with the servers'.
func (n networkAnswers) checkClock(ctx context.Context) Finding {
	ahead, of, known := time.Duration(0), "", false
	note := func(a session.ServerAnswer, host string) {
		if a.Dated && (!known || a.Ahead.Abs() > ahead.Abs()) {
			ahead, of, known = a.Ahead, host, true
		}
	}
	for _, a := range n.sts(ctx) {
		note(a.answer, "AWS")
	}
	for _, a := range n.orgs(ctx) {
		note(a.found.Answer, session.HostOf(a.org.URL))
	}
	f := Finding{Status: OK, Text: "right to the second, as " + of + " says"}
	way := "ahead of"
	if ahead < 0 {
		way = "behind"
	}
	switch {
	case !known:
		return Finding{Status: Warn, Text: "not known: neither Okta nor AWS answered", Cure: "see the lines okta and sts"}
	case ahead != 0:
		f.Text = fmt.Sprintf("%s %s that of %s", ahead.Abs().Round(time.Second), way, of)
	}
	if ahead.Abs() > clockTolerance {
		f.Status, f.Cure = Warn, n.clockCure()
	}
	if ahead.Abs() >= clockLimit {
		f.Status = Fail
	}
	return f
}

func (m Machine) clockCure() string {
	switch m.GOOS {
	case "darwin":
		return "run sudo sntp -sS time.apple.com"
	case "windows":
		return "run w32tm /resync"
	}
	return "run sudo timedatectl set-ntp true"
}

// checkProxy says which proxies the environment names, and whether they are there.
func (m Machine) checkProxy(ctx context.Context) Finding {
	servers, err := m.Proxies()
	if err != nil {
		return Finding{Status: Fail, Text: err.Error(), Cure: "correct it, as in export HTTPS_PROXY=http://proxy.example:3128"}
	}
	if len(servers) == 0 {
		return Finding{Status: OK, Text: "no variable names one"}
	}
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	var all []Finding
	for _, server := range servers {
		all = append(all, checkProxyServer(ctx, server))
	}
	return mergeFindings(all...)
}

func checkProxyServer(ctx context.Context, server string) Finding {
	u, err := url.Parse(server)
	if err == nil {
		var conn net.Conn
		if conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", u.Host); err == nil {
			conn.Close()
			return Finding{Status: OK, Text: server + " takes connections"}
		}
	}
	return Finding{Status: Fail, Text: server + ": " + networkText(err),
		Cure: "connect to the company's network, or correct HTTPS_PROXY (without one: unset HTTPS_PROXY HTTP_PROXY ALL_PROXY)"}
}
