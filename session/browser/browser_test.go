package browser

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stsx/session"
	"stsx/session/page"
)

// canary stands for every secret: it must turn up nowhere but where it was typed.
const canary = "Tr0ub4dor-canary"

func TestMain(m *testing.M) {
	if root := os.Getenv("BROWSER_TEST_HOLD"); root != "" {
		hold(root)
	}
	goleak.VerifyTestMain(run{m})
}

// run closes the browser that tests share before the look for leaks.
type run struct{ *testing.M }

func (r run) Run() int {
	code := r.M.Run()
	common.Lock()
	defer common.Unlock()
	if common.b != nil {
		if err := common.b.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.RemoveAll(common.root)
	}
	return code
}

// common is the browser of the tests that need no other.
var common struct {
	sync.Mutex
	b    *Browser
	root string
}

// tab is a page in the common browser.
func sharedTab(t *testing.T) *Tab {
	t.Helper()
	path := chromium(t)
	common.Lock()
	defer common.Unlock()
	if common.b == nil {
		root, err := os.MkdirTemp("", "browser")
		if err == nil {
			common.root = root
			common.b, err = Launch(within(t, patient), Options{Path: path, ProfileRoot: root, Environ: os.Environ()})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	tab, err := common.b.Tab(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// hold is the helper process that TestKilledProcess kills: it keeps a browser and says its process group.
func hold(root string) {
	paths, err := Find("", os.Getenv)
	if err != nil {
		panic(err)
	}
	b, err := Launch(context.Background(), Options{Path: paths[0], ProfileRoot: root, Environ: os.Environ()})
	if err != nil {
		panic(err)
	}
	if _, err := b.Tab(context.Background()); err != nil {
		panic(err)
	}
	fmt.Println(b.process.cmd.Process.Pid)
	select {}
}

// chromium is the browser the tests run in; without one they are skipped at a desk and fail in CI.
func chromium(t *testing.T) string {
	t.Helper()
	paths, err := Find(os.Getenv("STSX_BROWSER_PATH"), os.Getenv)
	if err != nil {
		if os.Getenv("STSX_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return paths[0]
}

// patient bounds the wait for what should happen: a machine that does other
// things as well is slow, and that is no failure.
const patient = time.Minute

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// launch starts a browser that is closed, and seen to be gone, at the test's end.
func launch(t *testing.T, change ...func(*Options)) *Browser {
	t.Helper()
	o := Options{
		Path:        chromium(t),
		ProfileRoot: filepath.Join(t.TempDir(), "browser"),
		Environ:     os.Environ(),
		Say:         func(m string) { t.Log(m) },
	}
	for _, f := range change {
		f(&o)
	}
	b, err := Launch(within(t, patient), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(o.ProfileRoot); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	return b
}

// ownTab is a page in a browser of its own.
func ownTab(t *testing.T, change ...func(*Options)) *Tab {
	t.Helper()
	tab, err := launch(t, change...).Tab(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// serve is a site with the given pages; "/" and the like are paths, a page is its HTML.
func serve(t *testing.T, pages map[string]string, more ...func(*http.ServeMux)) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	for path, html := range pages {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, html)
		})
	}
	for _, f := range more {
		f(mux)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server
}

func open(t *testing.T, tab *Tab, url string) {
	t.Helper()
	if err := tab.Open(within(t, patient), url); err != nil {
		t.Fatal(err)
	}
}

func await(t *testing.T, tab *Tab, marks ...string) int {
	t.Helper()
	i, err := tab.Await(within(t, patient), marks...)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func fill(t *testing.T, tab *Tab, mark, text string, origins ...string) {
	t.Helper()
	if err := tab.Fill(within(t, patient), mark, session.NewSecret(text), origins); err != nil {
		t.Fatal(err)
	}
}

func pressMark(t *testing.T, tab *Tab, mark string, replies ...string) page.Reply {
	t.Helper()
	reply, err := tab.Press(within(t, patient), mark, replies...)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func text(t *testing.T, tab *Tab, mark string) string {
	t.Helper()
	s, err := tab.Text(within(t, patient), mark)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// group are the pids of a process group, the dead ones left out.
func group(pgid int) []int {
	var pids []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if string(fields[2]) == strconv.Itoa(pgid) && string(fields[0]) != "Z" {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			pids = append(pids, pid)
		}
	}
	return pids
}

func needProc(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	needProc(t)
	t.Parallel()
	b := launch(t)
	if _, err := b.Tab(within(t, patient)); err != nil {
		t.Fatal(err)
	}
	pid := b.process.cmd.Process.Pid
	if len(group(pid)) < 2 {
		t.Fatal("Chromium's children are not in its group")
	}
	info, err := os.Stat(b.profile.dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("profile: %v, %v", info.Mode(), err)
	}
	begun := time.Now()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("closed in %v", time.Since(begun))
	if left := group(pid); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
	if _, err := os.Stat(b.profile.dir); !os.IsNotExist(err) {
		t.Errorf("the profile is still there: %v", err)
	}
	if _, err := b.Tab(within(t, patient)); err == nil || !strings.Contains(err.Error(), ErrClosed.Error()) {
		t.Errorf("a tab of a closed browser: %v", err)
	}
}

func TestKilledProcess(t *testing.T) {
	needProc(t)
	t.Parallel()
	chromium(t)
	root := filepath.Join(t.TempDir(), "browser")
	helper := exec.Command(os.Args[0], "-test.run=^$")
	helper.Env = append(os.Environ(), "BROWSER_TEST_HOLD="+root)
	helper.Stderr = os.Stderr
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	var pgid int
	if _, err := fmt.Fscan(out, &pgid); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(root)
	if len(left) != 2 {
		t.Fatalf("the helper's profile: %v", left)
	}
	// A neighbour that lives must survive the sweep of one that starts.
	if p, err := newProfile(root); err != nil {
		t.Fatal(err)
	} else if err := p.remove(); err != nil {
		t.Fatal(err)
	} else if now, _ := os.ReadDir(root); len(now) != 2 {
		t.Fatalf("swept a living neighbour: %v", now)
	}
	helper.Process.Kill()
	helper.Wait()
	begun := time.Now()
	for len(group(pgid)) > 0 {
		if time.Since(begun) > patient {
			t.Fatalf("Chromium outlived its parent: %v", group(pgid))
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Logf("gone %v after its parent", time.Since(begun))
	p, err := newProfile(root)
	if err != nil {
		t.Fatal(err)
	}
	if now, _ := os.ReadDir(root); len(now) != 2 {
		t.Errorf("not swept: %v", now)
	}
	if err := p.remove(); err != nil {
		t.Fatal(err)
	}
}

// TestUnseen: no port, no secret in argv or environment, and a name and language of our choosing.
func TestUnseen(t *testing.T) {
	needProc(t)
	t.Parallel()
	var header http.Header
	site := serve(t, nil, func(mux *http.ServeMux) {
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				header = r.Header.Clone()
			}
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, `<input id=i><p id=lang></p><p id=agent></p><p id=brands></p><script>
				lang.textContent = navigator.languages.join() + ' ' + Intl.DateTimeFormat().resolvedOptions().locale
				agent.textContent = navigator.userAgent
				brands.textContent = navigator.userAgentData?.brands.map(b => b.brand).join() + ' ' + navigator.webdriver + ' ' + innerWidth + 'x' + innerHeight
			</script>`)
		})
	})
	b := launch(t, func(o *Options) {
		o.Environ = append(
			o.Environ,
			"STSX_PASSWORD="+canary,
			"AWS_SECRET_ACCESS_KEY="+canary,
			"LANG=de_DE.UTF-8",
			"LANGUAGE=de",
			"LC_ALL=de_DE.UTF-8",
			"HTTPS_PROXY=http://jane:"+canary+"@proxy.invalid:8080",
			"ALL_PROXY=",
			"NO_PROXY=127.0.0.1",
		)
	})
	tab, err := b.Tab(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	open(t, tab, site.URL)
	await(t, tab, "#lang")
	fill(t, tab, "#i", canary, site.URL)
	t.Log(text(t, tab, "#lang"), "|", text(t, tab, "#agent"), "|", text(t, tab, "#brands"))
	if got := text(t, tab, "#lang"); !strings.HasPrefix(got, "en-US,en en-US") {
		t.Errorf("languages: %s", got)
	}
	if got := header.Get("Accept-Language"); !strings.HasPrefix(got, "en-US,en") {
		t.Errorf("Accept-Language: %s", got)
	}
	for _, agent := range []string{text(t, tab, "#agent"), header.Get("User-Agent"), header.Get("Sec-Ch-Ua"), text(t, tab, "#brands")} {
		if strings.Contains(agent, "Headless") {
			t.Errorf("introduced itself as %s", agent)
		}
	}
	if tab.UserAgent() == "" || tab.UserAgent() != header.Get("User-Agent") {
		t.Errorf("Agent is %q, and pages see %q", tab.UserAgent(), header.Get("User-Agent"))
	}
	if !strings.Contains(header.Get("Sec-Ch-Ua"), "Chrome") {
		t.Errorf("Sec-CH-UA: %s", header.Get("Sec-Ch-Ua"))
	}
	pids := group(b.process.cmd.Process.Pid)
	for _, pid := range pids {
		for _, file := range []string{"cmdline", "environ"} {
			content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
			if bytes.Contains(content, []byte(canary)) {
				t.Errorf("%s of %d holds the secret: %q", file, pid, content)
			}
		}
	}
	if ports := listening(t, pids); len(ports) > 0 {
		t.Errorf("Chromium listens: %v", ports)
	}
}

// listening are the TCP sockets on which any of pids listens.
func listening(t *testing.T, pids []int) []string {
	inodes := map[string]string{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		content, _ := os.ReadFile(table)
		for _, line := range strings.Split(string(content), "\n")[1:] {
			if f := strings.Fields(line); len(f) > 9 && f[3] == "0A" { // LISTEN
				inodes["socket:["+f[9]+"]"] = f[1]
			}
		}
	}
	if len(inodes) == 0 {
		t.Error("the test's own server is not among the listeners: this looks in the wrong place")
	}
	var found []string
	for _, pid := range pids {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, file := range files {
			if target, _ := os.Readlink(file); inodes[target] != "" {
				found = append(found, inodes[target])
			}
		}
	}
	return found
}

func TestStartErrors(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs shell scripts")
	}
	t.Parallel()
	for _, c := range []struct{ name, script, want string }{
		{"sandbox", "echo noise >&2; echo '[1:2:FATAL:zygote] No usable sandbox! If you are running on Ubuntu 23.10+' >&2; exit 1",
			"No usable sandbox! If you are running on Ubuntu 23.10+ (install"},
		{"library", "echo 'chrome: error while loading shared libraries: libnss3.so: cannot open' >&2; exit 127", "libnss3.so"},
		{"display", "echo '[1:1:ERROR:ozone] Missing X server or $DISPLAY' >&2; exit 1", "needs a display"},
		{"forbidden", "printf '\\nDevTools remote debugging is disallowed by the system admin.\\n' >&2; sleep 60",
			"policy RemoteDebuggingAllowed=false"},
		{"no message bus", "echo why >&2; echo '[1:2:1130/135852.262114:ERROR:dbus/bus.cc:405] Failed to connect to the bus' >&2",
			"saying: why"},
		{"other", "echo first >&2; echo last words >&2; exit 3", "saying: last words"},
		{"escapes", `printf 'a\033[2Jb\302\255\342\200\256c\n' >&2`, "saying: a\ufffd[2Jb\ufffd\ufffdc"},
		{"a flood", "head -c 300000 /dev/zero | tr '\\0' x >&2", "saying: " + strings.Repeat("x", longestSaid) + "…"},
		{"a flood with a cure", "echo No usable sandbox $(head -c 30000 /dev/zero | tr '\\0' x) >&2", "x… (install"},
		{"silent", "exit 0", "it ended at once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "chrome")
			if err := os.WriteFile(path, []byte("#!/bin/sh\n"+c.script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			root := filepath.Join(dir, "profiles")
			_, err := Launch(within(t, patient), Options{Path: path, ProfileRoot: root, Environ: os.Environ()})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v", err)
			}
			if left, _ := os.ReadDir(root); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	t.Run("crashed once", func(t *testing.T) {
		t.Parallel()
		real := chromium(t)
		dir := t.TempDir()
		path := filepath.Join(dir, "chrome")
		script := "#!/bin/sh\n[ -e '" + dir + "/again' ] && exec '" + real + "' \"$@\"\n: >'" + dir + "/again'\n" +
			"echo '[1:2:WARNING:third_party/crashpad/crashpad/snapshot/linux/process_reader_linux.cc:148] no stack mapping' >&2\n"
		if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		root, said := filepath.Join(dir, "profiles"), ""
		b, err := Launch(
			within(t, patient),
			Options{Path: path, ProfileRoot: root, Environ: os.Environ(), Say: func(text string) { said += text + "\n" }},
		)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if !strings.Contains(said, "the browser is started again: it ended at once, saying: ") || strings.Contains(said, "install") {
			t.Errorf("said %q", said)
		}
		if left, _ := os.ReadDir(root); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	t.Run("mute", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "chrome")
		if err := os.WriteFile(path, []byte("#!/bin/sh\nsleep 60\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		_, err := Launch(within(t, 300*time.Millisecond), Options{Path: path, ProfileRoot: t.TempDir(), Environ: os.Environ()})
		if err == nil || !strings.Contains(err.Error(), context.DeadlineExceeded.Error()) || time.Since(begun) > patient {
			t.Errorf("got %v after %v", err, time.Since(begun))
		}
	})
}
