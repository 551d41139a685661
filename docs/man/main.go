// Command man prints the manual page of stsx. `make install` puts it in its
// place.
package main

import (
	"fmt"
	"os"

	"stsx/commands"
)

func main() {
	version := "(built from source)"
	if len(os.Args) > 1 {
		version = os.Args[1]
	}
	if err := commands.WriteManual(os.Stdout, version); err != nil {
		fmt.Fprintln(os.Stderr, "man:", err)
		os.Exit(1)
	}
}
