//go:build unix

package tests

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// riddles are names that send a reader to the body: nothing of a package's is
// called so any more.
func riddles() []string {
	return strings.Fields(`talk told heard lost meant abroad strange alone elsewhere patience look glance welcome dressing wear ears verdict
		between window choice attend visit busy place act many limit split usage system actions share wizard hand asks at does say hear watch`)
}

// TestNamesSayTheThing: functions, methods, types, constants and variables of the
// program's packages. What an interface of another package asks for is free.
func TestNamesSayTheThing(t *testing.T) {
	t.Parallel()
	for file, parsed := range programFiles(t) {
		check := func(name *ast.Ident) {
			if slices.Contains(riddles(), name.Name) {
				t.Errorf("%s: %s", file, name.Name)
			}
		}
		for _, declaration := range parsed.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				check(d.Name)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						check(s.Name)
					case *ast.ValueSpec:
						for _, name := range s.Names {
							check(name)
						}
					}
				}
			}
		}
	}
}
