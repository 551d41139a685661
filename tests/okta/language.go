package okta

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// English is the display language of an org that is told none, and of visitors
// who ask for one that the widget has no words in.
const English = "en"

// labels are the widget's words in one language, by key.
type labels map[string]string

// labels reads what the widget has in a language; nothing in it is no error.
func (w widget) labels(language string) (labels, error) {
	name := "login.json"
	if language != English {
		name = "login_" + strings.ReplaceAll(language, "-", "_") + ".json"
	}
	raw, err := os.ReadFile(filepath.Join(w.dist, "labels", "json", name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out labels
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the widget's words in %s: %w", language, err)
	}
	return out, nil
}

// pageLanguage is how the org says things in one language: the widget's own words for
// what it has a key for. Okta has its own for all the rest, which no source at
// hand shows: the English ones stand in for them with every letter changed, so
// that nothing which looks for English finds any.
type pageLanguage struct {
	language string
	english  labels
	own      labels
}

func (o *Org) speaks(language string) (pageLanguage, error) {
	if language == English {
		return pageLanguage{language: English}, nil
	}
	english, err := o.widget.labels(English)
	if err != nil {
		return pageLanguage{}, err
	}
	own, err := o.widget.labels(language)
	return pageLanguage{language, english, own}, err
}

// language is the one that the page or answer to r comes in: the org's own,
// else the first of those asked for that the widget has, as at Okta. The widget
// asks for its page's with every request.
func (o *Org) language(r *http.Request) string {
	if o.cfg.Language != "" {
		return o.cfg.Language
	}
	for one := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(one), ";")
		base, _, _ := strings.Cut(tag, "-")
		for _, name := range []string{tag, base} {
			if name == English {
				return English
			}
			if languageTag.MatchString(name) {
				if own, err := o.widget.labels(name); err == nil && own != nil {
					return name
				}
			}
		}
	}
	return English
}

var languageTag = regexp.MustCompile(`^[a-z]{2}(-[A-Z]{2})?$`)

// interpreter is w, whose pages and answers come in the language of r. The
// widget's own files stay as they are.
func (o *Org) interpreter(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, error) {
	language := o.language(r)
	if language == English || strings.HasPrefix(r.URL.Path, o.widget.path()) {
		return w, nil
	}
	t, err := o.speaks(language)
	return interpreter{w, t}, err
}

type interpreter struct {
	http.ResponseWriter
	tongue pageLanguage
}

// Write expects a page or an answer whole, which is how this package writes them.
func (i interpreter) Write(text []byte) (int, error) {
	out, kind := text, i.Header().Get("Content-Type")
	switch {
	case kind == ionType || kind == jsonType:
		var node any
		if err := json.Unmarshal(text, &node); err != nil {
			return 0, fmt.Errorf("translating an answer: %w", err)
		}
		i.tongue.answer(node)
		translated, err := json.Marshal(node)
		if err != nil {
			return 0, err
		}
		out = translated
	case strings.HasPrefix(kind, "text/html"):
		out = i.tongue.page(text)
	}
	if _, err := i.ResponseWriter.Write(out); err != nil {
		return 0, err
	}
	return len(text), nil
}

// spoken is a text of a page, or a script that holds none.
var spoken = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|>[^<]+`)

// page puts a hosted page, but for its scripts, into the language.
func (t pageLanguage) page(source []byte) []byte {
	source = bytes.Replace(source, []byte(`<html lang="en">`), []byte(`<html lang="`+t.language+`">`), 1)
	return spoken.ReplaceAllFunc(source, func(found []byte) []byte {
		if found[0] == '<' {
			return found
		}
		text := html.UnescapeString(string(found[1:]))
		return []byte(">" + html.EscapeString(t.unmatchableText(text)))
	})
}

// answer puts what an answer of an API says into the language.
func (t pageLanguage) answer(node any) {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			t.answer(child)
		}
	case map[string]any:
		for name, child := range node {
			text, ok := child.(string)
			if !ok {
				t.answer(child)
			} else if name == "message" || name == "errorSummary" || name == "label" {
				node[name] = t.translate(keyOf(node), text)
			}
		}
	}
}

// keyOf is by which key Okta names a message.
func keyOf(node map[string]any) string {
	i18n, _ := node["i18n"].(map[string]any)
	if key, ok := i18n["key"].(string); ok {
		return key
	}
	if code, ok := node["errorCode"].(string); ok {
		return "errors." + code
	}
	return ""
}

func (t pageLanguage) translate(key, english string) string {
	if own := t.own[key]; own != "" && !strings.Contains(own, "{0}") {
		return own
	}
	return t.unmatchableText(english)
}

// unmatchableText is a text that a person can still read and a program can't match.
func (t pageLanguage) unmatchableText(english string) string {
	if t.language == English || slices.Contains([]string{"Google Authenticator", "Okta Verify", "AWS Account Federation"}, english) {
		return english
	}
	return strings.Map(func(r rune) rune {
		if t.language == "ja" && '!' < r && r <= '~' {
			return r + '！' - '!'
		}
		if i := strings.IndexRune("aeiouAEIOU", r); i >= 0 {
			return []rune("äéïöüÄÉÏÖÜ")[i]
		}
		return r
	}, english)
}

// Words are the ways in which a page of this org may put what it would put so
// in English, whole or in part, for tests that quote it. In English there is
// one. In another language, where the widget's text has a blank to fill in, the
// longest part around it stands for the whole.
func (o *Org) Words(english string) ([]string, error) {
	t, err := o.speaks(cmp.Or(o.cfg.Language, English))
	if err != nil || t.language == English {
		return []string{english}, err
	}
	words := []string{t.unmatchableText(english)}
	for key, text := range t.english {
		own := t.own[key]
		if own == "" || !strings.Contains(text, english) && !filled(text).MatchString(english) {
			continue
		}
		longest := ""
		for _, part := range blank.Split(own, -1) {
			if part = strings.TrimSpace(part); len(part) > len(longest) {
				longest = part
			}
		}
		if utf8.RuneCountInString(longest) > 1 {
			words = append(words, longest)
		}
	}
	return words, nil
}

// blank is a place in a label that the widget fills in, or a tag.
var blank = regexp.MustCompile(`\{\d+\}|</?[^>]*>`)

// filled matches what a label with blanks may look like on the page.
func filled(label string) *regexp.Regexp {
	if !blank.MatchString(label) {
		return regexp.MustCompile(`^` + regexp.QuoteMeta(label) + `$`)
	}
	parts := blank.Split(label, -1)
	if strings.TrimSpace(strings.Join(parts, "")) == "" {
		return regexp.MustCompile(`$^.`)
	}
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile(`^` + strings.Join(parts, `.+`) + `$`)
}
