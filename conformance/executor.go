package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/banfa-go/banfa"
)

// MaxLine is the longest line of the executor protocol, in bytes.
const MaxLine = 4 << 20

// Response is one line of an executor's answer: exactly one of Answer and Error.
type Response struct {
	ID     string         `json:"id"`               // of the request
	Answer Answer         `json:"answer,omitempty"` // the keys of `expect`, and any others
	Error  *ResponseError `json:"error,omitempty"`
}

// ResponseError says why there is no answer.
type ResponseError struct {
	Code    string `json:"code"` // invalid_input, not_in_force, unsupported or error
	Message string `json:"message"`
}

func (e *ResponseError) Error() string { return e.Code + ": " + e.Message }

// Serve answers requests of the executor protocol with this implementation: one JSON object a line on r, one a line on w, in the same
// order. A line that is no request is answered with invalid_input and an empty id; it returns at the end of r, when ctx is done, or
// when w fails.
func Serve(ctx context.Context, r io.Reader, w io.Writer, rules *banfa.Rules) error {
	e, err := newEngine(rules)
	if err != nil {
		return err
	}
	in := bufio.NewReader(r)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for {
		line, err := readLine(in)
		if len(bytes.TrimSpace(line)) > 0 {
			if encodeErr := out.Encode(e.serve(ctx, line)); encodeErr != nil {
				return encodeErr
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
	}
}

func (e *engine) serve(ctx context.Context, line []byte) Response {
	var q Request
	if len(line) > MaxLine {
		return Response{Error: &ResponseError{"invalid_input", fmt.Sprintf("a line of more than %d bytes", MaxLine)}}
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	dec.DisallowUnknownFields()
	if err := dec.Decode(&q); err != nil {
		return Response{Error: &ResponseError{"invalid_input", err.Error()}}
	}
	a, err := e.answer(ctx, &q)
	if err != nil {
		return Response{ID: q.ID, Error: &ResponseError{errorCode(err), err.Error()}}
	}
	return Response{ID: q.ID, Answer: a}
}

// readLine reads a line and keeps no more of it than shows that it is too long.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line) <= MaxLine {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimRight(line, "\r\n"), err
		}
	}
}

// ErrProtocol says that an executor did not keep to the protocol.
var ErrProtocol = errors.New("conformance: the executor broke the protocol")

// RunExecutor checks the cases of a bundle's suites against another implementation: each request goes to w as a line, and its answer
// is read from r before the next is sent. The rule files themselves the executor has by other means. An executor that answers
// `unsupported` fails the case; one that breaks the protocol ends the run with ErrProtocol.
func RunExecutor(ctx context.Context, r io.Reader, w io.Writer, rules *banfa.Rules, opts ...Option) (*Report, error) {
	x := &executor{ctx: ctx, in: bufio.NewReader(r), out: json.NewEncoder(w)}
	x.out.SetEscapeHTML(false)
	report, err := run(ctx, rules, x.check, opts)
	if x.err != nil {
		return report, x.err
	}
	return report, err
}

type executor struct {
	ctx context.Context
	in  *bufio.Reader
	out *json.Encoder
	err error
}

func (x *executor) check(c *Case) *Failure {
	if x.err != nil {
		return &Failure{Case: c, Error: x.err.Error()}
	}
	resp, err := x.ask(c.request)
	if err != nil {
		x.err = fmt.Errorf("%w: at %s: %w", ErrProtocol, c.request.ID, err)
		return &Failure{Case: c, Error: x.err.Error()}
	}
	if resp.Error != nil {
		f := &Failure{Case: c, Differences: compare(c.spec.Expect, Answer{"error": resp.Error.Code}), Error: resp.Error.Error()}
		if len(f.Differences) == 0 {
			return nil
		}
		return f
	}
	return c.judge(resp.Answer, nil)
}

func (x *executor) ask(q *Request) (*Response, error) {
	if err := x.out.Encode(q); err != nil {
		return nil, err
	}
	type reply struct {
		line []byte
		err  error
	}
	got := make(chan reply, 1)
	go func() {
		line, err := readLine(x.in)
		got <- reply{line, err}
	}()
	var line []byte
	select {
	case <-x.ctx.Done():
		return nil, context.Cause(x.ctx)
	case r := <-got:
		if r.err != nil && len(r.line) == 0 {
			return nil, r.err
		}
		line = r.line
	}
	if len(line) > MaxLine {
		return nil, fmt.Errorf("a line of more than %d bytes", MaxLine)
	}
	var resp Response
	if err := json.Unmarshal(line, &resp); err != nil {
		return nil, err
	}
	switch {
	case resp.ID != q.ID:
		return nil, fmt.Errorf("the answer is for %q", resp.ID)
	case (resp.Answer == nil) == (resp.Error == nil):
		return nil, errors.New("an answer has exactly one of answer and error")
	}
	return &resp, nil
}
