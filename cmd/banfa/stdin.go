package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
)

// interruptible is a reader that ends when the run is interrupted, although a read from a terminal or a pipe never does.
type interruptible struct {
	ctx   context.Context
	in    io.Reader
	left  []byte // read and not yet taken
	err   error  // what ended the input
	reads chan read
	asked bool // a read is under way
}

type read struct {
	data []byte
	err  error
}

func newInterruptible(ctx context.Context, in io.Reader) *interruptible {
	return &interruptible{ctx: ctx, in: in, reads: make(chan read, 1)}
}

// Read reads into a buffer of its own: a read that an interruption has left behind may still write to it.
func (r *interruptible) Read(p []byte) (int, error) {
	const size = 64 << 10
	if len(r.left) == 0 && r.err == nil {
		if !r.asked {
			r.asked = true
			go func() {
				var got read
				defer func() {
					if p := recover(); p != nil { // out of run's sight, it would end the process
						got = read{err: fmt.Errorf("internal error: %v\n%s", p, debug.Stack())}
					}
					r.reads <- got
				}()
				buf := make([]byte, size)
				n, err := r.in.Read(buf)
				got = read{data: buf[:n], err: err}
			}()
		}
		select {
		case <-r.ctx.Done():
			return 0, context.Cause(r.ctx)
		case got := <-r.reads:
			r.asked, r.left, r.err = false, got.data, got.err
		}
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	if n == 0 && len(r.left) == 0 {
		return 0, r.err
	}
	return n, nil
}
