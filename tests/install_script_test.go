//go:build unix

package tests

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stsx/tests/require"
)

// releasedProgram is what the archives of these tests have in the place of stsx; make release-check installs the real one.
const releasedProgram = "#!/bin/sh\necho stsx 1.2.3\n"

// releaseServer serves a release's files, as they are in the map.
type releaseServer struct {
	*testing.T
	inUse   *sync.Mutex // of files and cut
	files   map[string][]byte
	cut     string // the file whose answer breaks off
	archive string
	install string // install.sh, filled in
	url     string
}

func newReleaseServer(t *testing.T) *releaseServer {
	t.Helper()
	dir := t.TempDir()
	name := fmt.Sprintf("stsx_1.2.3_%s_%s", runtime.GOOS, runtime.GOARCH)
	s := &releaseServer{T: t, inUse: &sync.Mutex{}, archive: name + ".tar.gz", install: filepath.Join(dir, "install.sh")}
	if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name, "stsx"), []byte(releasedProgram), 0o700); err != nil {
		t.Fatal(err)
	}
	packed, err := exec.Command("tar", "-C", dir, "-czf", "-", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	s.files = map[string][]byte{s.archive: packed}
	s.writeSums()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	s.writeInstall("")
	return s
}

// with is the same release for a subtest, which may change it.
func (s *releaseServer) with(t *testing.T) *releaseServer {
	t.Helper()
	other := *s
	other.T, other.inUse, other.files = t, &sync.Mutex{}, maps.Clone(s.files)
	server := httptest.NewServer(&other)
	t.Cleanup(server.Close)
	other.url, other.install = server.URL, filepath.Join(t.TempDir(), "install.sh")
	other.writeInstall("")
	return &other
}

// change changes what is served.
func (s *releaseServer) change(how func(*releaseServer)) {
	s.inUse.Lock()
	defer s.inUse.Unlock()
	how(s)
}

func (s *releaseServer) writeSums() {
	delete(s.files, "SHA256SUMS")
	var sums strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(s.files[name]), name)
	}
	s.files["SHA256SUMS"] = []byte(sums.String())
}

// writeInstall fills install.sh in, as packaging/release.sh does.
func (s *releaseServer) writeInstall(signer string) {
	s.Helper()
	values := strings.NewReplacer("@VERSION@", "1.2.3", "@RELEASE@", s.url, "@SIGNER@", signer)
	filled := values.Replace(textOf(s.T, "../packaging/install.sh"))
	if err := os.WriteFile(s.install, []byte(filled), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *releaseServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	s.inUse.Lock()
	content, found := s.files[name]
	cut := name == s.cut
	s.inUse.Unlock()
	if !found {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	if cut {
		_, _ = w.Write(content[:len(content)/2])
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(content)
}

// installer is somebody who runs install.sh with these tools alone on PATH.
type installer struct {
	*releaseServer
	home, temp, tools string
	env               []string
	wrapper           []string // what sh is started with
}

func (s *releaseServer) installer(tools ...string) *installer {
	s.Helper()
	i := &installer{releaseServer: s, home: s.TempDir(), temp: s.TempDir(), tools: s.TempDir()}
	tools = append(tools, "sh", "uname", "mktemp", "rm", "tar", "gzip", "awk", "cut", "dirname", "mkdir", "cp", "chmod", "mv")
	for _, tool := range tools {
		path := require.Command(s, tool, "install "+tool)
		if err := os.Symlink(path, filepath.Join(i.tools, tool)); err != nil {
			s.Fatal(err)
		}
	}
	return i
}

// replaceTool puts a script in the place of a tool.
func (i *installer) replaceTool(name, script string) {
	i.Helper()
	_ = os.Remove(filepath.Join(i.tools, name))
	if err := os.WriteFile(filepath.Join(i.tools, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		i.Fatal(err)
	}
}

// run returns what install.sh printed, and whether it ended well.
func (i *installer) run(args ...string) (string, bool) {
	i.Helper()
	ctx, cancel := context.WithTimeout(i.Context(), time.Minute)
	defer cancel()
	line := slices.Concat(i.wrapper, []string{"sh", i.install}, args)
	path, err := exec.LookPath(line[0])
	if err != nil {
		i.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, path, line[1:]...)
	cmd.Dir = i.home
	cmd.Env = append([]string{"HOME=" + i.home, "TMPDIR=" + i.temp, "PATH=" + i.tools, "NO_PROXY=*", "no_proxy=127.0.0.1"}, i.env...)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		i.Fatalf("install.sh did not end:\n%s", out)
	}
	return string(out), err == nil
}

// left lists the files and folders that there are, with what is in them.
func (i *installer) left() map[string]string {
	i.Helper()
	found := map[string]string{}
	for _, root := range []string{i.home, i.temp} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				found[path] = ""
				return err
			}
			content, err := os.ReadFile(path)
			found[path] = fmt.Sprintf("%x", sha256.Sum256(content))
			return err
		})
		if err != nil {
			i.Fatal(err)
		}
	}
	return found
}

