//go:build unix

package tests

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// allowedImports is the import map: what each package may import besides the standard
// library. Tests are free to use tests/… and the judges of their own.
func allowedImports() map[string][]string {
	return map[string][]string{
		".": {
			"github.com/mattn/go-isatty",
			"stsx/commands",
			"stsx/commands/doctor",
			"stsx/commands/process",
			"stsx/session",
			"stsx/session/awsfile",
			"stsx/session/awssts",
			"stsx/session/browser",
			"stsx/session/bundle",
			"stsx/session/config",
			"stsx/session/desktop",
			"stsx/session/endpoint",
			"stsx/session/files",
			"stsx/session/form",
			"stsx/session/migrate",
			"stsx/session/okta",
			"stsx/session/tty",
			"stsx/session/vault",
		},
		"commands": {
			"github.com/urfave/cli/v2",
			"stsx/session",
			"stsx/shellinit",
			"stsx/completions",
			"stsx/commands/doctor",
			"stsx/commands/process",
		},
		"commands/doctor": {"stsx/session", "stsx/session/files"},
		"shellinit":       {},
		"completions":     {},
		"docs/man":        {"stsx/commands"},
		"session":         {},
		"session/config": {
			"stsx/session",
			"stsx/session/files",
			"github.com/pelletier/go-toml/",
			"github.com/rogpeppe/go-internal/diff",
		},
		"session/okta":       {"stsx/session", "stsx/session/page", "stsx/session/okta/renew"},
		"session/okta/renew": {"stsx/session", "golang.org/x/net/html"},
		"session/page":       {"stsx/session"},
		"session/browser": {
			"stsx/session",
			"stsx/session/files",
			"stsx/session/page",
			"github.com/go-rod/rod",
			"github.com/ysmood/",
			"golang.org/x/sys/",
		},
		"session/awsfile":  {"stsx/session", "stsx/session/files", "github.com/rogpeppe/go-internal/diff"},
		"session/bundle":   {"stsx/session", "stsx/session/files"},
		"session/endpoint": {"stsx/session", "stsx/session/files", "golang.org/x/sys/"},
		"session/files":    {"github.com/gofrs/flock", "golang.org/x/sys/"},
		"session/awssts": {
			"stsx/session",
			"stsx/session/files",
			"github.com/aws/aws-sdk-go-v2",
			"github.com/aws/smithy-go",
			"golang.org/x/net/html",
		},
		"session/vault": {
			"stsx/session",
			"stsx/session/files",
			"github.com/zalando/go-keyring",
			"github.com/godbus/dbus/",
			"golang.org/x/sys/",
		},
		"session/tty": {
			"stsx/session",
			"golang.org/x/term",
			"golang.org/x/sys/",
			"github.com/clipperhouse/displaywidth",
			"github.com/muesli/cancelreader",
		},
		"commands/process": {"stsx/session", "golang.org/x/sys/"},
		"session/desktop":  {"stsx/session", "stsx/session/files"},
		"session/migrate":  {"stsx/session", "stsx/session/files", "go.yaml.in/yaml/"},
		"session/form":     {"stsx/session", "stsx/session/page"},
	}
}

// programFiles parses every file of the program, without its tests.
func programFiles(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := goFiles(t)
	maps.DeleteFunc(files, func(name string, _ *ast.File) bool {
		return strings.HasPrefix(name, "tests/") || strings.HasSuffix(name, "_test.go")
	})
	return files
}

// goFiles parses every file of the program and of its tests.
func goFiles(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() &&
			(slices.Contains([]string{"dist", "build", "node_modules"}, entry.Name()) || len(entry.Name()) > 2 && entry.Name()[0] == '.') {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		files[filepath.ToSlash(strings.TrimPrefix(name, "../"))] = file
		return err
	})
	if err != nil || len(files) < 200 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

