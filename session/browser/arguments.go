package browser

import (
	"strings"
)

// chromiumArguments is Chromium's command line. Argv is public: nothing secret may ever stand in it.
func chromiumArguments(o Options, profileDir string, proxy proxySettings) []string {
	args := []string{
		"--user-data-dir=" + profileDir,
		"--no-first-run", "--no-default-browser-check", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-domain-reliability",
		"--disable-client-side-phishing-detection", "--metrics-recording-only", "--no-pings", "--disable-breakpad",
		"--disable-crash-reporter", "--crash-dumps-dir=" + profileDir, "--disable-search-engine-choice-screen", "--disable-infobars",
		"--password-store=basic", "--use-mock-keychain", "--disable-extensions", "--disable-component-extensions-with-background-pages",
		"--disable-hang-monitor", "--disable-prompt-on-repost", "--no-service-autorun", "--noerrdialogs",
		// A page in a window nobody looks at keeps its clock: waits here are made of animation frames.
		"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
		"--disable-features=" + strings.Join([]string{
			"Translate", "MediaRouter", "DialMediaRouteProvider", "OptimizationHints", "OptimizationGuideModelDownloading",
			"AutofillServerCommunication", "PasswordLeakDetection", "InterestFeedContentSuggestions", "GlobalMediaControls",
			"CertificateTransparencyComponentUpdater", "AutoDeElevate", "NetworkTimeServiceQuerying",
			"PrivacySandboxSettings4", "LensOverlay",
			"Prerender2", "BackForwardCache", // a page that comes back from a cache would bring its old marks with it
			"DestroyProfileOnBrowserClose",
			// Whether a search in the address bar may use AI is asked of Google at every start.
			"AimEnabled", "AimServerEligibilityEnabled", "AimServerRequestOnStartupEnabled", "AimServerRequestOnIdentityChangeEnabled",
		}, ","),
		// Whatever LANG says, Okta's page comes in English, and messages can be matched.
		"--lang=en-US", "--accept-lang=en-US,en",
		"--host-resolver-rules=" + resolverRules(),
		// Where Chromium asks by itself whether someone is signed in to Google; pages go to the true address all the same.
		"--gaia-url=https://127.0.0.1:1",
		// And where it registers this machine for push messages.
		"--gcm-checkin-url=https://127.0.0.1:1", "--gcm-registration-url=https://127.0.0.1:1", "--gcm-mcs-endpoint=https://127.0.0.1:1",
	}
	if o.Visible {
		// An app's window: the page and nothing around it. It ends the browser when the person closes it.
		args = append(args, "--app=data:text/html,<title>stsx</title>", "--incognito", "--test-type", "--window-size=480,720")
		if lookupVariable(o.Environ, "DISPLAY") == "" && lookupVariable(o.Environ, "WAYLAND_DISPLAY") != "" {
			args = append(args, "--ozone-platform=wayland")
		}
	} else {
		// Tall, so that a footer fixed to the window's end lies over no button.
		args = append(args, "--headless=new", "--no-startup-window", "--window-size=1280,1600", "--hide-scrollbars", "--mute-audio")
	}
	if o.NoSandbox {
		args = append(args, "--no-sandbox")
	}
	if o.NoSandbox || !hasSharedMemory() { // without a sandbox it is mostly a container, whose /dev/shm is small
		args = append(args, "--disable-dev-shm-usage")
	}
	return append(args, proxy.flags...)
}
