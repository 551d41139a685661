package session

import (
	"crypto/x509"
	"net/http"
	"time"
)

// ServerAnswer is what any answer of a server tells of the connection to it.
type ServerAnswer struct {
	Host   string        // that was asked in the end, with its port
	Status int           // HTTP status
	Ahead  time.Duration // how far this machine's clock is ahead of the server's
	Dated  bool          // whether the server has said its time
	Issuer string        // who issued its TLS certificate; "" = no TLS
}

// AnswerOf reads r, which was asked for and came at those times of this machine's clock.
func AnswerOf(r *http.Response, asked, came time.Time) ServerAnswer {
	a := ServerAnswer{Status: r.StatusCode}
	if r.Request != nil {
		a.Host = r.Request.URL.Host
	}
	if date, err := http.ParseTime(r.Header.Get("Date")); err == nil {
		a.Dated = true
		// The server's second began up to a second before it wrote that, at some time between the two.
		switch earliest, latest := date, date.Add(time.Second); {
		case asked.After(latest):
			a.Ahead = asked.Sub(latest)
		case came.Before(earliest):
			a.Ahead = came.Sub(earliest)
		}
	}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		a.Issuer = IssuerName(r.TLS.PeerCertificates[0])
	}
	return a
}

// IssuerName is who issued a certificate: "Amazon (Amazon RSA 2048 M01)".
func IssuerName(c *x509.Certificate) string {
	name := c.Issuer.CommonName
	if organization := c.Issuer.Organization; len(organization) > 0 {
		name = organization[0] + " (" + name + ")"
	}
	return OneLine(name, QuoteLength)
}
