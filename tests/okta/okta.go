// Package okta is an Okta org on 127.0.0.1 for stsx to sign in to.
//
// Okta's backend is a service and cannot run here, so this package stands in
// for it: it answers the widget's requests the way Okta does, with a state
// machine that really checks the username, the password and the one-time codes,
// counts failures, expires sign-ins and signs the SAML assertion. What is not a
// stand-in is the page: it is the real Okta Sign-In Widget, as published on npm
// (package.json pins it), so whatever a driver meets in the browser is what it
// meets at Okta. The shapes of the answers follow Okta's own example bodies;
// where those are silent the doc comment at that place says so.
package okta

import (
	"crypto/rsa"
	"time"

	"github.com/beevik/etree"
)

// Engine is the generation of Okta the org runs: which API its page talks to
// and which widget draws it.
type Engine int

const (
	Gen2    Engine = iota // Identity Engine (IDX), drawn by the second-generation widget
	Gen3                  // Identity Engine (IDX), drawn by the third generation
	Classic               // Classic Engine: the Authn API
)

// String gives the name that tests and logs use.
func (e Engine) String() string {
	switch e {
	case Gen2:
		return "gen2"
	case Gen3:
		return "gen3"
	case Classic:
		return "classic"
	}
	return "unknown engine"
}

// Factor is an authenticator, named by its key in the Identity Engine.
type Factor string

const (
	Password         Factor = "okta_password"
	GoogleTOTP       Factor = "google_otp"
	OktaVerifyTOTP   Factor = "okta_verify"
	SecurityQuestion Factor = "security_question"
	Email            Factor = "okta_email"
	SMS              Factor = "sms" // SMS and Voice are the Identity Engine's phone_number
	Voice            Factor = "voice"
	PhoneNumber      Factor = "phone_number" // no factor of a User's: what the two are listed as
	YubiKey          Factor = "yubikey_token"
	Symantec         Factor = "symantec_vip"
	RSA              Factor = "rsa_token"
	OnPrem           Factor = "onprem_mfa"
	CustomOTP        Factor = "custom_otp"
)

// User is an account of the org.
type User struct {
	Name     string // the login, compared without regard to case
	Password string

	GoogleTOTP     string       // base32 secret; empty: not enrolled
	OktaVerifyTOTP string       // base32 secret; empty: not enrolled
	Phone          *Phone       // Okta Verify with push; nil: not enrolled
	App            *Phone       // the company's own app, with push; nil: not enrolled
	Others         []Factor     // enrolled as well: what Code gives is the answer to them
	Answer         string       // to the security question; default DefaultAnswer
	Key            *SecurityKey // for WebAuthn, which stands in Others
	Device         *Device      // Okta Verify on a computer, with FastPass; nil: not enrolled

	Locked          bool
	PasswordExpired bool
	PasswordWarn    bool // the password expires in WarnDays: a page that can be skipped
	PasswordReset   bool // by an administrator: a new one must be set (another page than PasswordExpired's in the Identity Engine only)
	// Reauth is what has to be proven again though there is a session, each time the app is opened; Password in the Identity Engine only
	Reauth      []Factor
	Unassigned  bool // may sign in, but not to the AWS app
	RateLimited bool // every answer this user gives is refused with 429

	Roles []string // "role,provider" as they stand in the assertion, taken as given
}

