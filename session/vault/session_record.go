package vault

import (
	"encoding/json"
	"time"

	"stsx/session"
)

// sessionRecord is a session as it is written inside the seal. It is spelled out field
// by field because session.Secret encodes itself as "[secret]", on purpose.
type sessionRecord struct {
	Key             string    `json:"key"`
	Profile         string    `json:"profile"`
	Role            string    `json:"role"`
	Provider        string    `json:"provider"`
	Only            string    `json:"only,omitempty"`
	Region          string    `json:"region"`
	ARN             string    `json:"arn"`
	Issued          time.Time `json:"issued"`
	AccessKeyID     string    `json:"access_key_id"`
	SecretAccessKey string    `json:"secret_access_key"`
	SessionToken    string    `json:"session_token"`
	Expires         time.Time `json:"expires"`

	// The moment at which it was kept; files of older versions have none.
	KeptAt  time.Time     `json:"kept_at,omitzero"`
	Boot    string        `json:"boot,omitempty"`
	Running time.Duration `json:"running,omitempty"` // since that start of the machine
}

func encodeSession(s keptSession) ([]byte, error) {
	return json.Marshal(sessionRecord{
		Key:             s.key,
		Profile:         s.Profile,
		Role:            s.Role.ARN,
		Provider:        s.Role.Provider,
		Only:            s.Only,
		Region:          s.Region,
		ARN:             s.ARN,
		Issued:          s.Issued.UTC(),
		AccessKeyID:     s.Credentials.AccessKeyID,
		SecretAccessKey: s.Credentials.SecretAccessKey.Reveal(),
		SessionToken:    s.Credentials.SessionToken.Reveal(),
		Expires:         s.Credentials.Expires.UTC(),
		KeptAt:          s.at.clock.UTC(),
		Boot:            s.at.boot,
		Running:         s.at.running,
	})
}

func decodeSession(plain []byte) (keptSession, error) {
	var w sessionRecord
	if err := json.Unmarshal(plain, &w); err != nil {
		return keptSession{}, errDamaged // the decoder's words could quote a secret
	}
	return keptSession{key: w.Key, at: moment{w.KeptAt, w.Boot, w.Running}, Session: session.Session{
		Profile: w.Profile,
		Role:    session.Role{ARN: w.Role, Provider: w.Provider},
		Only:    w.Only,
		Region:  w.Region,
		ARN:     w.ARN,
		Issued:  w.Issued,
		Credentials: session.Credentials{
			AccessKeyID:     w.AccessKeyID,
			SecretAccessKey: session.NewSecret(w.SecretAccessKey),
			SessionToken:    session.NewSecret(w.SessionToken),
			Expires:         w.Expires,
		},
	}}, nil
}
