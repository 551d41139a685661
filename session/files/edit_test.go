package files

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func add(text string) (string, error) { return text + "more\n", nil }

func TestEdit(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "new", "file")
	if err := Edit(ctx, path, add); err != nil {
		t.Fatal(err)
	}
	if text, err := Read(path); err != nil || text != "more\n" {
		t.Errorf("%q, %v", text, err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	// Where nothing changes, or change fails, the file is not even replaced.
	failed := errors.New("no")
	for _, change := range []func(string) (string, error){
		func(text string) (string, error) { return text, nil },
		func(text string) (string, error) { return text + "lost", failed },
	} {
		if err := Edit(ctx, path, change); err != nil && !errors.Is(err, failed) {
			t.Error(err)
		}
		if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
			t.Errorf("%v: another file", err)
		}
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestWhatIsNoTextFile(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	for size, fits := range map[int64]bool{textLimit - 100: true, textLimit + 1: false} {
		if err := errors.Join(os.WriteFile(large, nil, 0o600), os.Truncate(large, size)); err != nil {
			t.Fatal(err)
		}
		err := Edit(ctx, large, add)
		if info, _ := os.Stat(large); (err == nil) != fits || !fits && (info.Size() != size || !strings.Contains(err.Error(),
			"larger than 16 MiB")) {
			t.Errorf("%d bytes: %v, now %d", size, err, info.Size())
		}
	}
	if err := Edit(ctx, dir, add); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("a folder: %v", err)
	}
}
