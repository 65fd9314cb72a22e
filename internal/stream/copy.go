package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
)

// Transform makes the rows to write of rows that were read. It may return the block it was given, or one of its own that it uses again in the next
// call; nil writes nothing.
type Transform func(*Block) (*Block, error)

// Progress is how far a copy has come.
type Progress struct {
	Read int64 // bytes of the input
	Size int64 // of the input, -1 where that is not known
	Rows int64 // read and written
}

// Copy carries a table from a source through a transform into a sink. worker is called once for each of n goroutines and returns what that
// goroutine alone uses. What is written, and which error is returned, does not depend on n: rows are written in the order of the input, and of
// several errors the one of the first row wins. progress may be nil; it is called from one goroutine. sink may be nil where nothing is to be
// written. Neither source nor sink is closed; after an error what the sink holds is of no use.
func Copy(ctx context.Context, source Source, sink Sink, n int, worker func(i int) Transform, progress func(Progress)) error {
	if sink == nil {
		sink = discard{}
	}
	p := &pump{source: source, sink: sink, progress: progress}
	if n <= 1 {
		return p.alone(ctx, worker(0))
	}
	return p.together(ctx, n, worker)
}

// discard is a sink of nothing.
type discard struct{}

func (discard) Encode(dst []byte, _ *Block) ([]byte, error) { return dst, nil }
func (discard) Write([]byte) error                          { return nil }
func (discard) Close() error                                { return nil }

type pump struct {
	source   Source
	sink     Sink
	progress func(Progress)
	rows     int64
}

// one takes one chunk through. A panic in it becomes an error: out of sight of whoever called Copy, it would end the process.
func (p *pump) one(c *Chunk, in *Block, f Transform, dst []byte) (encoded []byte, rows int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error: %v\n%s", r, debug.Stack())
		}
	}()
	defer c.Release()
	if err := p.source.Split(c, in); err != nil {
		return dst, 0, err
	}
	rows = in.Rows
	out, err := f(in)
	if err != nil || out == nil {
		return dst, rows, err
	}
	dst, err = p.sink.Encode(dst, out)
	return dst, rows, err
}

func (p *pump) write(encoded []byte, rows int) error {
	if len(encoded) > 0 {
		if err := p.sink.Write(encoded); err != nil {
			return err
		}
	}
	p.rows += int64(rows)
	if p.progress != nil {
		p.progress(Progress{Read: p.source.Read(), Size: p.source.Size(), Rows: p.rows})
	}
	return nil
}

// alone needs no other goroutine.
func (p *pump) alone(ctx context.Context, f Transform) error {
	var encoded []byte
	in := new(Block)
	for {
		c, err := p.source.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var rows int
		if encoded, rows, err = p.one(c, in, f, encoded[:0]); err != nil {
			return err
		}
		if err := p.write(encoded, rows); err != nil {
			return err
		}
	}
}

// job is one chunk on its way, or the error that ended the input.
type job struct {
	chunk   *Chunk
	encoded []byte
	rows    int
	err     error
	done    chan struct{}
}

func (p *pump) together(ctx context.Context, n int, worker func(int) Transform) error {
	ctx, cancel := context.WithCancelCause(ctx)
	inFlight := 2 * n // bounds memory
	work, order := make(chan *job, inFlight), make(chan *job, inFlight)
	buffers := make(chan []byte, inFlight+1)
	var group sync.WaitGroup
	for i := range n {
		f := worker(i)
		group.Go(func() {
			in := new(Block)
			for j := range work {
				var dst []byte
				select {
				case dst = <-buffers:
				default:
				}
				j.encoded, j.rows, j.err = p.one(j.chunk, in, f, dst[:0])
				close(j.done)
			}
		})
	}
	group.Go(func() { p.feed(ctx, work, order) })
	var failed error
	for j := range order {
		<-j.done
		if failed != nil {
			continue
		}
		if failed = j.err; failed == nil {
			failed = p.write(j.encoded, j.rows)
		}
		if failed != nil {
			cancel(failed) // the rest is only waited for
			continue
		}
		select {
		case buffers <- j.encoded:
		default:
		}
	}
	group.Wait()
	cancel(nil)
	return failed
}

// feed reads chunks until the end, an error or the end of the run.
func (p *pump) feed(ctx context.Context, work, order chan<- *job) {
	defer close(order)
	defer close(work)
	for {
		c, err := p.next(ctx)
		j := &job{chunk: c, err: err, done: make(chan struct{})}
		if err != nil {
			close(j.done)
			if !errors.Is(err, io.EOF) {
				order <- j
			}
			return
		}
		order <- j
		work <- j
	}
}

func (p *pump) next(ctx context.Context) (c *Chunk, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error: %v\n%s", r, debug.Stack())
		}
	}()
	return p.source.Next(ctx)
}
