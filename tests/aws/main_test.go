package aws_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"stsx/tests/aws"
)

// holdVariable makes the test binary start moto, print its address and wait to be killed; see TestMotoDiesWithItsParent.
const holdVariable = "STSX_TEST_HOLD_MOTO"

func TestMain(m *testing.M) {
	if os.Getenv(holdVariable) == "" {
		goleak.VerifyTestMain(m)
		return
	}
	moto, err := aws.StartMoto(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(moto.URL())
	select {}
}
