//go:build unix

package tty

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
	"golang.org/x/sys/unix"

	"stsx/session"
)

// accountRoles are the roles Admin, Dev and Audit in each of n accounts.
func accountRoles(n int) []session.GroupedOption {
	var list []session.GroupedOption
	for i := range n {
		for _, name := range []string{"Admin", "Dev", "Audit"} {
			list = append(list, session.GroupedOption{Group: fmt.Sprintf("1%011d acme-%d", i, i), Text: name})
		}
	}
	return list
}

func (d *desk) chooseMany(options []session.GroupedOption) func() ([]int, error) {
	return start(d.T, func() ([]int, error) {
		return d.terminal.ChooseMany(d.Context(), session.Question{Prompt: "Choose roles", What: "a choice of roles"}, options)
	})
}

func TestChooseMany(t *testing.T) {
	const downArrow, right, left = "\x1b[B", "\x1b[C", "\x1b[D"
	cases := []struct {
		name  string
		steps [][2]string // keys, and what the screen shows after them
		want  []int
	}{
		{"Space ticks", [][2]string{{" ", "> [x] Admin"}, {downArrow + downArrow + " ", "> [x] Audit"}}, []int{0, 2}},
		{"Space takes the tick away", [][2]string{{"  ", "> [ ] Admin"}, {downArrow + " ", "1 selected"}}, []int{1}},
		{"a ticks all", [][2]string{{"a", "12 selected"}}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{"a twice ticks none", [][2]string{{"aa", "0 selected"}, {" ", "1 selected"}}, []int{0}},
		{"a filter that begins with a", [][2]string{{"adm", "0 selected; 4 of 12"}, {" ", "1 selected"}}, []int{0}},
		{"ticks are there again after such a filter", [][2]string{{" ", "1 selected"}, {"aud", "1 selected; 4 of 12"}, {" ", "2 selected"}},
			[]int{0, 2}},
		{"all that fit the filter", [][2]string{{"dev" + right, "4 selected; 4 of 12"}}, []int{1, 4, 7, 10}},
		{"none that fit the filter", [][2]string{{"a", "12 selected"}, {"\x1b[A", "12 selected"}, {"dev" + left, "8 selected"}},
			[]int{0, 2, 3, 5, 6, 8, 9, 11}},
		{"a filter finds an account", [][2]string{{"cme-2" + right, "3 selected"}}, []int{6, 7, 8}},
		{"what the filter hides stays ticked", [][2]string{{" dev", "1 selected; 4"}, {" \x15", "2 selected"}}, []int{0, 1}},
		{"Escape clears the filter", [][2]string{{"xyz", "no match"}, {"\x1b", "0 selected; Space"}, {" ", "1 selected"}}, []int{0}},
		{"Space on nothing does nothing", [][2]string{{"xyz ", "0 selected; no match"}, {"\x15 ", "1 selected"}}, []int{0}},
		{"Enter needs a tick", [][2]string{{"\r", "Space selects one first"}, {" ", "1 selected"}}, []int{0}},
		{"the last", [][2]string{{"\x1b[F ", "> [x] Audit"}}, []int{11}},
	}
	for _, c := range cases {
		for _, size := range [][2]int{{80, 24}, {40, 6}} {
			t.Run(fmt.Sprint(c.name, size), func(t *testing.T) {
				d := sit(t, Options{}, size[0], size[1])
				d.terminal.Say("before")
				choice := d.chooseMany(accountRoles(4))
				d.see("Choose roles:", "  100000000000 acme-0", "> [ ] Admin")
				for _, step := range c.steps {
					d.press(step[0])
					d.see(step[1])
				}
				d.press("\r")
				got, err := choice()
				if err != nil || !slices.Equal(got, c.want) {
					t.Fatal(got, err)
				}
				d.unchanged()
				want := fmt.Sprintf("stsx: before\nChoose roles: %d of", len(got))
				d.wait("one line", func(s *screen) bool {
					return strings.HasPrefix(s.text(), want) && strings.Count(s.text(), "\n") == 1
				})
			})
		}
	}
}

// TestChooseManyTicked: what is ticked at first can be kept and unticked, also by number.
func TestChooseManyTicked(t *testing.T) {
	options := accountRoles(2)
	options[1].Ticked, options[4].Ticked = true, true
	d := sit(t, Options{}, 80, 24)
	choice := d.chooseMany(options)
	d.see("[x] Dev", "2 selected")
	d.press("\x1b[B ")
	d.see("1 selected")
	d.press("\x1b[B ")
	d.see("2 selected")
	d.press("\r")
	if picked, err := choice(); err != nil || !slices.Equal(picked, []int{2, 4}) {
		t.Error(picked, err)
	}
	for keys, want := range map[string][]int{"\r": {1, 4}, "1 3\r": {0, 2}} {
		d := sit(t, Options{Getenv: environment("STSX_PLAIN", "1")}, 80, 24)
		choice := d.chooseMany(options)
		d.see("Dev (selected)", "(numbers from 1 to 6, or all; Enter: what is selected)")
		d.press(keys)
		if picked, err := choice(); err != nil || !slices.Equal(picked, want) {
			t.Errorf("%q: %v, %v", keys, picked, err)
		}
	}
}

func TestChooseManyIsLeft(t *testing.T) {
	for name, keys := range map[string]string{"Escape": " \x1b", "Ctrl-C": "rol\x03", "Ctrl-D": "a\x04"} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, Options{}, 80, 24)
			d.terminal.Say("before")
			choice := d.chooseMany(accountRoles(2))
			d.see("> [ ] Admin")
			d.press(keys)
			if got, err := choice(); got != nil || !errors.Is(err, session.ErrInterrupted) {
				t.Fatal(got, err)
			}
			d.wait("nothing left", func(s *screen) bool { return s.text() == "stsx: before" })
		})
	}
	if _, err := New(Options{NoInput: true}).ChooseMany(t.Context(), session.Question{What: "roles"}, accountRoles(1)); err == nil {
		t.Error("nobody can be asked, and there is a choice")
	}
	if _, err := New(Options{}).ChooseMany(t.Context(), session.Question{}, nil); err == nil {
		t.Error("something was chosen of nothing")
	}
}

