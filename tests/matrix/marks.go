//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// marksFrom are the packages whose string literals name what stsx looks for in
// Okta's pages and answers.
func marksFrom() []string { return []string{"session/okta", "session/okta/renew"} }

var (
	// markWord is a name in a selector, a path or a key: data-se values, classes,
	// ids, names of fields, rels and factor types.
	markWord = regexp.MustCompile(`[A-Za-z][\w-]{3,}`)
	// dataSeValue is a data-se value as the widget's bundles write it.
	dataSeValue = regexp.MustCompile(`data-?[sS]e["']?\s*[:=]\s*\\?["']([\w-]+)`)
)

// compareMarks prints what stsx relies on and one of two versions of the widget
// has and the other has not, and the data-se values that came. Words of stsx's
// that neither has are no marks.
func compareMarks(ctx context.Context, o options, root string, all []version) error {
	pair, err := pairOf(o.only, all)
	if err != nil {
		return err
	}
	words, err := markWords(root)
	if err != nil {
		return err
	}
	var bundles [2]string
	for i, v := range pair {
		dist, err := v.widgetFolder(ctx, root)
		if err != nil {
			return err
		}
		if bundles[i], err = scriptsOf(dist); err != nil {
			return err
		}
	}
	before, after := wordsIn(bundles[0]), wordsIn(bundles[1])
	fmt.Fprintf(o.out, "Sign-In Widget %s → %s\n", pair[0], pair[1])
	gone := 0
	for _, word := range words {
		switch {
		case before[word] && !after[word]:
			gone++
			fmt.Fprintln(o.out, "gone:", word)
		case after[word] && !before[word]:
			fmt.Fprintln(o.out, "came, known to stsx:", word)
		}
	}
	was, is := dataSeValues(bundles[0]), dataSeValues(bundles[1])
	for _, value := range slices.Sorted(maps.Keys(is)) {
		if !was[value] {
			fmt.Fprintln(o.out, "new data-se:", value)
		}
	}
	if gone > 0 {
		return fmt.Errorf("%d marks of stsx's are no longer in %s", gone, pair[1].number)
	}
	fmt.Fprintln(o.out, "all marks of stsx's are still there")
	return nil
}

// pairOf are the versions to compare: the two named, else the pinned and the
// newest one, and where that is the same the one listed before it.
func pairOf(names []string, all []version) ([2]version, error) {
	if names != nil {
		two, err := chooseVersions(all, names)
		if err != nil || len(two) != 2 {
			return [2]version{}, errors.Join(errors.New("-marks compares two versions: -only OLD,NEW"), err)
		}
		return [2]version(two), nil
	}
	from := slices.IndexFunc(all, func(v version) bool { return v.pinned })
	to := slices.IndexFunc(all, func(v version) bool { return v.newest })
	if to < 0 {
		return [2]version{}, errors.New("without npm there is no newest version: -only OLD,NEW")
	}
	if from == to {
		from--
	}
	return [2]version{all[from], all[to]}, nil
}

// markWords are the words in the string literals of the packages that drive Okta.
func markWords(root string) ([]string, error) {
	found := map[string]bool{}
	for _, folder := range marksFrom() {
		files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
		if err != nil || len(files) == 0 {
			return nil, errors.Join(fmt.Errorf("%s has no Go file", folder), err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				return nil, err
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					text, _ := strconv.Unquote(literal.Value)
					for _, word := range namesIn(text) {
						found[word] = true
					}
				}
				return true
			})
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// namesIn are the words of a selector, a path or a key; a sentence has none.
func namesIn(text string) []string {
	if strings.Contains(text, " ") && !strings.ContainsAny(text, "[#") && !strings.HasPrefix(text, ".") {
		return nil
	}
	return markWord.FindAllString(text, -1)
}

// scriptsOf is the text of the scripts and styles that an org serves.
func scriptsOf(dist string) (string, error) {
	var all strings.Builder
	for _, pattern := range []string{"js/*.js", "css/*.css"} {
		files, err := filepath.Glob(filepath.Join(dist, pattern))
		if err != nil {
			return "", err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			all.Write(text)
			all.WriteByte('\n')
		}
	}
	if all.Len() == 0 {
		return "", fmt.Errorf("%s has no script", dist)
	}
	return all.String(), nil
}

func wordsIn(text string) map[string]bool {
	words := map[string]bool{}
	for _, word := range markWord.FindAllString(text, -1) {
		words[word] = true
	}
	return words
}

func dataSeValues(text string) map[string]bool {
	values := map[string]bool{}
	for _, match := range dataSeValue.FindAllStringSubmatch(text, -1) {
		values[match[1]] = true
	}
	return values
}
