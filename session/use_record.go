package session

import "time"

// UseRecord is a hand-over of credentials, as `stsx log` has it. It holds no secret.
type UseRecord struct {
	Time        time.Time `json:"time"` // UTC
	Verb        string    `json:"verb"` // of stsx: "exec"
	Profile     string    `json:"profile"`
	Account     string    `json:"account"`
	Role        string    `json:"role"`    // name, with its path
	Program     string    `json:"program"` // its name, without folder and arguments; "" = not known
	AccessKeyID string    `json:"access_key_id"`
	AppID       string    `json:"app_id"`  // what it got as AWS_SDK_UA_APP_ID, "" = nothing
	Expires     time.Time `json:"expires"` // of the credentials, UTC
}
