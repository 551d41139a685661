package okta

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

// The hosted pages. The chrome around the widget is modelled on Okta's: a
// banner, a container with a name of the org's own, a footer.
var (
	hostedPage = template.Must(template.New("login").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<meta name="robots" content="none">
<title>stsx-test - Sign In</title>
<link rel="icon" href="data:,">
<link href="{{.Style}}" type="text/css" rel="stylesheet">
{{if .Pace}}<script type="text/javascript">
(function () {
  var begun = Date.now(), pace = {{.Pace}}, now = Date.now, later = window.setTimeout;
  Date.now = function () { return begun + pace * (now() - begun); };
  window.setTimeout = function (f, ms) { return later.apply(window, [f, ms >= 10000 ? ms / Math.max(1, pace) : ms].concat([].slice.call(arguments, 2))); };
})();
</script>
{{end}}<script src="{{.Script}}" type="text/javascript"></script>
</head>
<body class="auth okta-container">
<div class="content">
<div class="applogin-banner"><div class="applogin-container"><h1>Connecting to AWS Account Federation</h1><p>Sign-in with your stsx-test account to access AWS Account Federation</p></div></div>
<div id="okta-login-container"></div>
</div>
<div class="footer"><div class="footer-container clearfix"><p class="copyright">Powered by Okta</p></div></div>
<script type="text/javascript">
var stateToken = {{.StateToken}};
var OktaUtil = (function (config) {
  return {
    getSignInWidgetConfig: function () { return config; },
    completeLogin: function (res) {
      if (res.status !== 'SUCCESS') { return; }
      if (res.session) { res.session.setCookieAndRedirect({{.From}}); }
      else if (res.stepUp) { res.stepUp.finish(); }
      else if (res.next) { res.next(); }
    }
  };
})({{.Config}});
var config = OktaUtil.getSignInWidgetConfig();
var oktaSignIn = new OktaSignIn(config);
oktaSignIn.renderEl({el: '#okta-login-container'}, OktaUtil.completeLogin, function (error) { console.log(error.message, error); });
</script>
</body>
</html>
`))

	// termsPage is a page that an org might put in the way and no driver knows.
	termsPage = template.Must(template.New("terms").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>stsx-test - Terms of use</title><link rel="icon" href="data:,"></head>
<body><main class="terms-of-use"><h1>Terms of use</h1><p>You must accept the terms of use before you go on.</p>
<form method="post" action="/terms"><button type="submit" id="accept-terms">I accept</button></form></main></body></html>
`))

	// surveyPage asks for something that no driver can know.
	surveyPage = template.Must(template.New("survey").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>stsx-test - Cost centre</title><link rel="icon" href="data:,"></head>
<body><main><h1>One question before you go on</h1><p>Your company wants to know which cost centre this is for.</p>
<form method="post" action="/terms"><label for="centre">Cost centre</label> <input type="text" id="centre" name="centre" required>
<label for="reason">Reason</label> <select id="reason" name="reason"><option value="work">Work</option><option value="incident">Incident</option></select>
<button type="submit" id="send-survey">Go on</button></form></main></body></html>
`))

	// refusedPage is what a session without the app gets. Its wording is from
	// memory of Okta's page, not from a source at hand.
	refusedPage = template.Must(template.New("refused").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>stsx-test - Sign in error</title><link rel="icon" href="data:,"></head>
<body class="auth okta-container"><div class="content"><div id="okta-sign-in-error" class="error-content">
<h1>Sign in error</h1><p class="infobox infobox-error" role="alert">User is not assigned to this application.</p>
<p>Sorry, you can't access AWS Account Federation because you are not assigned this app in Okta.</p></div></div></body></html>
`))

	// homePage is the dashboard. Who comes here has lost the app: "Back to sign
	// in" on a page without a state handle leads here, and not to the embed link.
	homePage = template.Must(template.New("home").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>My Apps Dashboard | stsx-test</title><link rel="icon" href="data:,"></head>
<body><h1>My Apps</h1><a href="{{.}}">AWS Account Federation</a></body></html>
`))

	// fingerprintPage is the hidden iframe the widget asks before it posts a login.
	fingerprintPage = template.Must(template.New("fingerprint").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"></head><body><script>
window.addEventListener('message', function (event) {
  if (event.origin !== window.location.origin || JSON.parse(event.data).type !== 'GetFingerprint') { return; }
  window.parent.postMessage(JSON.stringify({type: 'FingerprintAvailable', fingerprint: 'stsx-test|0|0|0'}), event.origin);
});
window.parent.postMessage(JSON.stringify({type: 'FingerprintServiceReady'}), window.location.origin);
</script></body></html>
`))
)

