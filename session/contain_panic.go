package session

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// maxPanicPlaces is how many places of a fault are named.
const maxPanicPlaces = 12

// ContainPanic is do as a goroutine runs it. A panic in it ends the program, as
// any does, but what it says stays unsaid: it may hold a secret. Every goroutine
// is started with it.
func ContainPanic(do func()) func() {
	return func() {
		if places := runAndRecover(do); places != nil {
			panic("stsx has a fault; please report these places: " + strings.Join(places, " "))
		}
	}
}

// runAndRecover returns where do panicked, nil when it did not.
func runAndRecover(do func()) (places []string) {
	defer func() {
		if recover() != nil {
			places = PanicPlaces()
		}
	}()
	do()
	return nil
}

// PanicPlaces is where a panic happened, innermost first, as file and line without
// any value; for a function that recovers.
func PanicPlaces() []string {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	var places []string
	for len(places) < maxPanicPlaces {
		frame, more := frames.Next()
		if frame.Function != "" && !strings.HasPrefix(frame.Function, "runtime.") {
			places = append(places, fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line))
		}
		if !more {
			break
		}
	}
	return places
}
