package session

import "context"

// AskWhile asks the person while watch waits for what would make an answer
// needless: the page goes on, the push is approved. Whichever comes first ends
// the other one's context, and both have returned when AskWhile does.
//
// happened: watch returned by itself; err is watch's and there is no answer.
// Otherwise answer and err are ask's. When both come at once watch counts. Once
// ctx is over err is its cause.
func AskWhile[A any](
	ctx context.Context, ask func(context.Context) (A, error), watch func(context.Context) error,
) (answer A, happened bool, err error) {
	type result struct {
		answer A
		err    error
	}
	asking, stopAsking := context.WithCancel(ctx)
	defer stopAsking()
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	asked := make(chan result, 1)
	go ContainPanic(func() {
		answer, err := ask(asking)
		stopWatching()
		asked <- result{answer, err}
	})()
	err = watch(watching)
	happened = err == nil || watching.Err() == nil
	stopAsking()
	given := <-asked
	switch {
	case ctx.Err() != nil:
		return answer, false, context.Cause(ctx)
	case happened:
		return answer, true, err
	}
	return given.answer, false, given.err
}
