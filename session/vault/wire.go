package vault

import (
	"encoding/json"
	"time"

	"stsx/session"
)

// wire is a session as it is written inside the seal. It is spelled out field
// by field because session.Secret encodes itself as "[secret]", on purpose.
type wire struct {
	Key             string    `json:"key"`
	Profile         string    `json:"profile"`
	Role            string    `json:"role"`
	Provider        string    `json:"provider"`
	Region          string    `json:"region"`
	ARN             string    `json:"arn"`
	Issued          time.Time `json:"issued"`
	AccessKeyID     string    `json:"access_key_id"`
	SecretAccessKey string    `json:"secret_access_key"`
	SessionToken    string    `json:"session_token"`
	Expires         time.Time `json:"expires"`
}

func encode(key string, s session.Session) ([]byte, error) {
	return json.Marshal(wire{
		Key:             key,
		Profile:         s.Profile,
		Role:            s.Role.ARN,
		Provider:        s.Role.Provider,
		Region:          s.Region,
		ARN:             s.ARN,
		Issued:          s.Issued.UTC(),
		AccessKeyID:     s.Credentials.AccessKeyID,
		SecretAccessKey: s.Credentials.SecretAccessKey.Reveal(),
		SessionToken:    s.Credentials.SessionToken.Reveal(),
		Expires:         s.Credentials.Expires.UTC(),
	})
}

func decode(plain []byte) (key string, s session.Session, err error) {
	var w wire
	if err := json.Unmarshal(plain, &w); err != nil {
		return "", session.Session{}, errDamaged // the decoder's words could quote a secret
	}
	return w.Key, session.Session{
		Profile: w.Profile,
		Role:    session.Role{ARN: w.Role, Provider: w.Provider},
		Region:  w.Region,
		ARN:     w.ARN,
		Issued:  w.Issued,
		Credentials: session.Credentials{
			AccessKeyID:     w.AccessKeyID,
			SecretAccessKey: session.NewSecret(w.SecretAccessKey),
			SessionToken:    session.NewSecret(w.SessionToken),
			Expires:         w.Expires,
		},
	}, nil
}
