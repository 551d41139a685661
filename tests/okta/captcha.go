package okta

import (
	"io"
	"net/http"
	"strings"
)

// Human is the event of a sign-in form that came with a solved captcha.
const Human Kind = "human"

const captchaScript = "/captcha/api.js"

// captchaToken is what a person's answer makes of the captcha.
const captchaToken = "P1_human"

// The script stands for hCaptcha's: it asks whoever wants to send the form to
// press a button, and there is no other way past it. The real one is a service
// of others, and asks those only whom it takes for machines.
const captcha = `(() => {
	let solved = () => {};
	window.hcaptcha = {
		render(container, options) { solved = options.callback; return 'one'; },
		execute() {
			const box = document.createElement('div');
			box.style = 'position: fixed; inset: 40% 0 auto; z-index: 9999; background: white; padding: 2em; border: 1px solid';
			box.innerHTML = '<p>This stands for a captcha.</p><button type="button" id="human">I am human</button>';
			box.querySelector('button').onclick = () => { box.remove(); solved("TOKEN"); };
			document.body.append(box);
		},
		reset() {}, remove() {}, getResponse: () => "TOKEN", getRespKey: () => 'key', close() {}, setData() {},
	};
	window[new URL(document.currentScript.src).searchParams.get('onload')]();
})();
`

func captchaRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+captchaScript, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, strings.ReplaceAll(captcha, "TOKEN", captchaToken)) // the client went away: nothing to do
	})
}

// captchaField is what the first form asks for with Config.Captcha.
func captchaField(out object) object {
	out["captcha"] = only(object{"id": "cap1stsxCaptcha5d7", "name": "hCaptcha", "siteKey": "20000000-ffff-ffff-ffff-000000000002",
		"type": "HCAPTCHA"})
	return object{"name": "captchaVerify", "relatesTo": "$.captcha", "form": object{"value": []any{
		object{"name": "captchaId", "required": true, "value": "cap1stsxCaptcha5d7", "visible": false, "mutable": false},
		object{"name": "captchaToken", "required": true, "visible": false, "hint": "captcha"},
	}}}
}

// human tells whether a person has sent the form, where that is asked.
func (o *Org) human(in message) bool {
	if !o.cfg.Captcha {
		return true
	}
	ok := in.CaptchaVerify.CaptchaToken == captchaToken
	o.note(Event{Kind: Human, User: in.Identifier, OK: ok})
	return ok
}