// Config says what org to start. The zero value of each field is the default.
type Config struct {
	Engine          Engine
	AppEngine       *Engine // another one for the app's own pages: what comes after a sign-in that is done, or was left too long
	IdentifierFirst bool    // username and password on two pages
	EveryFactor     bool    // all that a user has enrolled are asked for, one after the other (Identity Engine only)
	PasswordLast    bool    // the username alone, then a factor, then the password
	AskBeforeEmail  bool    // a page asks whether to send the email (Identity Engine; Classic always asks)
	NoMagicLink     bool    // the email has a code only, so its page does not poll
	// Pace is of the page's clock, for what it waits for (10: 3 s until it offers to send a code again) and what moves on it; default 1
	Pace         float64
	Users        []User
	Host         string        // of its URL; default 127.0.0.1. It listens there whatever it is called: "localhost" is the other name
	Reach        Reach         // how its pages reach Okta Verify on the computer (Identity Engine only)
	OtherServers *OtherServers // where Duo, OtherIdP and SmartCard lead
	Routed       bool          // usernames belong to another identity provider: OtherServers
	// Shows is what the widget has to be able to show besides, by the names that its bundle has for it (Identity Engine only)
	Shows       []string
	Captcha     bool         // the first form wants to know whether a human sends it (Identity Engine only)
	ProofOfWork *ProofOfWork // a form wants ALTCHA's work to be done (Identity Engine only)
	Language    string       // of its pages, such as "de" or "ja"; default: what the browser asks for

	Widget         string           // the widget's dist directory; default: node_modules beside this package's source
	Clock          func() time.Time // default time.Now; dates assertions, codes, sign-ins and sessions
	Latency        time.Duration    // added to every answer of an API, not to pages and assets
	Line           Line             // between the browser and the org
	NoKeepAlive    bool             // each request has a connection of its own: Chromium sends none again by itself
	LateWords      time.Duration    // until the widget gets its words in another language than English
	NoWayBack      bool             // its pages have no link back to the first one
	NoAutocomplete bool             // its fields don't say what belongs into them
	NoFingerprint  bool             // the page does not take a device fingerprint in a hidden iframe before it posts the login

	PollInterval time.Duration // how often a page of the Identity Engine asks what became of a push; default 4 s. Classic's asks every 6 s
	PushLifetime time.Duration // of a push that nobody answers; default 5 min
	// PushPages: a no and a time-out come with status 200 and make a page with a button, instead of an error (Identity Engine)
	PushPages bool

	MaxFailures     int           // wrong passwords or codes in a row that lock the account; default 5
	StateLifetime   time.Duration // of a sign-in that is under way; default 1 h
	ExpireOnce      bool          // the first form posted finds its sign-in expired, whatever its age
	SessionLifetime time.Duration // of the Okta session (cookies sid and idx); default 2 h

	Memory     Memory
	Detour     Detour
	Detours    []Detour // more of them, one after the other
	Prefill    string   // the username that the page has in its field already
	Unlock     bool     // the page offers to unlock an account
	Down       int      // HTTP status with which the app's link is answered, and nothing else: DownWait until it will be again
	Apps       []App    // what the dashboard lists; default: the AWS app
	AppLists   AppLists // how the lists of apps are answered
	RedirectTo string   // an unsigned visitor of the app is sent to this URL instead of a login page

	ACS               string        // where the assertion is posted; default https://signin.aws.amazon.com/saml
	Audience          string        // default urn:amazon:webservices
	RelayState        string        // posted along, default empty as at Okta
	AssertionLifetime time.Duration // default 5 min
	SessionDuration   time.Duration // the AWS SessionDuration attribute; default 1 h

	EncryptFor *rsa.PublicKey // assertions are encrypted for whoever has its private key; nil: they are not

	BeforeSigning func(response *etree.Element)      // may change the response before it is signed
	AfterSigning  func(signed []byte) (bytes []byte) // may change the signed XML
}

// The defaults of Config, filled in.
func (c Config) filled() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	orInt(&c.MaxFailures, 5)
	orDuration(&c.PollInterval, 4*time.Second)
	orDuration(&c.PushLifetime, 5*time.Minute)
	orDuration(&c.StateLifetime, time.Hour)
	orDuration(&c.SessionLifetime, 2*time.Hour)
	orDuration(&c.AssertionLifetime, 5*time.Minute)
	orDuration(&c.SessionDuration, time.Hour)
	orString(&c.ACS, "https://signin.aws.amazon.com/saml")
	orString(&c.Audience, "urn:amazon:webservices")
	return c
}

func orInt(v *int, value int) {
	if *v == 0 {
		*v = value
	}
}

func orDuration(v *time.Duration, value time.Duration) {
	if *v == 0 {
		*v = value
	}
}

func orString(v *string, value string) {
	if *v == "" {
		*v = value
	}
}