// wantRefusal runs install.sh, which has to end with an error that has each text in it, and to leave everything as it was.
func (i *installer) wantRefusal(args []string, texts ...string) {
	i.Helper()
	before := i.left()
	out, ok := i.run(args...)
	if ok || !strings.Contains(out, "install: error: ") {
		i.Errorf("no error, but:\n%s", out)
	}
	for _, text := range texts {
		if !strings.Contains(out, text) {
			i.Errorf("no %q in:\n%s", text, out)
		}
	}
	if after := i.left(); !maps.Equal(before, after) {
		i.Errorf("it left %v, not %v", slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
	}
}

func TestInstallScript(t *testing.T) {
	t.Parallel()
	release := newReleaseServer(t)
	program := release.files[release.archive]
	for _, downloader := range []string{"curl", "wget"} {
		for name, c := range map[string]struct {
			change func(*releaseServer)
			want   string
		}{
			"right":      {func(*releaseServer) {}, ""},
			"wrong sum":  {func(s *releaseServer) { s.files[s.archive] = bytes.Replace(program, []byte{0}, []byte{1}, 1) }, "has the SHA-256 sum"},
			"short":      {func(s *releaseServer) { s.files[s.archive] = program[:len(program)/2] }, "has the SHA-256 sum"},
			"empty":      {func(s *releaseServer) { s.files[s.archive] = nil }, "has the SHA-256 sum"},
			"cut off":    {func(s *releaseServer) { s.cut = s.archive }, "downloading "},
			"no archive": {func(s *releaseServer) { delete(s.files, s.archive) }, "downloading "},
			"no sums":    {func(s *releaseServer) { delete(s.files, "SHA256SUMS") }, "/SHA256SUMS failed"},
			"empty sums": {func(s *releaseServer) { s.files["SHA256SUMS"] = nil }, "SHA256SUMS has no sum of "},
			"cut sums":   {func(s *releaseServer) { s.cut = "SHA256SUMS" }, "/SHA256SUMS failed"},
			"sum of another": {func(s *releaseServer) {
				s.files["SHA256SUMS"] = bytes.ReplaceAll(s.files["SHA256SUMS"], []byte("stsx_"), []byte("my_stsx_"))
			}, "SHA256SUMS has no sum of "},
			"no archive in it": {func(s *releaseServer) {
				s.files = map[string][]byte{s.archive: []byte("<html>sign in</html>")}
				s.writeSums()
			}, "has no program in it"},
		} {
			t.Run(downloader+"/"+name, func(t *testing.T) {
				t.Parallel()
				s := release.with(t)
				s.change(c.change)
				i := s.installer(downloader, "sha256sum")
				if c.want != "" {
					i.wantRefusal([]string{"--to", "bin"}, c.want, "nothing was installed")
					return
				}
				i.wantInstalled(filepath.Join(i.home, "bin"), "--to", "bin")
			})
		}
	}
}

// wantInstalled runs install.sh, which has to put the program into folder and to say so.
func (i *installer) wantInstalled(folder string, args ...string) {
	i.Helper()
	out, ok := i.run(args...)
	if want := folder + "/stsx is stsx 1.2.3 "; !ok || !strings.Contains(out, want) || !strings.Contains(out, "SHA-256 sum checked") {
		i.Errorf("ended well: %t, no %q in:\n%s", ok, want, out)
	}
	installed, err := os.ReadFile(filepath.Join(folder, "stsx"))
	if err != nil {
		i.Fatal(err)
	}
	if string(installed) != releasedProgram {
		i.Errorf("this is there: %s", installed)
	}
	if entries, err := os.ReadDir(i.temp); err != nil || len(entries) > 0 {
		i.Errorf("the temporary folder has %v %v", entries, err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		i.Errorf("the folder has %v %v", entries, err)
	}
}

// TestInstallScriptPlace is about the machine that install.sh finds.
func TestInstallScriptPlace(t *testing.T) {
	t.Parallel()
	release := newReleaseServer(t)
	for name, c := range map[string]struct {
		tools   []string
		prepare func(*installer)
		args    []string
		want    string
	}{
		"unknown system":    {prepare: func(i *installer) { i.replaceTool("uname", "echo Plan9") }, want: "there is no archive for Plan9"},
		"unknown processor": {prepare: func(i *installer) { i.replaceTool("uname", `test "$1" = -s && echo Linux || echo mips`) }, want: "on mips"},
		"no downloader":     {tools: []string{"sha256sum"}, want: "no curl and no wget"},
		"no sums' tool":     {tools: []string{"curl"}, want: "no sha256sum and no shasum"},
		"under a file": {
			prepare: func(i *installer) { i.writeFile("file") }, args: []string{"--to", "file/bin"}, want: "/file is no folder",
		},
		"a folder there": {
			prepare: func(i *installer) { i.makeFolder("bin/stsx", 0o700) }, args: []string{"--to", "bin"}, want: "/bin/stsx is a folder",
		},
		"a link to nothing": {prepare: func(i *installer) {
			if err := os.Symlink("nowhere", filepath.Join(i.home, "bin")); err != nil {
				i.Fatal(err)
			}
		}, args: []string{"--to", "bin"}, want: "/bin is no folder"},
		"not writable": {prepare: func(i *installer) {
			i.makeFolder("bin", 0o500)
			if os.Getuid() == 0 { // root as one whom the modes bind
				setpriv := require.Command(i, "setpriv", "install util-linux")
				i.wrapper = []string{setpriv, "--bounding-set", "-dac_override,-dac_read_search"}
			}
		}, args: []string{"--to", "bin/deep/er"}, want: "/bin is no folder that you may write"},
		"plain http": {
			prepare: func(i *installer) { i.env = []string{"STSX_RELEASE=http://example.com/stsx"} }, want: "begins with https://",
		},
		"a file":       {prepare: func(i *installer) { i.env = []string{"STSX_RELEASE=file:///etc"} }, want: "begins with https://"},
		"no such flag": {args: []string{"--force"}, want: "usage: "},
		"no folder":    {args: []string{"--to"}, want: "usage: "},
		"of no release": {prepare: func(i *installer) {
			if err := os.WriteFile(i.install, []byte(textOf(i.T, "../packaging/install.sh")), 0o600); err != nil {
				i.Fatal(err)
			}
		}, want: "belongs to no release"},
		"does not run": {prepare: func(i *installer) {
			i.makeFolder("bin", 0o700)
			i.writeFile("bin/stsx")
			i.replaceTool("cp", `printf '#!/bin/sh\nexit 1\n' >"$2"`)
		}, args: []string{"--to", "bin"}, want: "does not run here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.tools == nil {
				c.tools = []string{"curl", "sha256sum"}
			}
			i := release.with(t).installer(c.tools...)
			if c.prepare != nil {
				c.prepare(i)
			}
			i.wantRefusal(c.args, c.want)
		})
	}
	t.Run("over an older one", func(t *testing.T) {
		t.Parallel()
		i := release.with(t).installer("curl", "sha256sum")
		i.makeFolder("a b", 0o700)
		i.writeFile("a b/stsx")
		i.wantInstalled(filepath.Join(i.home, "a b"), "--to", "a b")
	})
	t.Run("cut off itself", func(t *testing.T) {
		t.Parallel()
		i := release.with(t).installer("curl", "sha256sum")
		text, err := os.ReadFile(i.install)
		if err != nil {
			t.Fatal(err)
		}
		before := i.left()
		for _, n := range []int{len(text) / 3, len(text) * 2 / 3, len(text) - len("main \"$@\"\n")} {
			if err := os.WriteFile(i.install, text[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			if out, _ := i.run("--to", "bin"); strings.Contains(out, "install: ") || !maps.Equal(before, i.left()) {
				t.Errorf("%d bytes of it did something:\n%s", n, out)
			}
		}
	})
}

// TestInstallScriptSigned signs the sums as docs/dev/releasing.md says.
func TestInstallScriptSigned(t *testing.T) {
	t.Parallel()
	require.Command(t, "ssh-keygen", "install openssh-client")
	release := newReleaseServer(t)
	key := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	sign := exec.Command("ssh-keygen", "-Y", "sign", "-n", "stsx", "-f", key)
	sign.Stdin = bytes.NewReader(release.files["SHA256SUMS"])
	signature, err := sign.Output()
	if err != nil {
		t.Fatal(err)
	}
	signed := func(t *testing.T, signature []byte, tools ...string) *installer {
		s := release.with(t)
		s.writeInstall(strings.TrimSpace(string(public)))
		if signature != nil {
			s.change(func(s *releaseServer) { s.files["SHA256SUMS.sig"] = signature })
		}
		return s.installer(append(tools, "curl", "sha256sum")...)
	}
	t.Run("right", func(t *testing.T) {
		i := signed(t, signature, "ssh-keygen")
		i.wantInstalled(filepath.Join(i.home, "bin"), "--to", "bin")
	})
	t.Run("no tool", func(t *testing.T) {
		i := signed(t, signature)
		i.wantInstalled(filepath.Join(i.home, "bin"), "--to", "bin")
	})
	t.Run("missing", func(t *testing.T) {
		signed(t, nil, "ssh-keygen").wantRefusal(nil, "/SHA256SUMS.sig failed", "nothing was installed")
	})
	t.Run("of other sums", func(t *testing.T) {
		i := signed(t, signature, "ssh-keygen")
		i.change(func(s *releaseServer) {
			s.files["more"] = []byte("more")
			s.writeSums()
		})
		i.wantRefusal(nil, "signature of ", " is wrong; nothing was installed")
	})
	t.Run("of nobody", func(t *testing.T) {
		signed(t, []byte("no signature"), "ssh-keygen").wantRefusal(nil, "signature of ", " is wrong; nothing was installed")
	})
}

func (i *installer) makeFolder(name string, mode os.FileMode) {
	i.Helper()
	if err := os.MkdirAll(filepath.Join(i.home, name), mode); err != nil {
		i.Fatal(err)
	}
}

func (i *installer) writeFile(name string) {
	i.Helper()
	if err := os.WriteFile(filepath.Join(i.home, name), []byte("of before"), 0o600); err != nil {
		i.Fatal(err)
	}
}
