//go:build linux

package browser

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stsx/tests/require"
)

// newDisplay is a screen that nobody sees.
func newDisplay(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("Xvfb")
	require.Part(t, "Xvfb", err == nil, "install it: apt-get install xvfb")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	server := exec.Command(path, "-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{write}
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	t.Cleanup(func() { server.Process.Kill(); server.Wait() })
	var number int
	if _, err := fmt.Fscan(read, &number); err != nil {
		t.Fatal("Xvfb: ", err)
	}
	return fmt.Sprintf("DISPLAY=:%d", number)
}

// readable is a file with what it holds in Chromium's public encryption.
func readable(text []byte) []byte {
	key, _ := pbkdf2.Key(sha1.New, "peanuts", []byte("saltysalt"), 1, 16)
	block, _ := aes.NewCipher(key)
	out := bytes.Clone(text)
	for _, part := range bytes.Split(text, []byte("v10"))[1:] {
		part = part[:len(part)/aes.BlockSize*aes.BlockSize]
		plain := make([]byte, len(part))
		if len(part) > 0 {
			cipher.NewCBCDecrypter(block, bytes.Repeat([]byte(" "), aes.BlockSize)).CryptBlocks(plain, part)
		}
		out = append(out, plain...)
	}
	return out
}

// TestOffTheRecord: cookies, storage and pages are in no file, whether the browser runs, ends by itself when stsx is killed,
// or is killed. In a window, too; and what the window was opened from goes on there.
func TestOffTheRecord(t *testing.T) {
	t.Parallel()
	var secrets []string
	for _, what := range []string{"cookie", "lasting", "local", "session", "database", "cache", "page"} {
		secrets = append(secrets, "canary-of-the-"+what+"-7d1")
	}
	html := `<p id=p>` + secrets[6] + `</p><script>localStorage.a = '` + secrets[2] + `'; sessionStorage.a = '` + secrets[3] +
		`'; const r = indexedDB.open('d', 1);
		r.onupgradeneeded = () => r.result.createObjectStore('s'); r.onsuccess = () => { r.result.transaction('s', 'readwrite').objectStore('s').put('` + secrets[4] + `', 'k');
		caches.open('c').then(c => c.put('/x', new Response('` + secrets[5] + `'))).then(() => p.className = 'done') }</script>`
	site := serve(t, nil, func(mux *http.ServeMux) {
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: secrets[0], Path: "/", HttpOnly: true})
			http.SetCookie(w, &http.Cookie{Name: "DT", Value: secrets[1], Path: "/", MaxAge: 100000})
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Cache-Control", "max-age=10000")
			fmt.Fprint(w, html)
		})
	})
	for _, c := range []struct {
		name    string
		visible bool
		end     func(b *Browser)
	}{
		{"headless, left alone", false, func(b *Browser) { b.process.pipe.close() }},
		{"headless, killed", false, func(b *Browser) { killGroup(b.process.cmd.Process) }},
		{"in a window, left alone", true, func(b *Browser) { b.process.pipe.close() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			change := func(o *Options) {
				if o.Visible = c.visible; c.visible {
					o.Environ = withVariables(o.Environ, newDisplay(t), "WAYLAND_DISPLAY=")
				}
			}
			b := launch(t, change)
			tab, err := b.Tab(within(t, patient))
			if err != nil {
				t.Fatal(err)
			}
			if err := b.AllowLoopback(within(t, patient), site.URL); err != nil {
				t.Error(err)
			}
			open(t, tab, site.URL)
			await(t, tab, "#p.done")
			if cookies, err := tab.Cookies(within(t, patient), site.URL); err != nil || len(cookies) != 2 {
				t.Fatalf("%v, %v", cookies, err)
			}
			c.end(b)
			select {
			case <-b.process.done:
			case <-time.After(patient):
				t.Fatal("it did not end")
			}
			files := 0
			_ = filepath.WalkDir(b.profile.dir, func(path string, entry os.DirEntry, err error) error {
				if err != nil || !entry.Type().IsRegular() {
					return nil
				}
				text, _ := os.ReadFile(path)
				files++
				for _, secret := range secrets {
					if bytes.Contains(readable(text), []byte(secret)) {
						t.Errorf("%s is in %s", secret, strings.TrimPrefix(path, b.profile.dir))
					}
				}
				return nil
			})
			if files < 3 {
				t.Errorf("only %d files were looked at", files)
			}
		})
	}
}
