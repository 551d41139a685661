package okta

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strings"
	"testing"
)

// fileOrder is the order of this package's files: each uses functions and
// constants of those before it alone. What a file needs of a later one, it gets
// through the tables (screens.go), which know every row.
func fileOrder() []string {
	return []string{
		"json_node.go",
		"response.go", // what Okta answered
		"response_steps.go",
		"marks.go",         // what the pages look like
		"screen.go",        // what a page is
		"selection.go",     // which authenticator it is to be
		"page_report.go",   // what is told of the page at hand
		"exchange.go",      // what was sent and answered so far
		"retry_later.go",   // waits that Okta asks for, the page opened anew
		"proof_of_work.go", // what a page does before it sends
		"press.go",         // sending, and what became of it
		"await.go",         // the next page
		"handover.go",      // the page is the person's
		"remember.go",      // Okta's cookies
		"renewal.go",       // no browser
		"stay_signed_in.go",
		"unattended.go", // nobody is there
		"factor_choices.go",
		"factor_exit.go",
		"factors.go",       // what an authenticator is
		"factor_code.go",   // rows
		"factor_push.go",   //
		"factor_window.go", //
		"factor_fastpass.go",
		"login.go",
		"factor_list.go",
		"interstitials.go",
		"find_app.go",
		"screens.go", // the table
		"signin.go",  // the loop
		"closing.go", // the end of its browser
		"okta.go",    // the driver
		"reach.go",   // what an org tells anybody
	}
}

func TestFileOrder(t *testing.T) {
	order, files, names := fileOrder(), token.NewFileSet(), []string{}
	var parsed []*ast.File
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(files, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			names, parsed = append(names, name), append(parsed, file)
		}
	}
	if slices.Sort(names); !slices.Equal(names, slices.Sorted(slices.Values(order))) {
		t.Fatalf("the files are %q", names)
	}
	// What other packages have is of no interest, so they need not be there.
	check := types.Config{Importer: noImporter{}, Error: func(error) {}}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	ours, _ := check.Check("stsx/session/okta", files, parsed, info)
	found := 0
	for used, object := range info.Uses {
		field, isField := object.(*types.Var)
		_, isType := object.(*types.TypeName)
		if object.Pkg() != ours || isType || isField && field.IsField() || object.Parent() != ours.Scope() && !isMethod(object) {
			continue
		}
		from, to := files.Position(used.Pos()), files.Position(object.Pos())
		if found++; slices.Index(order, from.Filename) < slices.Index(order, to.Filename) {
			t.Errorf("%s uses %s, which is in %s", from, object.Name(), to.Filename)
		}
	}
	if found < 200 {
		t.Errorf("%d uses were found", found)
	}
}

type noImporter struct{}

func (noImporter) Import(string) (*types.Package, error) { return nil, errors.New("not wanted") }

func isMethod(object types.Object) bool {
	f, ok := object.(*types.Func)
	return ok && f.Signature().Recv() != nil
}
