//go:build unix

package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkPrompt is what the hook adds to one prompt, in a session and without
// one: the shell itself runs what it would before and for a prompt, b.N times.
func BenchmarkPrompt(b *testing.B) {
	for _, p := range prompters() {
		for _, in := range []string{"session", "none"} {
			b.Run(p.Dialect+"/"+in, func(b *testing.B) {
				script := hook(p.Shell, "--no-completion")
				if in == "session" {
					script += p.sessionText(40 * time.Minute)
				}
				switch p.Dialect {
				case "fish":
					script += "function fish_prompt; end\nemit fish_prompt\nfor i in (seq " + strconv.Itoa(b.N) +
						")\n__stsx_on_prompt\nfish_prompt\nend >/dev/null\n"
				default:
					script += fmt.Sprintf("PS1='' PROMPT=''\nfor ((i = 0; i < %d; i++)); do __stsx_precmd; done\n", b.N)
				}
				file := filepath.Join(b.TempDir(), "bench")
				if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
					b.Fatal(err)
				}
				command := exec.Command(p.Path(b), append(append([]string{}, p.Args...), file)...)
				command.Env = withPath([]string{"HOME=" + b.TempDir(), "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8"})
				b.ResetTimer()
				if out, err := command.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, strings.TrimSpace(string(out)))
				}
			})
		}
	}
}
