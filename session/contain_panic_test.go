package session

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestContainPanic: a panic in a goroutine ends the program and says where it
// happened, but nothing of what it said.
func TestContainPanic(t *testing.T) {
	values := map[string]any{
		"text": "hunter2", "error": errors.New("hunter2"), "value": struct{ Word string }{"hunter2"}, "wrapped": NewSecret("hunter2"),
		"list": []string{"hunter2"},
	}
	if name := os.Getenv("STSX_TEST_PANIC"); name != "" {
		go ContainPanic(func() { panic(values[name]) })()
		time.Sleep(time.Minute) // it is ended before
		return
	}
	for name := range values {
		command := exec.Command(os.Args[0], "-test.run=^TestContainPanic$")
		command.Env = append(os.Environ(), "STSX_TEST_PANIC="+name)
		said, err := command.CombinedOutput()
		if text := string(said); err == nil || strings.Contains(text, "hunter2") || !strings.Contains(text, "contain_panic_test.go:") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}
