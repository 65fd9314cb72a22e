package classify

import (
	"context"
	"iter"
	"runtime"

	"github.com/banfa-go/banfa"
)

// Stream classifies a sequence of data sets with several workers (as many as there are processors where workers is not positive)
// and yields one answer for each, in the order of the input. An error of one data set, its own or one that the input gives in its
// place, is yielded in its place and does not end the stream; the end of ctx does. At most a few answers per worker are held in
// memory. A consumer that stops early ends the workers.
func (c *Classifier) Stream(
	ctx context.Context, in iter.Seq2[banfa.Facts, error], workers int, opts ...CallOption,
) iter.Seq2[*Result, error] {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return func(yield func(*Result, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		queue := c.dispatch(ctx, in, workers, opts)
		for slot := range queue {
			answer := <-slot
			if !yield(answer.result, answer.err) {
				break
			}
		}
		cancel()
		for range queue { // let the workers and the input finish before the caller goes on
		}
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
// order, and is closed when all of the input has been answered or ctx is done.
func (c *Classifier) dispatch(
	ctx context.Context, in iter.Seq2[banfa.Facts, error], workers int, opts []CallOption,
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
				return
			case queue <- j.slot:
			}
			select {
			case <-ctx.Done():
				j.slot <- answer{err: context.Cause(ctx)}
				return
			case jobs <- j:
			}
		}
	}()
	return queue
}