// TestChooseManyFits: whatever the size, no line is longer than the terminal is wide,
// the marked option is on the screen, and so is the group's name above the first of a group.
func TestChooseManyFits(t *testing.T) {
	for _, size := range [][2]int{{20, 4}, {20, 5}, {40, 10}, {60, 24}, {200, 50}} {
		options := accountRoles(40)
		options[0].Text = strings.Repeat("VeryLongRole", 30)
		options[1].Text = "日本語" + strings.Repeat("の役割", 30)
		l := newTickList("Choose the roles to add profiles for", options)
		for i := range options {
			lines, column := l.drawLines(terminalStyle{plain: true, unicode: true}, size[0], size[1])
			marked := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "> ") })
			if marked < 0 || len(lines) > size[1] || column >= size[0] {
				t.Fatalf("%v, option %d: cursor in %d\n%s", size, i, column, strings.Join(lines, "\n"))
			}
			for _, line := range lines {
				if width := displaywidth.String(line); width >= size[0] {
					t.Errorf("%v: %d cells: %s", size, width, line)
				}
			}
			if i%3 == 0 && size[1] > 4 && !strings.HasPrefix(lines[marked-1], "  10") {
				t.Errorf("%v, option %d: no account above it\n%s", size, i, strings.Join(lines, "\n"))
			}
			l.pressKey(keyPress{kind: downKey})
		}
	}
}

func TestChooseManyAfterResize(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	choice := d.chooseMany(accountRoles(20))
	d.see("> [ ] Admin", "acme-2")
	d.mu.Lock()
	d.screen.width, d.screen.height = 40, 6
	d.screen.rows = d.screen.rows[:6]
	d.mu.Unlock()
	d.size(40, 6)
	unix.Kill(os.Getpid(), unix.SIGWINCH)
	d.wait("a smaller list", func(s *screen) bool { return strings.Count(s.text(), "[ ]") == 2 })
	d.press(" ")
	d.see("> [x] Admin")
	d.press("\r")
	if got, err := choice(); !slices.Equal(got, []int{0}) || err != nil {
		t.Fatal(got, err)
	}
}