func (o *Org) pageRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+o.widget.path()+"/", o.serveAsset)
	mux.HandleFunc("GET "+o.widget.path()+"/labels/", func(w http.ResponseWriter, r *http.Request) {
		if wait(r, o.cfg.LateWords) {
			o.serveAsset(w, r)
		}
	})
	mux.HandleFunc("GET /.well-known/okta-organization", func(w http.ResponseWriter, _ *http.Request) {
		pipeline := "idx"
		if o.engine() == Classic {
			pipeline = "v1"
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"id": "00o1stsxTestOrg5d7", "pipeline": pipeline})
	})
	mux.HandleFunc("GET /auth/services/devicefingerprint", func(w http.ResponseWriter, _ *http.Request) {
		writePage(w, http.StatusOK, fingerprintPage, nil)
	})
	login := func(w http.ResponseWriter, r *http.Request) {
		from := r.URL.Query().Get("fromURI")
		if !strings.HasPrefix(from, "/") || strings.HasPrefix(from, "//") {
			from = homePath
		}
		o.loginPage(w, r, from)
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, homePath, http.StatusFound) })
	mux.HandleFunc("GET /login/login.htm", login)
	mux.HandleFunc("GET /signin/", login) // Classic moves its URL here without a request; a reload lands here
}

// loginPage serves the widget, which returns to from when it is done.
func (o *Org) loginPage(w http.ResponseWriter, r *http.Request, from string) {
	token := ""
	if o.engine() != Classic {
		o.mu.Lock()
		token = o.begin(from).token
		o.mu.Unlock()
	}
	o.widgetPage(w, r, from, token)
}

// widgetPage serves it at the sign-in of a token; "": none is begun yet.
func (o *Org) widgetPage(w http.ResponseWriter, r *http.Request, from, token string) {
	config := map[string]any{
		"baseUrl":     o.url,
		"language":    o.language(r),
		"brandName":   "stsx-test",
		"logo":        o.widget.path() + "/img/okta-signin-widget.png",
		"helpLinks":   map[string]any{"help": o.url + "/help/login"},
		"relayState":  from,
		"assets":      map[string]any{"baseUrl": o.url + o.widget.path()},
		"features":    o.features(),
		"customLinks": []any{},
		"hcaptcha":    map[string]any{"scriptSource": o.url + captchaScript},
	}
	if o.engine() == Classic {
		config["idpDiscovery"] = map[string]any{"requestContext": from}
		if o.cfg.Prefill != "" {
			config["username"] = o.cfg.Prefill
		}
	}
	if token != "" {
		config["stateToken"] = token
	}
	raw, err := json.Marshal(config)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if o.cfg.ProofOfWork != nil {
		w.Header().Set("Content-Security-Policy", altchaPolicy)
	}
	writePage(w, http.StatusOK, hostedPage, map[string]any{
		"Style": o.widget.style(o.engine()), "Script": o.widget.script(o.engine()),
		"StateToken": token, "From": o.url + from, "Config": template.JS(raw),
		"Pace": o.cfg.Pace,
	})
}

// features are the widget's switches as a hosted page sets them.
func (o *Org) features() map[string]any {
	return map[string]any{
		"router": true, "securityImage": false, "rememberMe": true, "autoPush": true, "webauthn": true,
		"smsRecovery": true, "callRecovery": true, "emailRecovery": true, "selfServiceUnlock": o.cfg.Unlock,
		"multiOptionalFactorEnroll": true, "showPasswordToggleOnSignInPage": true, "hideSignOutLinkInMFA": o.cfg.NoWayBack,
		"deviceFingerprinting": !o.cfg.NoFingerprint, "useDeviceFingerprintForSecurityImage": false,
		"trackTypingPattern": false, "redirectByFormSubmit": true, "restrictRedirectToForeground": true,
		"showPasswordRequirementsAsHtmlList": true, "idpDiscovery": o.engine() == Classic && o.cfg.IdentifierFirst,
		"passwordlessAuth": o.cfg.PasswordLast, "disableAutocomplete": o.cfg.NoAutocomplete,
	}
}

func writePage(w http.ResponseWriter, status int, page *template.Template, data any) {
	var b strings.Builder
	if err := page.Execute(&b, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html;charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache, no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(b.String())) // the client went away: nothing to do
}

// writeForm is the page that posts the assertion by itself. Okta escapes every
// sign in it, so that a regular expression over the source finds nothing.
func writeForm(w http.ResponseWriter, acs, saml, relay string) {
	w.Header().Set("Content-Type", "text/html;charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache, no-store")
	fmt.Fprintf(w, `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>stsx-test - Signing in</title><link rel="icon" href="data:,"></head>
<body class="auth okta-container"><div id="okta-loading">Signing in to AWS Account Federation</div>
<form id="appForm" action="%s" method="POST">
<input name="SAMLResponse" type="hidden" value="%s"/>
<input name="RelayState" type="hidden" value="%s"/>
</form>
<script type="text/javascript">document.getElementById('appForm').submit();</script>
</body></html>
`, entities(acs), entities(saml), entities(relay))
}

// entities escapes all but letters, digits and a few harmless signs.
func entities(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == ',', r == '-', r == '_':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "&#x%x;", r)
		}
	}
	return b.String()
}
