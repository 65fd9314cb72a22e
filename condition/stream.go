package condition

import (
	"context"
	"iter"

	"github.com/banfa-go/banfa"
)

// Stream decides a sequence of applications and yields one answer for each, in the order of the input. An error of one application, its
// own or one that the input gives in its place, is yielded in its place and does not end the stream; the end of ctx does, and its cause is
// then the last thing yielded.
func (a *Access) Stream(ctx context.Context, in iter.Seq2[banfa.Facts, error], opts ...CallOption) iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		for facts, err := range in {
			if cause := context.Cause(ctx); cause != nil {
				yield(nil, cause)
				return
			}
			var r *Result
			if err == nil {
				r, err = a.Decide(ctx, facts, opts...)
			}
			if cause := context.Cause(ctx); cause != nil {
				yield(nil, cause)
				return
			}
			if !yield(r, err) {
				return
			}
		}
	}
}
