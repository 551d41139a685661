package okta

import (
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Detour is a step between the last factor and the assertion that asks for no
// proof. Classic has those that say so.
type Detour int

const (
	NoDetour Detour = iota

	// Hosted pages without the widget, in every engine.
	TermsPage  // has a button that agrees
	SurveyPage // asks what nobody foresaw: a text and a choice

	// The steps of a sign-in.
	TermsForm        // a remediation of a name that no widget knows
	Consent          // to what an app may see; Classic too
	AdminConsent     // an administrator's; Classic too
	GranularConsent  // in parts; Classic too
	EnrollOptional   // to set up a factor, which can be skipped; Classic too
	EnrollSoon       // the same, until EnrollDeadline; Classic too, which tells the days only
	EnrollFewTimes   // the same, two times more
	EnrollRequired   // it can't be skipped; Classic too
	EnrollDirectly   // the page that sets up the security question, without the list before it
	EnrollPromotion  // of a passkey, which can be skipped
	ProfileUpdate    // more about the person, all of it optional
	SafeMode         // nothing can be set up while Okta is being maintained, which can be skipped
	CustomWarn       // the password, which is changed elsewhere, expires in WarnDays
	CustomExpired    // it has expired
	DeviceGrace      // what the device lacks, until DeviceDeadline
	DeviceDenied     // the same, at once
	AccessDenied     // by a policy; Classic too
	AccessDeniedHelp // by a policy, with the org's own words
	Unsatisfiable    // no factor that the person has would do
)

// Until when Okta lets a person put off what its pages ask for.
var (
	EnrollDeadline = time.Date(2031, time.March, 7, 17, 30, 0, 0, time.UTC)
	DeviceDeadline = time.Date(2031, time.September, 5, 0, 0, 0, 0, time.UTC)
)

// CustomDenial is what an org that has words of its own says to AccessDeniedHelp.
const CustomDenial = "Only from the office network. Call the service desk."

// What becomes of a Detour.
const (
	Enrolled  Kind = "enrolled"  // a factor was set up: User, Factor
	Skipped   Kind = "skipped"   // what could be skipped was: User
	Consented Kind = "consented" // to Consent or one of its kind, or to terms: User, OK = yes
	Continued Kind = "continued" // past DeviceGrace: User
)

// hosted tells whether a detour is a page of its own, after the sign-in.
func (d Detour) hosted() bool { return d == TermsPage || d == SurveyPage }

// detours are the steps of a sign-in, in turn.
func (c Config) detours() []Detour {
	return slices.DeleteFunc(append([]Detour{c.Detour}, c.Detours...), func(d Detour) bool { return !d.on(c.Engine) })
}

// detour is the one that s is at, or comes to next.
func (o *Org) detour(s *signIn) Detour {
	if all := o.cfg.detours(); s.detours < len(all) {
		return all[s.detours]
	}
	return NoDetour
}

// on tells whether an engine has the detour as a step of the sign-in.
func (d Detour) on(e Engine) bool {
	classic := []Detour{Consent, AdminConsent, GranularConsent, EnrollOptional, EnrollSoon, EnrollRequired, AccessDenied}
	return d != NoDetour && !d.hosted() && (e != Classic || slices.Contains(classic, d))
}

// detoured moves s to the next detour, if there is one.
func (o *Org) detoured(s *signIn) bool {
	if s.reauth || o.detour(s) == NoDetour {
		return false
	}
	s.stage = stageDetour
	return true
}

// past goes on after the detour.
func (o *Org) past(s *signIn, e Event) {
	e.User = s.user.Name
	o.note(e)
	s.detours++
	s.enrolling = false
	o.factorsDone(s)
}

func (o *Org) interstitialRoutes(post func(path string, f func(*signIn, message) answer)) {
	at := func(f func(*signIn, message) answer, detours ...Detour) func(*signIn, message) answer {
		return func(s *signIn, in message) answer {
			if s.stage != stageDetour || !slices.Contains(detours, o.detour(s)) {
				return answer{http.StatusBadRequest, o.body(s, nil)}
			}
			return f(s, in)
		}
	}
	on := func(e Event) func(*signIn, message) answer {
		return func(s *signIn, _ message) answer { o.past(s, e); return o.ok(s) }
	}
	post("accept-terms-of-use", at(on(Event{Kind: Consented, OK: true}), TermsForm))
	post("device-assurance", at(on(Event{Kind: Continued}), DeviceGrace))
	post("consent", at(o.consent, Consent, AdminConsent, GranularConsent))
	post("credential/enroll", at(func(s *signIn, _ message) answer { s.enrolling = true; return o.ok(s) },
		EnrollOptional, EnrollSoon, EnrollFewTimes, EnrollRequired))
}

// leaveOut goes on without what may be left out; false where that may not be.
func (o *Org) leaveOut(s *signIn) bool {
	switch {
	case s.stage == stageWarn:
		s.warned = true
		o.note(Event{Kind: Skipped, User: s.name})
		o.wantFactor(s)
	case s.stage == stageDetour && o.detour(s).optional():
		o.past(s, Event{Kind: Skipped})
	default:
		return false
	}
	return true
}

func (o *Org) skip(s *signIn, _ message) answer {
	if !o.leaveOut(s) {
		return answer{http.StatusBadRequest, o.body(s, nil)}
	}
	return o.ok(s)
}

func (o *Org) authnSkip(_ *http.Request, s *signIn, _ message) answer {
	o.leaveOut(s)
	return o.status(s)
}

func (d Detour) optional() bool {
	return slices.Contains([]Detour{EnrollOptional, EnrollSoon, EnrollFewTimes, EnrollPromotion, ProfileUpdate, SafeMode, CustomWarn}, d)
}

// consent takes the answer; a no ends the sign-in.
func (o *Org) consent(s *signIn, in message) answer {
	if !in.agreesToConsent() {
		o.note(Event{Kind: Consented, User: s.user.Name})
		o.end(s)
		return o.ok(o.begin(s.from))
	}
	o.past(s, Event{Kind: Consented, OK: true})
	return o.ok(s)
}

// agreesToConsent is the answer to a consent of the Identity Engine.
func (m message) agreesToConsent() bool {
	yes, _ := m.Consent.(bool)
	return yes
}

// setUp takes the answer to the security question that is being set up.
func (o *Org) setUp(s *signIn, in message) answer {
	if in.Credentials.QuestionKey == "" || len(in.Credentials.Answer) < 4 {
		return answer{http.StatusBadRequest,
			o.body(s, messageObject("api.factors.error.question.answer",
				"The security question answer must be at least 4 characters in length"))}
	}
	s.user.Others, s.user.User.Answer = append(s.user.Others, SecurityQuestion), in.Credentials.Answer
	o.past(s, Event{Kind: Enrolled, Factor: SecurityQuestion})
	return o.ok(s)
}

// detourForm is the Identity Engine's answer at the detour.
func (o *Org) detourForm(out object, s *signIn) {
	skip := o.form(s, "skip", "/idp/idx/skip")
	remediations := func(forms ...any) { out["remediation"] = list(forms...) }
	switch d := o.detour(s); d {
	case TermsForm:
		remediations(o.form(s, "accept-terms-of-use", "/idp/idx/accept-terms-of-use",
			object{"name": "acceptTerms", "label": "I accept the terms of use", "type": "boolean", "required": true}))
	case Consent, AdminConsent, GranularConsent:
		app := out["app"].(object)["value"].(object)
		app["termsOfService"], app["privacyPolicy"], app["clientUri"] = object{}, object{}, object{}
		app["logo"] = object{"alt": "Logo for the app"}
		out["authentication"] = only(object{"protocol": "OAUTH2.0", "issuer": object{"name": "stsx-test", "uri": o.url}})
		remediations(o.consentForm(s, d))
	case EnrollOptional, EnrollSoon, EnrollFewTimes, EnrollRequired, EnrollDirectly:
		o.enrollForms(out, s)
	case EnrollPromotion:
		o.promotion(out, s, skip)
	case ProfileUpdate:
		remediations(o.form(s, "profile-update", "/idp/idx/enroll/new",
			object{"name": "userProfile",
				"form": object{"value": []any{object{"name": "secondEmail", "label": "Secondary email", "required": false}}}}), skip)
	case CustomWarn, CustomExpired:
		o.customForm(out, s, skip)
	case SafeMode:
		remediations(skip)
		out["messages"] = list(messageObject("idx.error.server.safe.mode.enrollment.unavailable",
			"Set up is temporarily unavailable due to server maintenance. Try again later."))
	case DeviceGrace:
		remediations(o.form(s, "device-assurance-grace-period", "/idp/idx/device-assurance"))
		due := messageObject("idx.device_assurance.grace_period.warning.title.due_by_date",
			"Your device doesn't meet the security requirements. Fix the issue by "+DeviceDeadline.Format("01/02/2006, 03:04 PM MST")+
				" to prevent lockout.")
		due["class"] = "WARNING"
		due["i18n"].(object)["params"] = []any{stamp(DeviceDeadline)}
		out["messages"] = list(append([]any{due}, o.lacking()...)...)
	case DeviceDenied:
		out["messages"] = list(append([]any{
			messageObject(deviceAssurance+"title", "Your device doesn't meet the security requirements"),
			messageObject(deviceAssurance+"explanation_one_rule", "To sign in, make the following updates. Then, access the app again."),
		}, o.lacking()...)...)
	case AccessDenied:
		out["messages"] = list(messageObject("security.access_denied", "You do not have permission to perform the requested action."))
	case AccessDeniedHelp:
		denied := messageObject("security.access_denied_custom_message", CustomDenial)
		denied["links"] = []any{object{"label": "Service desk", "url": o.url + "/help/login"}}
		out["messages"] = list(denied)
	case Unsatisfiable:
		s.stage = stageIdentify
		o.identifyForm(out, s)
		out["messages"] = list(messageObject("oie.assurance.unsatisfiable",
			"Unable to login to \"AWS Account Federation\" at this time. For assistance, please contact your administrator."))
	}
	if d := o.detour(s); d == DeviceDenied || d == AccessDenied || d == AccessDeniedHelp {
		delete(out, "cancel")
	}
}

// deviceAssurance begins the keys of what a device lacks.
const deviceAssurance = "idx.error.code.access_denied.device_assurance.remediation."

func (o *Org) lacking() []any {
	help := messageObject(deviceAssurance+"additional_help_default",
		"For more information, follow the instructions on the help page or contact your administrator for help")
	help["links"] = []any{object{"url": o.url + "/help/login"}}
	return []any{
		messageObject(deviceAssurance+"chrome.os_firewall", "Turn on your device's firewall"),
		messageObject(deviceAssurance+"chrome.disk_encrypted", "Turn on disk encryption"),
		help,
	}
}

// denies tells whether an answer at the detour is a refusal: 403. Okta's
// examples don't show the status.
func (o *Org) denies(s *signIn) bool {
	return s.stage == stageDetour && slices.Contains([]Detour{DeviceDenied, AccessDenied, AccessDeniedHelp, Unsatisfiable}, o.detour(s))
}

func (o *Org) consentForm(s *signIn, d Detour) object {
	scopes := []any{
		object{"name": "okta.logs.read", "label": "okta.logs.read", "value": "okta.logs.read",
			"desc": "Allows the app to read the System Log."},
		object{"name": "email", "label": "View your email address.", "value": "email",
			"desc": "This allows the app to view your email address."},
	}
	if d == GranularConsent {
		return o.form(s, "granular-consent", "/idp/idx/consent",
			object{"name": "consent", "type": "boolean", "visible": false, "required": true},
			object{"name": "optedScopes", "form": object{"value": []any{
				object{"name": "email", "label": "View your email address.", "type": "boolean", "required": true, "value": true,
					"visible": true, "mutable": true},
				object{"name": "profile", "label": "View your profile information.", "type": "boolean", "required": true, "value": true,
					"visible": true, "mutable": false},
			}}})
	}
	name := map[Detour]string{Consent: "consent", AdminConsent: "admin-consent"}[d]
	form := o.form(s, name, "/idp/idx/consent", object{"name": "consent", "type": "boolean", "required": true, "options": []any{
		object{"label": "Allow Access", "value": true}, object{"label": "Don't Allow", "value": false}}})
	form["scopes"] = scopes
	return form
}

// enrollForms is the list of what may be set up, or one of it: a security
// question.
func (o *Org) enrollForms(out object, s *signIn) {
	id := authenticatorOf(SecurityQuestion).id
	question := SecurityQuestion.ion(id)
	switch o.detour(s) {
	case EnrollSoon:
		question["gracePeriod"] = object{"type": "BY_DATE_TIME", "expiry": stamp(EnrollDeadline)}
	case EnrollFewTimes:
		question["gracePeriod"] = object{"type": "BY_SKIP_COUNT", "remainingSkips": 2}
	}
	out["authenticators"] = list(question)
	out["authenticatorEnrollments"] = list(Password.ion("lae1stsxPassword5d7"))
	choice := o.form(s, "select-authenticator-enroll", "/idp/idx/credential/enroll", object{
		"name": "authenticator", "type": "object", "required": true, "options": []any{object{
			"label": "Security Question", "relatesTo": "$.authenticators.value[0]",
			"value": object{"form": object{"value": []any{object{"name": "id", "required": true, "value": id, "mutable": false,
				"visible": false}}}},
		}},
	})
	if s.enrolling || o.detour(s) == EnrollDirectly {
		answer := object{"name": "answer", "label": "Answer", "required": true, "secret": true}
		form := o.form(s, "enroll-authenticator", "/idp/idx/challenge/answer", object{
			"name": "credentials", "type": "object", "required": true, "options": []any{
				object{"label": "Choose a security question", "value": object{"form": object{"value": []any{
					object{"name": "questionKey", "type": "string", "required": true, "label": "Choose a security question",
						"options": []any{
							object{"label": Question, "value": "disliked_food"},
							object{"label": "What is the name of your first stuffed animal?", "value": "name_of_first_plush_toy"}}},
					answer,
				}}}},
				object{"label": "Create my own security question", "value": object{"form": object{"value": []any{
					object{"name": "questionKey", "required": true, "value": "custom", "mutable": false},
					object{"name": "question", "label": "Create a security question", "required": true},
					answer,
				}}}},
			},
		})
		form["relatesTo"] = []any{"$.currentAuthenticator"}
		current := SecurityQuestion.ion(id)
		current["contextualData"] = object{"questionKeys": []any{"custom", "disliked_food", "name_of_first_plush_toy"},
			"questions": []any{object{"questionKey": "disliked_food", "question": Question},
				object{"questionKey": "name_of_first_plush_toy", "question": "What is the name of your first stuffed animal?"}}}
		out["currentAuthenticator"] = only(current)
		out["remediation"] = list(form)
		return
	}
	forms := []any{choice}
	if o.detour(s).optional() {
		forms = append(forms, o.form(s, "skip", "/idp/idx/skip"))
	}
	out["remediation"] = list(forms...)
}

// customForm says that a password which another service keeps expires, or has.
func (o *Org) customForm(out object, s *signIn, skip object) {
	name, settings := "reenroll-custom-password-expiry", object{}
	if o.detour(s) == CustomWarn {
		name, settings = name+"-warning", object{"daysToExpiry": WarnDays}
	}
	form := o.form(s, name, "/idp/idx/challenge/answer", credentials(object{"name": "passcode", "label": "New password", "secret": true},
		nil))
	form["customExpiredPasswordName"], form["customExpiredPasswordURL"] = "Acme accounts", o.url+"/help/login"
	form["relatesTo"] = []any{"$.currentAuthenticator"}
	forms := []any{form}
	if o.detour(s) == CustomWarn {
		forms = append(forms, skip)
	}
	out["remediation"] = list(forms...)
	aboutPassword(out, settings)
}

// promotion offers a passkey to a person who did not ask for one.
func (o *Org) promotion(out object, s *signIn, skip object) {
	field := func(name string) object {
		return object{"name": name, "label": name, "visible": false, "required": true, "hint": "webauthn"}
	}
	form := o.form(s, "enroll-authenticator-promotion", "/idp/idx/challenge/answer",
		object{"name": "credentials", "type": "object", "required": true,
			"form": object{"value": []any{field("clientData"), field("attestation"), field("transports"), field("clientExtensions")}}})
	form["relatesTo"] = []any{"$.currentAuthenticator"}
	out["remediation"] = list(form, skip)
	passkey := object{"type": "security_key", "key": "webauthn", "id": "aut1stsxWebauthn5d7", "displayName": "Passkeys",
		"methods": []any{object{"type": "webauthn"}}}
	current := maps.Clone(passkey)
	current["contextualData"] = object{"activationData": object{
		"rp": object{"name": "stsx-test"}, "user": object{"id": s.user.id, "name": s.user.Name, "displayName": "Jane Roe"},
		"pubKeyCredParams": []any{object{"type": "public-key", "alg": -7}}, "challenge": newID(""), "attestation": "direct",
		"authenticatorSelection": object{"userVerification": "discouraged"},
	}}
	current["settings"] = object{}
	out["currentAuthenticator"], out["enrollmentAuthenticator"] = only(current), only(passkey)
	out["authenticators"] = list(passkey)
	out["authenticatorEnrollments"] = list(Password.ion("lae1stsxPassword5d7"))
}

// classicDetour is the Authn API's answer at the detour.
func (o *Org) classicDetour(s *signIn, out, embedded, links object) answer {
	switch d := o.detour(s); d {
	case AccessDenied:
		return apiError(http.StatusForbidden, "E0000006", "You do not have permission to perform the requested action")
	case Consent, AdminConsent, GranularConsent:
		out["status"] = map[bool]string{false: "CONSENT_REQUIRED", true: "ADMIN_CONSENT_REQUIRED"}[d == AdminConsent]
		scope := object{"name": "email", "displayName": "View your email address.",
			"description": "This allows the app to view your email address."}
		if d == GranularConsent {
			scope["optional"] = true
		}
		embedded["scopes"] = []any{scope}
		embedded["target"] = object{"type": "APP", "name": "amazon_aws", "label": "AWS Account Federation",
			"clientId": "0oa1stsxTestApp5d7", "_links": object{}}
		if d == AdminConsent {
			scope["name"], scope["description"] = "okta.logs.read", "Allows the app to read the System Log."
			embedded["authentication"] = object{"issuer": object{"name": "stsx-test", "uri": o.url}}
		}
		links["next"] = link("consent", o.url+"/api/v1/authn/consent")
	default: // to set something up
		out["status"] = "MFA_ENROLL"
		need := map[bool]string{true: "OPTIONAL", false: "REQUIRED"}[d == EnrollOptional]
		question := object{"factorType": "question", "provider": "OKTA", "vendorName": "OKTA", "status": "NOT_SETUP", "enrollment": need,
			"_links": object{
				"questions": object{"href": o.url + "/api/v1/users/" + s.user.id + "/factors/questions",
					"hints": object{"allow": []any{"GET"}}},
				"enroll": link("", o.url+"/api/v1/authn/factors"),
			}}
		google := object{"factorType": "token:software:totp", "provider": "GOOGLE", "vendorName": "GOOGLE", "status": "ACTIVE",
			"enrollment": need,
			"_links":     object{"enroll": link("", o.url+"/api/v1/authn/factors")}}
		embedded["factors"] = []any{google, question}
		if d != EnrollRequired {
			links["skip"] = link("skip", o.url+"/api/v1/authn/skip")
		}
		if d == EnrollSoon {
			embedded["policy"] = object{"gracePeriod": object{"endDate": stamp(EnrollDeadline)}}
		}
	}
	return answer{http.StatusOK, out}
}

// classicInterstitials are the Authn API's ways to answer at the detour.
func (o *Org) classicInterstitials(mux *http.ServeMux, post func(string, func(*http.Request, *signIn, message) answer)) {
	post("consent", func(_ *http.Request, s *signIn, in message) answer {
		if s.stage != stageDetour {
			return apiError(http.StatusForbidden, "E0000079", "This operation is not allowed in the user's current status.")
		}
		o.past(s, Event{Kind: Consented, OK: in.Consent != nil})
		return o.status(s)
	})
	post("factors", func(_ *http.Request, s *signIn, in message) answer {
		if s.stage != stageDetour || in.FactorType != "question" || len(in.Profile.Answer) < 4 {
			return apiError(http.StatusBadRequest, "E0000001", "Api validation failed: factorEnrollRequest",
				"The security question answer must be at least 4 characters in length")
		}
		s.user.Others, s.user.User.Answer = append(s.user.Others, SecurityQuestion), in.Profile.Answer
		o.past(s, Event{Kind: Enrolled, Factor: SecurityQuestion})
		return o.status(s)
	})
	mux.HandleFunc("GET /api/v1/users/{id}/factors/questions", o.api(jsonType, func(*http.Request, message) answer {
		return answer{http.StatusOK, []any{object{"question": "disliked_food", "questionText": Question}}}
	}))
}

// WarnDays is in how many days the password of a User with PasswordWarn expires.
const WarnDays = 4

// DownWait is for how long an answer 429 or 503 asks not to be bothered again: for
// longer than a sign-in lasts.
const DownWait = 5 * time.Minute

const stepUpPath = "/login/step-up/redirect"

// reauthPage asks a person who has a session to prove something again.
func (o *Org) reauthPage(w http.ResponseWriter, r *http.Request, open *session) {
	from := r.URL.RequestURI()
	o.mu.Lock()
	s := o.begin(from).comesFrom(o.device(r))
	s.reauth, s.again, s.name, s.user = true, slices.Clone(open.user.Reauth), open.user.Name, open.user
	o.reprove(s)
	token := s.token
	o.mu.Unlock()
	o.widgetPage(w, r, from, token)
}

// reprove asks for the next thing that is to be proven again.
func (o *Org) reprove(s *signIn) {
	if len(s.again) == 0 {
		o.factorsDone(s)
		return
	}
	f := s.again[0]
	s.again = s.again[1:]
	if f == Password {
		s.stage, s.factor = stagePassword, Password
		return
	}
	s.knows = true
	o.challenge(s, f)
}

// tooManyRequests are the headers of rate tooManyRequests, which Okta sets on every answer.
func (o *Org) tooManyRequests(w http.ResponseWriter, status int) {
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(int(DownWait/time.Second)))
		return
	}
	remaining := "599"
	if status == http.StatusTooManyRequests {
		remaining = "0"
	}
	w.Header().Set("X-Rate-Limit-Limit", "600")
	w.Header().Set("X-Rate-Limit-Remaining", remaining)
	w.Header().Set("X-Rate-Limit-Reset", strconv.FormatInt(time.Now().Add(DownWait).Unix(), 10))
}

// downPage is what whoever comes gets, whatever they ask. Its wording is not
// from a source.
var downPage = template.Must(template.New("down").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>stsx-test</title><link rel="icon" href="data:,"></head>
<body><h1>Not now</h1><p>The service cannot answer at the moment.</p></body></html>
`))

func (o *Org) down(w http.ResponseWriter) {
	o.tooManyRequests(w, o.cfg.Down)
	writePage(w, o.cfg.Down, downPage, nil)
}
