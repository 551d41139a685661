package commands

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
)

// panicFrames is how many of the functions that led to a fault are named.
const panicFrames = 12

// reportPanic says that stsx has a fault, and where. What the panic said is not
// shown, and nor are the values of arguments: they may hold a secret.
func reportPanic(w io.Writer, version string) {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	var where []string
	for len(where) < panicFrames {
		frame, more := frames.Next()
		if frame.Function != "" && !strings.HasPrefix(frame.Function, "runtime.") {
			where = append(where, fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line))
		}
		if !more {
			break
		}
	}
	fmt.Fprintln(w, "stsx: error: stsx has a fault and had to stop (what it was working on is not shown, it may hold a secret)")
	fmt.Fprintf(w, "stsx: hint: please report this with what you ran and these places in stsx %s: %s\n", version, strings.Join(where, " "))
}
