package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"stsx/session"
)

// TestEditor: what is written is what was shown, or nothing.
func TestEditor(t *testing.T) {
	ctx := context.Background()
	e := Editor{Path: filepath.Join(t.TempDir(), "stsx", "config.toml")}
	if tables, err := e.Tables(); err != nil || len(tables) != 0 {
		t.Errorf("%v, %v", tables, err)
	}
	var missing *MissingError
	if _, err := e.Export(nil); !errors.As(err, &missing) {
		t.Errorf("%v", err)
	}
	plan, err := e.Merge([]session.Table{{Kind: "idp", Name: "acme", Settings: []session.Setting{{Key: "url", Value: urlA}}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(e.Path)); err == nil {
		t.Error("a plan was written")
	}
	if err := e.Write(ctx, plan); err != nil {
		t.Fatal(err)
	}
	var changed *ChangedError
	if err := e.Write(ctx, plan); !errors.As(err, &changed) {
		t.Errorf("%v", err)
	}
	if tables, err := e.Tables(); err != nil || len(tables) != 1 || tables[0].Text("url") != urlA {
		t.Errorf("%v, %v", tables, err)
	}
}
