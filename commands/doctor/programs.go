package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"stsx/session/files"
)

// Programs is what of stsx is installed, and what a shell starts of it.
type Programs struct {
	Own       string // path of the program that runs
	Version   string
	Path      []string // folders of PATH
	Home      string
	Shell     string // whose hook would be installed; "" = it can't be told
	RCFile    string // where its line goes, "~/.bashrc"
	HookLine  string // the line
	VersionOf func(ctx context.Context, path string) (string, error)
}

// checkPath looks for another stsx on PATH.
func (p Programs) checkPath(ctx context.Context) Finding {
	found := p.onPath()
	own := fmt.Sprintf("%s %s", p.Own, p.Version)
	switch {
	case len(found) == 0:
		return Finding{
			Status: Warn,
			Text:   own + " runs, and PATH has no stsx",
			Cure:   "run export PATH=" + filepath.Dir(p.Own) + ":$PATH, and add that to your shell's startup file",
		}
	case !isSameFile(found[0], p.Own):
		return Finding{
			Status: Warn,
			Text:   fmt.Sprintf("%s runs, but PATH leads to %s first (%s)", own, found[0], p.versionText(ctx, found[0])),
			Cure:   "remove the one that you don't want",
		}
	case len(found) > 1:
		return Finding{
			Status: Warn,
			Text:   fmt.Sprintf("%s is the first on PATH; another one is %s (%s)", own, found[1], p.versionText(ctx, found[1])),
			Cure:   "remove the one that you don't want",
		}
	}
	return Finding{Status: OK, Text: own + ", the only one on PATH"}
}

func (p Programs) versionText(ctx context.Context, path string) string {
	text, err := p.VersionOf(ctx, path)
	if err != nil {
		return "it does not tell its version: " + err.Error()
	}
	return text
}

// onPath are the different files called stsx on PATH, in its order.
func (p Programs) onPath() []string {
	var found []string
	for _, dir := range p.Path {
		path := filepath.Join(dir, filepath.Base(p.Own))
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 && filepath.Ext(path) != ".exe" {
			continue
		}
		known := false
		for _, other := range found {
			known = known || isSameFile(other, path)
		}
		if !known {
			found = append(found, path)
		}
	}
	return found
}

func isSameFile(a, b string) bool {
	one, errOne := os.Stat(a)
	other, errOther := os.Stat(b)
	return errOne == nil && errOther == nil && os.SameFile(one, other)
}

// checkHook looks for the hook's line in the shell's rc file, and for the program that it starts.
func (p Programs) checkHook(ctx context.Context) Finding {
	if p.Shell == "" {
		return Finding{Status: OK, Text: "which shell this is can't be told; docs/shells.md has the line for each"}
	}
	path := p.rcPath()
	missing := Finding{Status: OK, Text: fmt.Sprintf("not installed for %s: stsx use and the prompt need it", p.Shell),
		Cure: fmt.Sprintf("add to %s: %s", p.RCFile, p.HookLine)}
	if path == "" {
		return missing
	}
	text, err := files.Read(path)
	if err != nil {
		return findingOf(Warn, err, "run ls -l "+path)
	}
	program := hookProgram(text)
	if program == "" {
		return missing
	}
	return p.checkHookProgram(ctx, path, program)
}

// hookProgram is what the line of the hook in an rc file's text starts, "" when there is none.
func hookProgram(text string) string {
	m := regexp.MustCompile(`(?m)^[^#\n]*?([^\s"'(` + "`" + `]*stsx(?:\.exe)?)["']?\s+init\s`).FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[1]
}

// MissingHook reports that the shell's rc file has no line for the hook, of a stsx that
// PATH has. path is that file's, "" where it can't be told.
func (p Programs) MissingHook() (path string, missing bool) {
	if p.Shell == "" || len(p.onPath()) == 0 {
		return "", false
	}
	path = p.rcPath()
	if path == "" {
		return "", true
	}
	text, err := files.Read(path)
	return path, (err == nil || errors.Is(err, fs.ErrNotExist)) && hookProgram(text) == ""
}

// AddHook adds the hook's line at the end of the rc file, unless that has one. Errors:
// those of files.Edit.
func (p Programs) AddHook(ctx context.Context) error {
	return files.Edit(ctx, p.rcPath(), func(text string) (string, error) {
		if hookProgram(text) != "" {
			return text, nil
		}
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		return text + p.HookLine + "\n", nil
	})
}

// checkHookProgram is about the program that the line in the rc file at path starts.
func (p Programs) checkHookProgram(ctx context.Context, path, program string) Finding {
	starts := program
	if rest, ok := strings.CutPrefix(program, "~/"); ok {
		starts = filepath.Join(p.Home, rest)
	}
	if !strings.ContainsAny(program, `/\`) {
		found := p.onPath()
		if len(found) == 0 {
			return Finding{Status: Warn, Text: fmt.Sprintf("%s starts stsx, which PATH does not have", path),
				Cure: "add " + filepath.Dir(p.Own) + " to PATH before that line"}
		}
		starts = found[0]
	}
	if strings.Contains(starts, "$") {
		return Finding{Status: OK, Text: fmt.Sprintf("installed in %s, from %s", path, program)}
	}
	if _, err := os.Stat(starts); err != nil {
		return Finding{Status: Warn, Text: fmt.Sprintf("%s starts %s, which is not there", path, starts), Cure: "write " + p.Own + " there"}
	}
	if isSameFile(starts, p.Own) {
		return Finding{Status: OK, Text: fmt.Sprintf("installed in %s, version %s", path, p.Version)}
	}
	return Finding{Status: Warn, Text: fmt.Sprintf("%s starts another stsx, %s (%s)", path, starts, p.versionText(ctx, starts)),
		Cure: "write " + p.Own + " there, and start a new shell"}
}

// rcPath is the rc file's path; "" where it can't be told.
func (p Programs) rcPath() string {
	if filepath.IsAbs(p.RCFile) {
		return p.RCFile
	}
	rest, ok := strings.CutPrefix(p.RCFile, "~/")
	if !ok || p.Home == "" {
		return ""
	}
	return filepath.Join(p.Home, rest)
}
