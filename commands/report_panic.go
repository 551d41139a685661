package commands

import (
	"fmt"
	"io"
	"strings"

	"stsx/session"
)

// reportPanic says that stsx has a fault, and where. What the panic said is not
// shown, and nor are the values of arguments: they may hold a secret.
func reportPanic(w io.Writer, version string) {
	fmt.Fprintln(w, "stsx: error: stsx has a fault and had to stop (what it was working on is not shown, it may hold a secret)")
	fmt.Fprintf(
		w,
		"stsx: hint: please report this with what you ran and these places in stsx %s: %s\n",
		version,
		strings.Join(session.PanicPlaces(), " "),
	)
}
