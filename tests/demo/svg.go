//go:build unix

package main

import (
	"fmt"
	"html"
	"strings"
)

// The measures of the picture, in its own units.
const (
	cellWidth, cellHeight = 8.4, 19
	fontSize              = 14
	margin                = 16
)

// palette is the eight colours of a terminal, normal and bright alike.
var palette = [8]string{"#6e7681", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#76e3ea", "#d6dbe1"}

// svg draws the screen. Every piece of text says how long it is, so that the
// columns stand whatever font there is.
func (s *screen) svg() []byte {
	lines := s.trimmedLines()
	width, height := float64(s.width)*cellWidth+2*margin, float64(len(lines))*cellHeight+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img">`+"\n", width,
		height, width, height)
	b.WriteString("<title>A terminal in which make demo ran</title>\n")
	b.WriteString(`<rect width="100%" height="100%" rx="8" fill="#15191e"/>` + "\n")
	fmt.Fprintf(&b,
		`<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="%d" fill="#d6dbe1">`+"\n",
		fontSize)
	for row, line := range lines {
		y := margin + float64(row)*cellHeight + 14
		for from := 0; from < len(line); {
			to := from + 1
			for to < len(line) && line[to].style == line[from].style {
				to++
			}
			b.WriteString(textElement(line[from:to], margin+float64(from)*cellWidth, y))
			from = to
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return []byte(b.String())
}

func textElement(cells []cell, x, y float64) string {
	var text strings.Builder
	for _, c := range cells {
		text.WriteRune(c.char)
	}
	if strings.TrimSpace(text.String()) == "" {
		return ""
	}
	look := ""
	if s := cells[0].style; s != (style{}) {
		if s.bold {
			look += ` font-weight="bold"`
		}
		if s.colour != 0 {
			look += ` fill="` + palette[s.colour%10] + `"`
		} else if s.dim {
			look += ` fill="#8b949e"`
		}
	}
	return fmt.Sprintf(`<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs" xml:space="preserve"%s>%s</text>`+"\n",
		x, y, float64(len(cells))*cellWidth, look, html.EscapeString(text.String()))
}
