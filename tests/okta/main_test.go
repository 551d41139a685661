package okta

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the run when an org or a browser leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
