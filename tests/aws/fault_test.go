package aws_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"stsx/tests/aws"
)

func TestFaultsThenSuccess(t *testing.T) {
	i := newIDP(t)
	server := serve(t, world(i))
	server.Fail("AssumeRoleWithSAML", aws.Throttle(), aws.Unavailable())
	_, err := client(t, server, nil).AssumeRoleWithSAML(t.Context(), input(admin, i.assert(t, newClaim(time.Now())), 0))
	ok(t, err)
	calls := server.Log()
	equal(t, "the number of calls", len(calls), 3)
	equal(t, "the first", calls[0].Code, "Throttling")
	equal(t, "the first's status", calls[0].Status, 400)
	equal(t, "the second", calls[1].Code, "ServiceUnavailable")
	equal(t, "the second's status", calls[1].Status, 503)
	equal(t, "the third's status", calls[2].Status, 200)
}

func TestFaultsThatLast(t *testing.T) {
	i := newIDP(t)
	server := serve(t, world(i))
	sut := client(t, server, nil)
	in := input(admin, i.assert(t, newClaim(time.Now())), 0)
	server.Fail("AssumeRoleWithSAML", aws.Throttle(), aws.Throttle(), aws.Throttle())
	_, err := sut.AssumeRoleWithSAML(t.Context(), in)
	refused(t, err, 400, "Throttling", "Rate exceeded")
	server.Fail("AssumeRoleWithSAML", aws.Refuse(403, "RegionDisabledException", "STS is not activated in this region"))
	_, err = sut.AssumeRoleWithSAML(t.Context(), in)
	refused(t, err, 403, "RegionDisabledException", "not activated")
	out, err := sut.AssumeRoleWithSAML(t.Context(), in)
	ok(t, err)
	server.Fail("GetCallerIdentity", aws.Refuse(403, "AccessDenied", "explicit deny"))
	_, err = client(t, server, out.Credentials).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	refused(t, err, 403, "AccessDenied", "explicit deny")
}

func TestHang(t *testing.T) {
	i := newIDP(t)
	server := serve(t, world(i))
	server.Fail("AssumeRoleWithSAML", aws.Hang())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	assertion := i.assert(t, newClaim(time.Now()))
	sut := client(t, server, nil)
	go func() {
		_, err := sut.AssumeRoleWithSAML(ctx, input(admin, assertion, 0))
		done <- err
	}()
	ok(t, server.Await(t.Context(), "AssumeRoleWithSAML", 1))
	equal(t, "the status of a hanging call", server.Log()[0].Status, 0)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the client ended with %v, want that it was cancelled", err)
	}
}

func TestCloseEndsHang(t *testing.T) {
	i := newIDP(t)
	server, err := aws.New(world(i))
	ok(t, err)
	server.Fail("AssumeRoleWithSAML", aws.Hang())
	done := make(chan error, 1)
	assertion := i.assert(t, newClaim(time.Now()))
	sut := client(t, server, nil)
	go func() {
		_, err := sut.AssumeRoleWithSAML(t.Context(), input(admin, assertion, 0))
		done <- err
	}()
	ok(t, server.Await(t.Context(), "AssumeRoleWithSAML", 1))
	ok(t, server.Close())
	if err := <-done; err == nil {
		t.Error("the hanging call succeeded, want an error")
	}
	ok(t, server.Close())
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	server := serve(t, aws.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Await(ctx, "AssumeRole", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Await ended with %v, want the context's error", err)
	}
}
