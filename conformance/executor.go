package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/banfa-go/banfa"
)

// ErrProtocol says that an executor did not keep to the protocol.
var ErrProtocol = errors.New("conformance: the executor broke the protocol")

// patience is how long a run waits for another implementation.
type patience struct{ within time.Duration }

// Within is how long an executor may take for one answer. By default only the context ends the wait.
func Within(d time.Duration) Option { return optionFunc(func(o *options) { o.within = d }) }

// RunExecutor checks the cases of a bundle's suites against another implementation: each request goes to w as a line, and its answer
// is read from r before the next is sent. The rule files themselves the executor has by other means; an answer that names another
// `digest` than the rule file's ends the run.
//
// An executor that answers a case with an error, `unsupported` among them, fails it, unless the case expects that error. One that
// breaks the protocol or takes too long ends the run with ErrProtocol, and one that answers load_error with that *ResponseError; the
// report then holds the cases before. Where the run ends early, a read of r and a write to w may be left waiting until they are closed.
func RunExecutor(ctx context.Context, r io.Reader, w io.Writer, rules *banfa.Rules, opts ...Option) (*Report, error) {
	o := settings(opts)
	done := make(chan struct{})
	defer close(done)
	x := &executor{ctx: ctx, within: o.within, answers: readLines(r, done), requests: make(chan []byte), broken: make(chan error, 1)}
	go x.write(w, done)
	return run(ctx, rules, o, x.check)
}

type executor struct {
	ctx      context.Context
	within   time.Duration
	answers  <-chan inputLine
	requests chan []byte
	broken   chan error // what writing a request failed with
}

// write sends requests one by one, beside the run, so that an executor that does not read cannot hold it.
func (x *executor) write(w io.Writer, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case q := <-x.requests:
			if _, err := w.Write(q); err != nil {
				x.broken <- err
				return
			}
		}
	}
}

func (x *executor) check(c *Case) (verdict, error) {
	resp, err := x.ask(c.request)
	switch {
	case x.ctx.Err() != nil:
		return verdict{}, context.Cause(x.ctx)
	case err != nil:
		return verdict{}, fmt.Errorf("%w: at %s: %w", ErrProtocol, c.Name(), err)
	case resp.Error == nil:
		if err := c.sameRules(resp.Answer); err != nil {
			return verdict{}, err
		}
		return c.judge(resp.Answer, nil), nil
	case resp.Error.Code == CodeLoadError:
		return verdict{}, fmt.Errorf("conformance: the executor has no rules: %w", resp.Error)
	}
	return c.judge(nil, resp.Error), nil
}

// sameRules makes sure that the executor works with the rule file that the suite is about, where its answer says so.
func (c *Case) sameRules(a Answer) error {
	digest, _ := a["digest"].(string)
	s, ok := c.engine.subjects[c.request.Subject]
	if digest == "" || !ok || digest == s.digest() {
		return nil
	}
	return fmt.Errorf("conformance: the executor has another %s: its digest is %.80q, here it is %s", c.request.Subject, digest, s.digest())
}

func (x *executor) ask(q *Request) (*Response, error) {
	ctx := x.ctx
	if x.within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, x.within, fmt.Errorf("no answer within %s", x.within))
		defer cancel()
	}
	select {
	case x.requests <- append(encode(q), '\n'):
	case err := <-x.broken:
		return nil, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	select {
	case in, open := <-x.answers:
		switch {
		case !open:
			return nil, errors.New("it ended without an answer")
		case in.err != nil:
			return nil, in.err
		}
		return parseResponse(in.line, q.ID)
	case err := <-x.broken:
		return nil, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func parseResponse(line []byte, id string) (*Response, error) {
	const shown = 200 // bytes of a line that is not understood
	var resp Response
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	err := d.Decode(&resp)
	if err == nil && len(bytes.TrimSpace(line[d.InputOffset():])) > 0 {
		err = errors.New("more than one JSON value")
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w in %q", err, line[:min(len(line), shown)])
	case resp.ID != id:
		return nil, fmt.Errorf("the answer is for %.80q", resp.ID)
	case (resp.Answer == nil) == (resp.Error == nil):
		return nil, errors.New("a response has exactly one of answer and error")
	case resp.Error != nil && resp.Error.Code == "":
		return nil, errors.New("an error has a code")
	}
	return &resp, nil
}
