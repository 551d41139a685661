//go:build unix

package tests

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// riddles are names, in lower case, that send a reader to the body: nothing of a
// package's is called so any more.
func riddles() []string {
	return strings.Fields(`talk told heard lost meant abroad strange alone elsewhere patience look glance welcome dressing wear ears verdict
		between window choice attend visit busy place act many limit split usage system actions share wizard hand asks at does say hear watch
		yes introduce fits holds pressing disputed goeson deepest mostreadings scantlife unicodeanyway nothingbefore cannotrenew whynone
		forgottenerror`)
}

// TestNamesSayTheThing: functions, methods, types, constants and variables of the
// packages, and of their tests.
func TestNamesSayTheThing(t *testing.T) {
	t.Parallel()
	for file, parsed := range goFiles(t) {
		for _, name := range packageNames(parsed) {
			// Say is session.Prompter's.
			if slices.Contains(riddles(), strings.ToLower(name)) && name != "Say" {
				t.Errorf("%s: %s", file, name)
			}
		}
	}
}

// packageNames are what a file declares for its package, methods included.
func packageNames(file *ast.File) []string {
	var names []string
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			names = append(names, d.Name.Name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
					if contract, ok := s.Type.(*ast.InterfaceType); ok {
						for _, method := range contract.Methods.List {
							for _, name := range method.Names {
								names = append(names, name.Name)
							}
						}
					}
				case *ast.ValueSpec:
					for _, name := range s.Names {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	return names
}
