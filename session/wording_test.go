package session

import (
	"testing"
	"time"
)

func TestShortDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{8 * time.Hour: "8h", 90 * time.Minute: "1h30m", 15 * time.Minute: "15m", 0: "0s",
		time.Hour + time.Second: "1h0m1s", 30 * time.Second: "30s", 20 * time.Hour: "20h", 10 * time.Second: "10s",
		10*time.Hour + 10*time.Minute: "10h10m"} {
		if got := ShortDuration(d); got != want {
			t.Errorf("%s: %s", d, got)
		}
	}
}
