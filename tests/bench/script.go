// Package bench holds what stsx's sign-in has to beat: the script that a good
// engineer would write with a library for browsers, for one page of one org.
package bench

import (
	"context"
	"errors"
	"net/url"
	"os"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/launcher"
)

// SignIn opens the AWS app's link in a headless browser, types username and
// password into the first page, and returns the SAMLResponse that is posted to
// AWS, which never gets it.
func SignIn(ctx context.Context, browserPath, link, username, password string) (response string, err error) {
	profile, err := os.MkdirTemp("", "stsx-bench-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(profile)
	launch := launcher.New().Context(ctx).Bin(browserPath).UserDataDir(profile).Headless(true).Leakless(false).NoSandbox(os.Geteuid() == 0)
	address, err := launch.Launch()
	if err != nil {
		return "", err
	}
	browser := rod.New().Context(ctx).ControlURL(address)
	if err := browser.Connect(); err != nil {
		launch.Kill()
		return "", err
	}
	defer func() { err = errors.Join(err, browser.Close()) }()

	posted := make(chan string, 1)
	router := browser.HijackRequests()
	if err := router.Add("https://signin.aws.amazon.com/*", "", func(h *rod.Hijack) {
		form, _ := url.ParseQuery(h.Request.Body())
		select {
		case posted <- form.Get("SAMLResponse"):
		default:
		}
		h.Response.SetBody("")
	}); err != nil {
		return "", err
	}
	go router.Run()
	defer func() { err = errors.Join(err, router.Stop()) }()

	err = rod.Try(func() {
		page := browser.MustPage(link)
		page.MustElement(`input[name="identifier"], #okta-signin-username`).MustWaitVisible().MustInput(username)
		page.MustElement(`input[name="credentials.passcode"], #okta-signin-password`).MustInput(password).MustType(input.Enter)
	})
	if err != nil {
		return "", err
	}
	select {
	case response = <-posted:
		return response, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
