package form

import (
	"context"
	"errors"
	"testing"

	"stsx/session"
	"stsx/session/page"
)

// heldPage holds a SAML response back until its origin is trusted.
type heldPage struct {
	page.Page
	held    string // of which origin
	trusted bool
	shown   bool
}

func (p *heldPage) Open(context.Context, string) error             { return nil }
func (p *heldPage) Shown() bool                                    { return p.shown }
func (p *heldPage) Visible(context.Context, string) (bool, error)  { return false, nil }
func (p *heldPage) TrustOrigin(origin string)                      { p.trusted = p.trusted || origin == p.held }
func (p *heldPage) SketchControls(context.Context) (string, error) { return "", p.foreign() }
func (p *heldPage) Location(context.Context) (string, error)       { return p.held + "/saml", nil }
func (p *heldPage) View(context.Context) (page.View, error)        { return page.View{}, p.foreign() }
func (p *heldPage) Record(context.Context, string, ...string)      {}
func (p *heldPage) Close() error                                   { return nil }
func (p *heldPage) foreign() error                                 { return &page.ForeignPostError{Got: p.held, Want: home} }
func (p *heldPage) SAMLResponse() (response session.Secret) {
	if p.trusted {
		response = session.NewSecret("assertion")
	}
	return response
}

// TestForeignPost: a SAML response of another place's page counts only if the person says so.
func TestForeignPost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		held    string
		answers []string
		nobody  bool
		shown   bool
		ok      bool
		asked   int
	}{
		"yes":               {held: "https://login.example", answers: []string{"y"}, ok: true, asked: 1},
		"yes, in a window":  {held: "https://login.example", answers: []string{"(changes)", "y"}, ok: true, asked: 1, shown: true},
		"no":                {held: "https://login.example", answers: []string{"n"}, asked: 1},
		"nobody to ask":     {held: "https://login.example", nobody: true},
		"without an origin": {held: "null", answers: []string{"n"}, asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &heldPage{held: c.held, shown: c.shown}
			who := &person{play: &play{views: []page.View{{}}}, answers: c.answers, nobody: c.nobody}
			d := &Driver{Ask: who}
			got, err := d.signIn(t.Context(), org(), p)
			var foreign *page.ForeignPostError
			switch {
			case c.ok && (err != nil || got != "assertion"):
				t.Errorf("%q, %v", got, err)
			case !c.ok && (!errors.As(err, &foreign) || got != ""):
				t.Errorf("%q, %v", got, err)
			}
			asked := 0
			for _, prompt := range who.asked {
				if prompt == "Use the SAML response of "+c.held+"??" {
					asked++
				}
			}
			if asked != c.asked || c.asked == 0 && p.trusted {
				t.Errorf("asked %q", who.asked)
			}
		})
	}
}
