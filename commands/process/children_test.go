package process

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

func writeChunks(t *testing.T, w io.Writer, chunks ...string) {
	t.Helper()
	for _, chunk := range chunks {
		if n, err := io.WriteString(w, chunk); err != nil || n != len(chunk) {
			t.Fatal(n, err)
		}
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", longestLine-1)
	for name, c := range map[string]struct {
		chunks []string
		want   string
	}{
		"none":           {nil, ""},
		"whole":          {[]string{"a\nb\n"}, "<a>\n<b>\n"},
		"in pieces":      {[]string{"a", "b", "\nc\n", "d"}, "<ab>\n<c>\n<d>\n"},
		"empty lines":    {[]string{"\n\n", "\n"}, "<>\n<>\n<>\n"},
		"no end":         {[]string{"a"}, "<a>\n"},
		"as long as may": {[]string{long + "y\nz"}, "<" + long + "y>\n<z>\n"},
		"too long":       {[]string{long + "yz\n"}, "<" + long + "y>\n<z>\n"},
		"in a character": {[]string{long + "é\n"}, "<" + long + ">\n<é>\n"},
		"long in pieces": {[]string{long, "y", "z"}, "<" + long + "y>\n<z>\n"},
		"not UTF-8, long": {[]string{strings.Repeat("\x80", longestLine+1)}, "<" + strings.Repeat("\x80", longestLine-3) +
			">\n<\x80\x80\x80\x80>\n"},
	} {
		var out bytes.Buffer
		s := NewStreams(&out, io.Discard).Prefixed(LineAffix{"<", ">"}, LineAffix{})
		writeChunks(t, s.Stdout(), c.chunks...)
		if err := s.End(ChildEnding{}); err != nil || out.String() != c.want {
			t.Errorf("%s: %v, %d bytes: %.80q", name, err, out.Len(), &out)
		}
	}
}

// TestStreams: lines of many never mix, and grouped ones stay together, in the
// order in which they came.
func TestStreams(t *testing.T) {
	for _, group := range []bool{false, true} {
		var out bytes.Buffer // one file for both
		streams := NewStreams(&out, &out)
		var all sync.WaitGroup
		for i := range 20 {
			name := fmt.Sprintf("p%02d", i)
			a, b := LineAffix{Before: name + " 1 "}, LineAffix{Before: name + " 2 "}
			s := streams.Prefixed(a, b)
			if group {
				s = streams.Grouped(a, b)
			}
			all.Go(func() {
				for n := range 400 {
					w := s.Stdout()
					if n%3 == 0 {
						w = s.Stderr()
					}
					writeChunks(t, w, fmt.Sprint(n), strings.Repeat("-", 200), "end\n")
				}
				if err := s.End(ChildEnding{}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		seen := map[string]int{}
		changes, last := 0, ""
		for line := range strings.Lines(out.String()) {
			name := line[:3]
			if want := fmt.Sprintf("%s %d %d%send\n", name, 1+btoi(seen[name]%3 == 0), seen[name], strings.Repeat("-", 200)); line != want {
				t.Fatalf("%q, not %q", line, want)
			}
			seen[name]++
			if name != last {
				changes++
			}
			last = name
		}
		if len(seen) != 20 || group && changes != 20 || seen["p07"] != 400 {
			t.Errorf("%d children, %d changes", len(seen), changes)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutputHasNowhereToGo(t *testing.T) {
	streams := NewStreams(fullWriter{}, fullWriter{})
	for _, s := range []OutputSink{streams.Prefixed(LineAffix{}, LineAffix{}), streams.Grouped(LineAffix{}, LineAffix{})} {
		_, _ = io.WriteString(s.Stdout(), "a\n")
		if err := s.End(ChildEnding{}); err == nil {
			t.Error("no error")
		}
	}
}

// TestSpool: what was written comes back; much of it through a file that has no
// name and does not hold it in plain text.
func TestSpool(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(tempVariable(), dir)
	for _, size := range []int{0, 1, inMemory, inMemory + 1, 1 << 20} {
		want := bytes.Repeat([]byte("secret "), size/7+1)[:size]
		var s OutputSpool
		for from := 0; from < size; from += 10_000 {
			writeChunks(t, &s, string(want[from:min(size, from+10_000)]))
		}
		if (s.file != nil) != (size > inMemory) {
			t.Errorf("%d bytes: the file is %v", size, s.file)
		}
		if s.file != nil {
			raw := make([]byte, size)
			n, _ := s.file.ReadAt(raw, 0)
			info, err := s.file.Stat()
			if err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 || n == 0 || bytes.Contains(raw, []byte("secret")) {
				t.Errorf("%v, %v, %.40q", err, info, raw)
			}
			if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 && runtime.GOOS != "windows" {
				t.Errorf("%v, %v", entries, err)
			}
		}
		r, err := s.Reader()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %v, %d came back", size, err, len(got))
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
			t.Errorf("left behind: %v, %v", entries, err)
		}
	}
	t.Setenv(tempVariable(), "/nowhere")
	var s OutputSpool
	if _, err := s.Write(make([]byte, inMemory+1)); err == nil || !strings.Contains(err.Error(), "saving output") {
		t.Errorf("%v", err)
	}
}

// tempVariable names the folder of temporary files.
func tempVariable() string {
	if runtime.GOOS == "windows" {
		return "TMP"
	}
	return "TMPDIR"
}

// TestText: any bytes in any pieces are the JSON that encoding/json makes of
// them, and are exact in base64.
func TestText(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []string{
		"a",
		"ü",
		"\u20ac",
		"😀",
		"\x80",
		"\xff",
		"\xf0\x9f",
		"\n",
		"\"",
		"<&>",
		"\u2028",
		"\x00",
		"\x1b[0m",
		strings.Repeat("é", 20_000),
	}
	for range 300 {
		var text OutputText
		var whole string
		for range random.IntN(12) {
			whole += parts[random.IntN(len(parts))]
		}
		for rest := whole; rest != ""; {
			n := 1 + random.IntN(min(len(rest), 1+random.IntN(40_000)))
			writeChunks(t, &text, rest[:n])
			rest = rest[n:]
		}
		var plain, exact bytes.Buffer
		if err := errors.Join(text.WriteJSON(&plain), text.WriteBase64(&exact), text.Close()); err != nil {
			t.Fatal(err)
		}
		var got, raw string
		if err := errors.Join(json.Unmarshal(plain.Bytes(), &got), json.Unmarshal(exact.Bytes(), &raw)); err != nil {
			t.Fatalf("%v: %.80q", err, &plain)
		}
		decoded, err := base64.StdEncoding.DecodeString(raw)
		if text.IsUTF8() != utf8.ValidString(whole) || got != strings.ToValidUTF8(spreadOut(whole), "\ufffd") || string(decoded) != whole ||
			err != nil {
			t.Fatalf("valid %t, %v, %.80q became %.80q", text.IsUTF8(), err, whole, got)
		}
	}
}

// spreadOut replaces each broken byte by itself, as encoding/json does.
func spreadOut(s string) string {
	var out strings.Builder
	for _, r := range s {
		out.WriteRune(r)
	}
	return out.String()
}
