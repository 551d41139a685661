package okta

import (
	"context"
	"errors"
	"slices"
	"time"

	"stsx/session"
)

const (
	// recognizeWait is how long no page may be recognised before what is shown is
	// looked at.
	recognizeWait = 5 * time.Second
	// stillWait is how long a page that shows something has to stay as it is.
	stillWait = 2 * time.Second
	// iconWait is for what a page shows whose icon has not grown.
	iconWait = time.Second
)

// errUnknownPage: the page came to rest and shows nothing that is waited for.
var errUnknownPage = errors.New("an unknown page")

// awaitPage waits for one of marks. A page that shows none of them, asks the
// network for nothing and stays as it is over two looks is one that stsx does
// not know; of another origin than the org's, or where Okta's answer says that
// there is no mark, at the first look. What the browser has not painted yet may
// be anything.
func (s *signIn) awaitPage(ctx context.Context, marks []string) (int, error) {
	shown, settling := "", true
	waitFor := make([]string, len(marks))
	for i, mark := range marks {
		waitFor[i] = settledMark(mark)
	}
	for wait := recognizeWait; ; {
		limited, cancel := context.WithTimeout(ctx, wait)
		i, err := s.page.Await(limited, waitFor...)
		late := limited.Err() != nil && ctx.Err() == nil
		cancel()
		if err == nil || !late {
			return i, err
		}
		if err := s.page.LoadError(); err != nil && !s.page.NetworkBusy() {
			return 0, err
		}
		address, text, err := s.addressAndText(ctx)
		if err != nil {
			return 0, err
		}
		now := address + " " + text
		quiet := text != "" && !s.page.NetworkBusy()
		moving := !quiet || now != shown && s.isOurs(address) && !s.hasNoMark()
		if !moving && !settling {
			painted, err := s.page.Painted(ctx)
			if err != nil {
				return 0, err
			}
			if painted {
				return 0, errUnknownPage
			}
		}
		switch {
		case settling && !moving:
			wait = iconWait
		case quiet:
			wait = stillWait
		default:
			wait = recognizeWait
		}
		shown = now
		waitFor, settling = marks, false // an icon that has not grown by now does not
	}
}

func (s *signIn) addressAndText(ctx context.Context) (address, text string, err error) {
	if address, err = s.page.Location(ctx); err != nil {
		return "", "", err
	}
	text, err = s.page.Text(ctx, "body")
	return address, text, err
}

// isOurs reports whether an address is one of the places of the org's.
func (s *signIn) isOurs(address string) bool {
	return slices.Contains(s.origins, session.Origin(address))
}

// foreignOrigin is the origin of the page at hand if it is none of the org's.
func (s *signIn) foreignOrigin(ctx context.Context) (string, error) {
	address, err := s.page.Location(ctx)
	if err != nil || s.isOurs(address) {
		return "", err
	}
	return session.Origin(address), nil
}

// hasNoMark reports whether Okta's answer wants something that shows no mark.
func (s *signIn) hasNoMark() bool {
	return s.exchange.response.unknownStep() != "" || s.exchange.response.screenName() != ""
}
