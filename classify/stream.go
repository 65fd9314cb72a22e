package classify

import (
	"context"
	"errors"
	"iter"
	"runtime"

	"github.com/banfa-go/banfa"
)

// Stream classifies a sequence of data sets with several workers (as many as there are processors where workers is not positive)
// and yields one answer for each, in the order of the input. An error of one data set, its own or one that the input gives in its
// place, is yielded in its place and does not end the stream; the end of ctx does, and its cause is then the last thing yielded, so that
// a stream that was cut short is never taken for a whole one. At most a few answers per worker are held in
// memory. A consumer that stops early ends the workers.
func (c *Classifier) Stream(
	ctx context.Context, in iter.Seq2[banfa.Facts, error], workers int, opts ...CallOption,
) iter.Seq2[*Result, error] {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return func(yield func(*Result, error) bool) {
		inner, cancel := context.WithCancel(ctx)
		defer cancel()
		cut := false // set by dispatch before it closes the queue
		queue := c.dispatch(inner, in, workers, opts, &cut)
		ended := false
		for slot := range queue {
			a := <-slot
			if cause := context.Cause(ctx); cause != nil && errors.Is(a.err, cause) {
				ended = true
				break
			}
			if !yield(a.result, a.err) {
				cancel()
				drain(queue)
				return
			}
		}
		cancel()
		drain(queue)
		if cause := context.Cause(ctx); cause != nil && (ended || cut) {
			yield(nil, cause)
		}
	}
}

// drain lets the workers and the input finish before the caller goes on.
func drain(queue <-chan chan answer) {
	for range queue {
	}
}

type answer struct {
	result *Result
	err    error
}

type job struct {
	facts banfa.Facts
	err   error
	slot  chan answer
}

// dispatch reads the input in one goroutine and hands each data set to a worker. The queue it returns holds a slot for each, in
// order, and is closed when all of the input has been answered or ctx is done; *cut then says that there was more.
func (c *Classifier) dispatch(
	ctx context.Context, in iter.Seq2[banfa.Facts, error], workers int, opts []CallOption, cut *bool,
) <-chan chan answer {
	const perWorker = 64
	queue := make(chan chan answer, workers*perWorker)
	jobs := make(chan job)
	for range workers {
		go func() {
			for j := range jobs {
				a := answer{err: j.err}
				if a.err == nil {
					a.result, a.err = c.Classify(ctx, j.facts, opts...)
				}
				j.slot <- a
			}
		}()
	}
	go func() {
		defer close(queue)
		defer close(jobs)
		for facts, err := range in {
			j := job{facts, err, make(chan answer, 1)}
			select {
			case <-ctx.Done():
				*cut = true
				return
			case queue <- j.slot:
			}
			select {
			case <-ctx.Done():
				j.slot <- answer{err: context.Cause(ctx)}
				*cut = true
				return
			case jobs <- j:
			}
		}
	}()
	return queue
}
