package form

import (
	"strings"

	"stsx/session"
	"stsx/session/page"
)

// action is one thing to do on a page.
type action struct {
	title  string
	fields []int // to be filled in before; all of one form
	press  int   // the control; -1: what the person says
}

// pageActions are the forms to be filled in and the buttons that belong to none.
func pageActions(v *page.View) (forms, buttons []action) {
	fields := map[int][]int{}
	var order []int
	for n, control := range v.Controls {
		if isField(control) {
			if fields[control.Form] == nil {
				order = append(order, control.Form)
			}
			fields[control.Form] = append(fields[control.Form], n)
		}
	}
	for _, form := range order {
		var labels []string
		for _, n := range fields[form] {
			labels = append(labels, labelOf(v, n))
		}
		forms = append(forms, action{"fill in " + strings.Join(labels, ", "), fields[form], -1})
	}
	for n, control := range v.Controls {
		if control.Kind == "button" && fields[control.Form] == nil {
			buttons = append(buttons, action{labelOf(v, n), nil, n})
		}
	}
	return forms, buttons
}

func isField(c page.Control) bool { return c.Kind != "button" && c.Kind != "link" }

// labelOf is the name of a control, short enough for a question.
func labelOf(v *page.View, n int) string {
	control := v.Controls[n]
	text := session.OneLine(control.Label, 80)
	if control.On && !isField(control) {
		text += " (on)"
	}
	return text
}

func pressOrder(v *page.View, n int) int {
	if v.Controls[n].Submits {
		return 0
	}
	return 1
}
