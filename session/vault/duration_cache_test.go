package vault

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestDurations(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache", "stsx")
	now := noon()
	l := NewDurationCache(dir, func() time.Time { return now })
	if l.Longest("a") != 0 {
		t.Error("known before it was learnt")
	}
	l.Learn("a", 4*time.Hour)
	l.Learn("b", time.Hour)
	l.Learn("c", 99*time.Hour)
	if l.Longest("a") != 4*time.Hour || l.Longest("b") != time.Hour || l.Longest("c") != 0 {
		t.Errorf("got %v, %v, %v", l.Longest("a"), l.Longest("b"), l.Longest("c"))
	}
	now = now.Add(7*24*time.Hour + time.Second)
	if l.Longest("a") != 0 {
		t.Error("known after a week")
	}
	l.Learn("b", 2*time.Hour)
	if len(l.file.entries()) != 1 || l.Longest("b") != 2*time.Hour {
		t.Errorf("got %v", l.file.entries())
	}
	for _, text := range []string{"", "{", "null", "[]", `{"b":1}`} {
		if err := os.WriteFile(filepath.Join(dir, durationsFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if l.Longest("b") != 0 {
			t.Errorf("%q: %v", text, l.Longest("b"))
		}
		l.Learn("b", time.Hour)
		if l.Longest("b") != time.Hour {
			t.Errorf("after %q nothing is learnt", text)
		}
	}
}

func TestDurationsAtOnce(t *testing.T) {
	l := NewDurationCache(t.TempDir(), time.Now)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for range 5 {
				l.Learn(fmt.Sprint("role", i), time.Hour)
				if d := l.Longest("role0"); d != 0 && d != time.Hour {
					t.Errorf("got %v", d)
				}
			}
		})
	}
	wg.Wait()
	if len(l.file.entries()) == 0 {
		t.Error("the file does not parse")
	}
}

func TestDurationsNowhereToWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l := NewDurationCache(filepath.Join(file, "stsx"), time.Now)
	l.Learn("a", time.Hour)
	if l.Longest("a") != 0 {
		t.Error("learnt into nowhere")
	}
}
