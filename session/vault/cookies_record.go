package vault

import (
	"encoding/json"
	"time"

	"stsx/session"
)

// cookiesRecord is what is remembered as it is written inside the seal; see sessionRecord.
type cookiesRecord struct {
	Org      string         `json:"org"`
	URL      string         `json:"url"`
	Username string         `json:"username"`
	Subject  string         `json:"subject"`
	Agent    string         `json:"agent"`
	Kept     time.Time      `json:"kept"`
	Bound    bool           `json:"bound"`
	Cookies  []cookieRecord `json:"cookies"`
}

type cookieRecord struct {
	Name     string    `json:"name"`
	Value    string    `json:"value"`
	Domain   string    `json:"domain"`
	Path     string    `json:"path"`
	Expires  time.Time `json:"expires"`
	Secure   bool      `json:"secure"`
	HTTPOnly bool      `json:"http_only"`
	SameSite string    `json:"same_site"`
}

func encodeCookies(r session.Remembered) ([]byte, error) {
	w := cookiesRecord{r.Org, r.URL, r.Username, r.Subject, r.Agent, r.Kept, r.Bound, nil}
	for _, c := range r.Cookies {
		w.Cookies = append(w.Cookies, cookieRecord{c.Name, c.Value.Reveal(), c.Domain, c.Path, c.Expires, c.Secure, c.HTTPOnly, c.SameSite})
	}
	return json.Marshal(w)
}

func decodeCookies(plain []byte) (session.Remembered, error) {
	var w cookiesRecord
	if err := json.Unmarshal(plain, &w); err != nil {
		return session.Remembered{}, errDamaged // the decoder's words could quote a secret
	}
	r := session.Remembered{Org: w.Org, URL: w.URL, Username: w.Username, Subject: w.Subject, Agent: w.Agent, Kept: w.Kept, Bound: w.Bound}
	for _, c := range w.Cookies {
		r.Cookies = append(r.Cookies, session.Cookie{
			Name: c.Name, Value: session.NewSecret(c.Value), Domain: c.Domain, Path: c.Path,
			Expires: c.Expires, Secure: c.Secure, HTTPOnly: c.HTTPOnly, SameSite: c.SameSite,
		})
	}
	return r, nil
}
