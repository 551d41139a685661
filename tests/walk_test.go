//go:build unix

package tests

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
	"testing"
)

// declaredNames are the functions, methods (Type.Method) and types of each of the
// program's packages, as "session/vault.Store.Get"; those of the top folder
// are main's.
func declaredNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for file, parsed := range programFiles(t) {
		room := path.Dir(file)
		if room == "." {
			room = "main"
		}
		for _, declaration := range parsed.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				names[room+"."+receiverOf(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if s, ok := spec.(*ast.TypeSpec); ok {
						names[room+"."+s.Name.Name] = true
					}
				}
			}
		}
	}
	return names
}

// receiverOf is a method's type and a dot; "" for a function.
func receiverOf(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	kind := d.Recv.List[0].Type
	if pointer, ok := kind.(*ast.StarExpr); ok {
		kind = pointer.X
	}
	if generic, ok := kind.(*ast.IndexExpr); ok {
		kind = generic.X
	}
	if name, ok := kind.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}

// TestEveryFunctionOfTheWalk: what docs/dev names exists.
func TestEveryFunctionOfTheWalk(t *testing.T) {
	t.Parallel()
	declared := declaredNames(t)
	name := regexp.MustCompile("`((?:main|commands|session|shellinit|completions)(?:/[a-z]+)*\\.[A-Za-z]+(?:\\.[A-Za-z]+)?)`")
	for file, text := range documents(t) {
		if !strings.HasPrefix(file, "docs/dev/") && file != "CONTRIBUTING.md" {
			continue
		}
		found := name.FindAllStringSubmatch(text, -1)
		for _, n := range found {
			if !declared[n[1]] && !strings.HasSuffix(n[1], ".go") {
				t.Errorf("%s tells of %s, which does not exist", file, n[1])
			}
		}
		if file == "docs/dev/how-it-works.md" && len(found) < 20 {
			t.Errorf("%s was not read well: it has %d names", file, len(found))
		}
	}
}
