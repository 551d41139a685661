package okta

import (
	"cmp"
	"crypto/hmac"
	cryptorand "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// WorkProven is the event of a form that came with ALTCHA's proof: OK, and in
// Detail what is wrong with it.
const WorkProven Kind = "proof of work"

const (
	// altchaPath is where the widget asks for a challenge if the answer names no
	// other place. Okta's own place is not in its public examples.
	altchaPath = "/api/v1/altcha"
	// altchaPolicy is the page's: the widget's worker is a blob.
	altchaPolicy = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
		"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:"
	altchaDifficulty = 1_000_000
	// endlessWork is more than a page gets done before its challenge expires.
	endlessWork = 1_000_000_000
	// expiringLife is how long such a challenge is good.
	expiringLife = 3 * time.Second
)

// ProofOfWork is Okta's own bot protection: the page has to find the number that
// ALTCHA's challenge was made from before it sends a form.
type ProofOfWork struct {
	Difficulty int    // the highest number that may have to be tried; default 1,000,000, as ALTCHA has it
	Number     int    // the one to be found; 0: any
	Later      bool   // it is not the first page that has it but those of the password and of a code
	Path       string // where the answer says that challenges are; default: it says nothing
	Failing    int    // so many challenges have no number that fits
	Expiring   int    // so many challenges expire while the page works on them
}

// altchaWork is what an org keeps of it.
type altchaWork struct {
	key  [32]byte
	made int             // challenges
	used map[string]bool // those that were proven
}

func newAltchaWork() altchaWork {
	work := altchaWork{used: map[string]bool{}}
	_, _ = cryptorand.Read(work.key[:]) // never fails
	return work
}

// altchaChallenge is ALTCHA's: the page looks for the number whose SHA-256, with
// the salt before it, is Challenge.
type altchaChallenge struct {
	Algorithm string `json:"algorithm"`
	Challenge string `json:"challenge"`
	MaxNumber int    `json:"maxnumber"`
	Salt      string `json:"salt"`
	Signature string `json:"signature"`
}

// altchaProof is what the page sends, in base64.
type altchaProof struct {
	altchaChallenge
	Number int `json:"number"`
}

func (o *Org) altchaRoutes(mux *http.ServeMux) {
	if o.cfg.ProofOfWork == nil {
		return
	}
	path := altchaPath
	if o.cfg.ProofOfWork.Path != "" {
		path = o.cfg.ProofOfWork.Path
	}
	mux.HandleFunc(path, o.api("application/json", func(*http.Request, message) answer { return answer{http.StatusOK, o.newChallenge()} }))
}

// newChallenge makes a challenge as Config.ProofOfWork says.
func (o *Org) newChallenge() altchaChallenge {
	cfg, work := o.cfg.ProofOfWork, &o.altcha
	c := altchaChallenge{Algorithm: "SHA-256", MaxNumber: cmp.Or(cfg.Difficulty, altchaDifficulty), Salt: newID("")}
	number := cmp.Or(cfg.Number, rand.IntN(c.MaxNumber))
	work.made++
	switch {
	case work.made <= cfg.Failing:
		number = c.MaxNumber + 1000
	case work.made <= cfg.Failing+cfg.Expiring:
		number, c.MaxNumber = endlessWork, endlessWork
		c.Salt += "?expires=" + strconv.FormatInt(o.cfg.Clock().Add(expiringLife).Unix(), 10)
	}
	c.Challenge = hashOf(c.Salt, number)
	c.Signature = work.sign(c.Challenge)
	return c
}

func hashOf(salt string, number int) string {
	sum := sha256.Sum256([]byte(salt + strconv.Itoa(number)))
	return hex.EncodeToString(sum[:])
}

func (w *altchaWork) sign(challenge string) string {
	mac := hmac.New(sha256.New, w.key[:])
	mac.Write([]byte(challenge))
	return hex.EncodeToString(mac.Sum(nil))
}

// wantsWork tells whether a sign-in's form has to come with a proof.
func (o *Org) wantsWork(s *signIn) bool {
	if o.cfg.ProofOfWork == nil {
		return false
	}
	if o.cfg.ProofOfWork.Later {
		return s.stage == stagePassword || s.stage == stageChallenge
	}
	return s.stage == stageIdentify
}

// askForWork adds the proof to a form's fields, and the challenge's place to the answer.
func (o *Org) askForWork(out, form object, s *signIn) {
	if !o.wantsWork(s) {
		return
	}
	captcha := object{"id": "altcha", "name": "altcha", "siteKey": "altcha-site-key", "type": "ALTCHA"}
	if path := o.cfg.ProofOfWork.Path; path != "" {
		captcha["challengeUrlForm"] = object{
			"href": o.url + path, "method": "POST", "accepts": "application/json; okta-version=1.0.0", // with a rel, Gen3 would lose it
			"value": []any{object{"name": "stateHandle", "required": true, "value": s.handle}},
		}
	}
	out["captcha"] = only(captcha)
	form["value"] = append(form["value"].([]any), object{"name": "captchaVerify", "relatesTo": "$.captcha", "form": object{"value": []any{
		object{"name": "captchaId", "required": true, "value": "altcha", "visible": false, "mutable": false},
		object{"name": "captchaToken", "required": true, "visible": false, "hint": "captcha"},
	}}})
}

// worked checks the proof that came with a form, where one is wanted.
func (o *Org) worked(s *signIn, in message) bool {
	if !o.wantsWork(s) {
		return true
	}
	wrong := o.altcha.check(in.CaptchaVerify.CaptchaToken, o.cfg.Clock())
	o.note(Event{Kind: WorkProven, OK: wrong == "", Detail: wrong})
	return wrong == ""
}

// check says what is wrong with a proof; "": nothing.
func (w *altchaWork) check(token string, now time.Time) string {
	var proof altchaProof
	raw, err := base64.StdEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(raw, &proof)
	}
	_, params, _ := strings.Cut(proof.Salt, "?")
	query, _ := url.ParseQuery(params)
	expires, _ := strconv.ParseInt(query.Get("expires"), 10, 64)
	switch {
	case err != nil:
		return "no proof"
	case proof.Algorithm != "SHA-256" || !hmac.Equal([]byte(w.sign(proof.Challenge)), []byte(proof.Signature)):
		return "not ours"
	case hashOf(proof.Salt, proof.Number) != proof.Challenge:
		return "another number"
	case expires != 0 && now.Unix() > expires:
		return "expired"
	case w.used[proof.Challenge]:
		return "used"
	}
	w.used[proof.Challenge] = true
	return ""
}

// workMissing is the answer to a form without it.
func (o *Org) workMissing(s *signIn) answer {
	return answer{http.StatusBadRequest, o.body(s, messageObject("captcha.failed", "Try again."))}
}