func TestImportMap(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for name, file := range programFiles(t) {
		room := path.Dir(name)
		allowed, ok := allowedImports()[room]
		if !ok {
			t.Errorf("%s: the map has no room %s", name, room)
		}
		seen[room] = true
		for _, spec := range file.Imports {
			imported := strings.Trim(spec.Path.Value, `"`)
			if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") && first != "stsx" {
				continue // the standard library
			}
			if !slices.ContainsFunc(allowed, func(a string) bool {
				return imported == a || strings.HasPrefix(imported, strings.TrimSuffix(a, "/")+"/") && !strings.HasPrefix(a, "stsx") ||
					strings.HasSuffix(a, "/") && strings.HasPrefix(imported, a)
			}) {
				t.Errorf("%s imports %s", name, imported)
			}
		}
	}
	for room := range allowedImports() {
		if !seen[room] {
			t.Errorf("the map has a room %s, the program has not", room)
		}
	}
}

// TestHouseRules: no init, no context.TODO, exit and environment only in main,
// and no package variable but errors and what is embedded.
func TestHouseRules(t *testing.T) {
	t.Parallel()
	for name, file := range programFiles(t) {
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s has an init", name)
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					checkVariables(t, name, d)
				}
			}
		}
		ast.Inspect(file, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			from, ok := selector.X.(*ast.Ident)
			if !ok || from.Obj != nil {
				return true
			}
			switch used := from.Name + "." + selector.Sel.Name; used {
			case "context.TODO":
				t.Errorf("%s uses %s", name, used)
			case "os.Exit", "os.Args", "os.Stdin", "os.Stdout", "os.Stderr":
				// What has to be the process's own: its console, a command beside it.
				if name != "main.go" && name != "docs/man/main.go" && name != "session/tty/open_windows.go" &&
					name != "commands/process/beside_windows.go" &&
					name != "commands/process/beside_unix.go" {
					t.Errorf("%s uses %s", name, used)
				}
			case "os.Getenv", "os.Environ", "os.LookupEnv", "os.Setenv":
				// A driver's default where main gives nothing; the search of PATH.
				if name != "main.go" && name != "docs/man/main.go" && name != "session/vault/vault.go" &&
					name != "commands/process/find_program_unix.go" {
					t.Errorf("%s uses %s", name, used)
				}
			}
			return true
		})
	}
}

// TestGoroutinesHidePanics: whatever starts a goroutine starts what
// session.ContainPanic returns, so that a panic there never prints a value.
func TestGoroutinesHidePanics(t *testing.T) {
	t.Parallel()
	isContained := func(node ast.Expr) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return false
		}
		switch f := call.Fun.(type) {
		case *ast.Ident:
			return f.Name == "ContainPanic"
		case *ast.SelectorExpr:
			return f.Sel.Name == "ContainPanic"
		}
		return false
	}
	started := 0
	for name, file := range programFiles(t) {
		ast.Inspect(file, func(node ast.Node) bool {
			var what ast.Expr
			switch n := node.(type) {
			case *ast.GoStmt:
				what = n.Call.Fun
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Go" || f.Sel.Name == "AfterFunc") {
					what = n.Args[len(n.Args)-1]
				}
			}
			if what == nil {
				return true
			}
			if started++; !isContained(what) {
				t.Errorf("%s starts a goroutine without session.ContainPanic", name)
			}
			return true
		})
	}
	if started < 20 {
		t.Errorf("%d goroutines", started)
	}
}

// checkVariables lets pass what nothing assigns to: errors, "_", arrays and what is
// embedded.
func checkVariables(t *testing.T, name string, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, id := range v.Names {
			if len(v.Values) == 0 && d.Doc != nil && strings.HasPrefix(d.Doc.List[len(d.Doc.List)-1].Text, "//go:embed ") {
				continue
			}
			fixed := id.Name == "_" || name == "main.go" && slices.Contains([]string{"version", "commit", "date"}, id.Name)
			if i < len(v.Values) {
				switch value := v.Values[i].(type) {
				case *ast.CallExpr:
					if f, ok := value.Fun.(*ast.SelectorExpr); ok {
						fixed = fixed || f.Sel.Name == "New" && strings.HasPrefix(strings.ToLower(id.Name), "err") ||
							f.Sel.Name == "MustCompile" || f.Sel.Name == "NewReplacer"
					}
				case *ast.CompositeLit:
					_, array := value.Type.(*ast.ArrayType)
					fixed = fixed || array && value.Type.(*ast.ArrayType).Len != nil
				}
			}
			if !fixed {
				t.Errorf("%s: package variable %s", name, id.Name)
			}
		}
	}
}
