package browser

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"stsx/session"
	"stsx/session/page"
)

// lines is a form, a control a line.
func lines(f page.View) string {
	var b strings.Builder
	for _, c := range f.Controls {
		fmt.Fprintf(&b, "%d %s %q", c.Form, c.Kind, c.Label)
		if c.Value != "" {
			fmt.Fprintf(&b, " = %q", c.Value)
		}
		if len(c.Options) > 0 {
			fmt.Fprintf(&b, " of %q at %d", c.Options, c.Picked)
		}
		for _, flag := range []struct {
			set  bool
			name string
		}{{c.On, " on"}, {c.Required, " required"}, {c.Off, " off"}, {c.Login, " login"}, {c.Submits, " submits"}} {
			if flag.set {
				b.WriteString(flag.name)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestForm(t *testing.T) {
	t.Parallel()
	posted := make(chan map[string][]string, 1)
	site := serve(t, map[string]string{"/": `<title>A page</title><h1>Sign
		in</h1><p>Welcome.</p><p class=error-text hidden>not shown</p><div role=alert>Wrong <b>password</b></div>
		<form action=/take method=post>
			<label for=u>User name</label><input id=u name=u autocomplete=username value=june>
			<span id=l>Pass word</span><input type=password name=p aria-labelledby=l required>
			<input name=pin placeholder="PIN" style="-webkit-text-security: disc">
			<fieldset><legend>Where?</legend><label><input type=radio name=r value=a>Here</label><label><input type=radio name=r value=b checked>There</label></fieldset>
			<label>Why<select name=s><option>work<option disabled>never<option selected>fun</select></label>
			<select name=m multiple aria-label=Many><option>one<option selected>two</select>
			<label style="position:relative"><input type=checkbox name=c style="opacity:0;position:absolute">Remember me</label>
			<label>Proof <input type=file name=f></label>
			<textarea name=t aria-label=Notes></textarea>
			<input type=hidden name=h value=x><input name=off disabled><input name=ro readonly value=fixed>
			<button type=button disabled>Later</button><button><i>→</i> Go <span style="display:none">away</span></button><input type=reset>
			<a href="#" onclick="return false">Other way</a>
		</form>
		<a href=/help>Help</a><a>No link</a><div role=button tabindex=0 aria-label="Close it">x</div>
		<input name=gone style="display:none"><input name=far style="position:absolute;left:-5000px"><iframe src=/frame width=300 height=100></iframe>
		<button type=button id=tick>Again (9)</button><div id=host></div><script>tick.onclick = () => tick.textContent = 'Again (8)'; host.attachShadow({mode: 'open'}).innerHTML = '<label>Deep <input name=d></label>'</script>`,
		"/frame": "<input name=inside>"}, func(mux *http.ServeMux) {
		mux.HandleFunc("/take", func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			posted <- r.PostForm
			fmt.Fprint(w, "<h1>Thanks</h1>")
		})
	})
	tab := sharedTab(t)
	ctx := within(t, patient)
	open(t, tab, site.URL)
	form, err := tab.View(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := lines(form), `0 text "User name" = "june" login
0 secret "Pass word" required
0 secret "PIN"
0 choice "Where?" of ["Here" "There"] at 1
0 choice "Why" of ["work" "fun"] at 1
0 box "one"
0 box "two" on
0 box "Remember me"
0 file "Proof"
0 text "Notes"
-1 text "Deep"
0 button "Later" off
0 button "→ Go" submits
0 button "Other way"
-1 link "Help"
-1 button "Close it"
-1 button "Again (9)"
`; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if form.Origin != site.URL || form.Title != "A page" || fmt.Sprintf("%q", form.Heads) != `["Sign in"]` ||
		fmt.Sprintf("%q", form.Errors) != `["Wrong password"]` || form.Frames != 1 || form.More ||
		!strings.Contains(strings.Join(form.Lines, "\n"), "Sign in\nWelcome.") {
		t.Errorf("got %+v", form)
	}

	var foreign *session.OriginError
	if err := tab.FillControl(ctx, 1, session.NewSecret("secret"), "https://elsewhere.example"); !errors.As(err, &foreign) ||
		foreign.Got != site.URL {
		t.Errorf("at another origin: %v", err)
	}
	if err := tab.PressControl(ctx, 12, "https://elsewhere.example"); !errors.As(err, &foreign) {
		t.Errorf("at another origin: %v", err)
	}
	if err := tab.PressControl(ctx, 11, site.URL); !errors.Is(err, page.ErrDisabled) {
		t.Errorf("a button that is off: %v", err)
	}
	before, err := tab.SketchControls(ctx)
	if err == nil {
		err = tab.Click(ctx, "#tick") // which says 8 then
	}
	if err != nil {
		t.Fatal(err)
	}
	for n, value := range map[int]any{0: "jane", 1: "secret ü", 2: "1234", 3: 0, 4: 0, 5: true, 6: false, 7: true, 9: "two\nlines"} {
		if err := tab.answer(ctx, n, value, site.URL); err != nil {
			t.Errorf("answering %d: %v", n, err)
		}
	}
	if after, err := tab.SketchControls(ctx); err != nil || after != before {
		t.Errorf("the page asks something else now: %v\n%s\n%s", err, before, after)
	}
	if err := tab.PressControl(ctx, 12, site.URL); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(<-posted),
		"map[c:[on] f:[] h:[x] m:[one] p:[secret ü] pin:[1234] r:[a] ro:[fixed] s:[work] t:[two\r\nlines] u:[jane]]"; got != want {
		t.Errorf("posted %s, want %s", got, want)
	}
	if after, err := tab.SketchControls(ctx); err != nil || after == before {
		t.Errorf("the next page is taken for the same: %v", err)
	}
	if err := tab.FillControl(ctx, 0, session.NewSecret("jane"), site.URL); !errors.Is(err, page.ErrAbsent) {
		t.Errorf("on the next page: %v", err)
	}
}
