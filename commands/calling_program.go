package commands

import (
	"slices"
	"strings"
)

// callingProgram is what the program that started stsx is called: the next one up
// that is no shell, since what runs a command line runs it in one. stsx serve is
// not what started it: others ask it.
func (r *commandRun) callingProgram() string {
	if r.verb == "serve" {
		return "stsx serve"
	}
	next := r.ParentNames()
	for {
		name, ok := next()
		if !ok {
			return "a program"
		}
		if shell := strings.TrimSuffix(strings.TrimPrefix(name, "-"), ".exe"); !slices.Contains(callingShells(), shell) {
			return name
		}
	}
}

// callingShells are those in which programs run a command line.
func callingShells() []string { return []string{"sh", "dash", "ash", "bash", "zsh", "cmd"} }