// TestChooseManyByNumber: where the cursor can't be moved, numbers are asked for until
// they are some.
func TestChooseManyByNumber(t *testing.T) {
	for name, o := range map[string]Options{"dumb": {Getenv: environment("TERM", "dumb")}, "small": {}} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, o, 80, 24)
			if name == "small" {
				d.size(80, 3)
			}
			choice := d.chooseMany(accountRoles(2))
			d.see("100000000001 acme-1", "   4  Admin", "Choose roles (numbers from 1 to 6, or all):")
			d.press("0\rx\r\r9\r3, 1\r")
			if got, err := choice(); !slices.Equal(got, []int{0, 2}) || err != nil {
				t.Fatal(got, err)
			}
			if name == "dumb" && strings.Contains(d.all(), "\x1b") {
				t.Errorf("a dumb terminal was sent %q", d.all())
			}
		})
	}
	for line, want := range map[string][]int{
		"1": {0}, "3 1": {0, 2}, "1,2, 2": {0, 1}, "2-4": {1, 2, 3}, "ALL": {0, 1, 2, 3}, "1 3-4": {0, 2, 3},
		"": nil, "0": nil, "5": nil, "3-2": nil, "1-9": nil, "-": nil, "1-": nil, "-2": nil, "all 1": nil, "one": nil,
	} {
		if got, ok := readNumbers(line, 4); !slices.Equal(got, want) && want != nil || ok != (want != nil) {
			t.Errorf("%q: %v, %v", line, got, ok)
		}
	}
}

func TestChooseManyNoColor(t *testing.T) {
	for _, c := range []struct {
		environ func(string) string
		dressed bool
	}{{environment(), true}, {environment("NO_COLOR", "1"), false}} {
		d := sit(t, Options{Getenv: c.environ}, 80, 24)
		choice := d.chooseMany(accountRoles(1))
		d.see("0 selected")
		d.press(" ")
		d.see("1 selected")
		d.press("\r")
		if _, err := choice(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(d.all(), "m> ") != c.dressed {
			t.Errorf("dressed %v: %q", !c.dressed, d.all())
		}
	}
}

// TestChooseManyHostile: no text of an option can move the cursor.
func TestChooseManyHostile(t *testing.T) {
	d := sit(t, Options{}, 80, 24) // which fails on a sequence that it does not know
	choice := d.chooseMany([]session.GroupedOption{{Group: "\x1b]0;x\x07", Text: "A\x1b[9999dB"}, {Group: "\u202eg", Text: "C\r\nD"}})
	d.see("> [ ] A")
	d.press("a")
	d.see("2 selected")
	d.press("\r")
	if got, err := choice(); len(got) != 2 || err != nil {
		t.Fatal(got, err)
	}
}

// TestAskDraft: what stands there already is an answer, can be edited, and can be erased.
func TestAskDraft(t *testing.T) {
	for name, c := range map[string][3]string{
		"Enter": {"admin", "\r", "admin"}, "more": {"admin", "-prod\r", "admin-prod"}, "less": {"admin", "\x7f\x7f\r", "adm"},
		"another": {"admin", "\x15root\r", "root"}, "at the front": {"admin", "\x1b[Hx\r", "xadmin"}, "none": {"", "x\r", "x"},
		"erased": {"admin", "\x15\r", ""}, "wide": {"管理", "x\r", "管理x"},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, Options{}, 80, 24)
			answer := d.ask(t.Context(), session.Question{Prompt: "Name", Draft: c[0], What: "a name"})
			d.see(strings.TrimSpace("Name: " + c[0]))
			d.press(c[1])
			if got, err := answer(); got != c[2] || err != nil {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
