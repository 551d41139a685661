package process

import (
	"errors"
	"strings"
	"testing"
)

func TestNotifier(t *testing.T) {
	t.Parallel()
	hostile := `-e "$(id)" <b>&` + "`id`"
	got := notifyCommand("linux", []string{"DISPLAY=:0"}, "title", hostile)
	if strings.Join(got[:4], " ") != "notify-send --app-name=stsx --urgency=critical --" || got[5] != `-e "$(id)" &lt;b&gt;&amp;`+"`id`" {
		t.Errorf("%q", got)
	}
	// The script is constant, and what it shows comes after all options.
	got = notifyCommand("darwin", nil, "title", hostile)
	if got[len(got)-3] != "--" || got[len(got)-1] != hostile || strings.Contains(strings.Join(got[:len(got)-2], ""), "id") {
		t.Errorf("%q", got)
	}
	for _, goos := range []string{"linux", "windows"} {
		if err := ShowMessage(goos, []string{"DISPLAY="}, "title", "text"); !errors.Is(err, errNoDesktop) {
			t.Errorf("%s: %v", goos, err)
		}
	}
}
