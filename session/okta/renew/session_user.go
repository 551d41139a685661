package renew

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"stsx/session"
)

// maxSessionAnswer bounds what Okta says of a session, in bytes.
const maxSessionAnswer = 64 << 10

// SessionUser is whose session r's cookies are of, in a form that can stand for
// Assertion.Subject: it is the same for the same user of the org.
func (n Renewer) SessionUser(ctx context.Context, r session.Remembered) (string, error) {
	limited, cancel := context.WithTimeout(ctx, renewalWait)
	defer cancel()
	c, err := n.newClient(r)
	if err != nil {
		return "", err
	}
	defer c.close()
	return c.sessionUser(limited)
}

// sessionUser asks Okta's Sessions API. Source: GET /api/v1/sessions/me, userId.
func (c *client) sessionUser(ctx context.Context) (string, error) {
	answer, err := c.send(ctx, http.MethodGet, c.origin+"/api/v1/sessions/me", "application/json")
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("whose session it is can't be told: the answer's status is %d", answer.StatusCode)
	}
	var said struct {
		UserID string `json:"userId"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxSessionAnswer)).Decode(&said); err != nil {
		return "", errors.New("whose session it is can't be told: the answer can't be read")
	}
	if strings.TrimSpace(said.UserID) == "" {
		return "", errors.New("whose session it is can't be told: the answer names no user")
	}
	return "Okta user " + said.UserID, nil
}
