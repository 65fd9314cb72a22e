package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/deadline"
)

// MaxLine is the longest line of the executor protocol, in bytes. A longer one is never held in memory.
const MaxLine = 4 << 20

// The codes of a ResponseError: why there is no answer.
const (
	CodeInvalidInput = "invalid_input" // the request, or a fact in it, cannot be taken
	CodeNotInForce   = "not_in_force"  // the rule file is outside its effective window at that time
	CodeLoadError    = "load_error"    // the rules could not be loaded: no request can be answered
	CodeUnsupported  = "unsupported"   // the implementation has no such subject or does not evaluate its kind
	CodeError        = "error"         // anything else

	CodeSuspended  = string(deadline.Suspended)  // an open suspension: there is no due date yet
	CodeNotCovered = string(deadline.NotCovered) // the count needs a year without a published schedule
)

// Response is one line of an executor's answer: exactly one of Answer and Error.
type Response struct {
	ID     string         `json:"id"`               // of the request; empty where that could not be read
	Answer Answer         `json:"answer,omitempty"` // the keys of `expect`, and any others
	Error  *ResponseError `json:"error,omitempty"`
}

// ResponseError says why there is no answer.
type ResponseError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Fact    string `json:"fact,omitempty"` // of invalid_input: the fact, or the key of the request
	Item    string `json:"item,omitempty"` // the item that states it
}

func (e *ResponseError) Error() string { return e.Code + ": " + e.Message }

// Serve answers requests of the executor protocol with this implementation: one JSON object a line on r, one a line on w, in the same
// order. A line that is no request is answered too, with invalid_input. Serve returns nil at the end of r, the context's error when ctx
// is done, and otherwise what r or w failed with; where it does not return at the end of r, a read of r may be left waiting until r is
// closed.
func Serve(ctx context.Context, r io.Reader, w io.Writer, rules *banfa.Rules) error {
	e, err := newEngine(rules)
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	done := make(chan struct{})
	defer close(done)
	lines := readLines(r, done)
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case in, open := <-lines:
			switch {
			case !open:
				return nil
			case in.err != nil && !errors.Is(in.err, errLongLine):
				return in.err
			case in.err == nil && len(bytes.TrimSpace(in.line)) == 0:
				continue
			}
			if err := out.Encode(e.serve(ctx, in)); err != nil {
				return err
			}
		}
	}
}

func (e *engine) serve(ctx context.Context, in inputLine) Response {
	if in.err != nil {
		return Response{Error: responseError(in.err)}
	}
	q, err := parseRequest(in.line)
	if err != nil {
		return Response{ID: q.ID, Error: responseError(err)}
	}
	a, err := e.answer(ctx, q)
	if err != nil {
		return Response{ID: q.ID, Error: responseError(err)}
	}
	return Response{ID: q.ID, Answer: a}
}

func responseError(err error) *ResponseError {
	out := &ResponseError{Code: errorCode(err), Message: err.Error()}
	var fe *banfa.FactError
	if errors.As(err, &fe) {
		out.Fact, out.Item = fe.Fact, fe.Item
	}
	if errors.Is(err, errLongLine) {
		out.Code = CodeInvalidInput
	}
	return out
}

// parseRequest reads a request strictly: no key twice, none that there is not. The id is kept where it can be read, so that the error
// finds its request.
func parseRequest(line []byte) (*Request, error) {
	q := &Request{}
	m, err := banfa.JSON(line).Map()
	if err != nil {
		var lenient struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(line, &lenient) == nil {
			q.ID = lenient.ID
		}
		return q, err
	}
	q.ID, _ = m["id"].(string)
	known := []string{"id", "subject", "at", "facts", "items", "change", "deadline", "events", "as_of", "suspend", "extend", "approver", "restart", "stream", "history"}
	for _, k := range sortedKeys(m) {
		if !slices.Contains(known, k) {
			return q, &banfa.FactError{Fact: k, Code: "undeclared", Want: "a key of a request: " + strings.Join(known, ", ")}
		}
	}
	wrong := func(key, want string) error {
		return &banfa.FactError{Fact: key, Code: "type", Want: want, Got: fmt.Sprintf("%T", m[key])}
	}
	for _, x := range []struct {
		key      string
		to       *string
		required bool
	}{{"id", &q.ID, true}, {"subject", &q.Subject, true}, {"at", &q.At, false}, {"deadline", &q.Deadline, false}, {"as_of", &q.AsOf, false}, {"approver", &q.Approver, false}} {
		text, ok := m[x.key].(string)
		if !ok && (x.required || m[x.key] != nil) {
			return q, wrong(x.key, "a string")
		}
		*x.to = text
	}
	var ok bool
	if q.Facts, ok = m["facts"].(map[string]any); !ok {
		return q, wrong("facts", "an object")
	}
	if q.Change, ok = m["change"].(map[string]any); !ok && m["change"] != nil {
		return q, wrong("change", "an object")
	}
	if q.Events, ok = m["events"].(map[string]any); !ok && m["events"] != nil {
		return q, wrong("events", "an object")
	}
	stream, ok := m["stream"].([]any)
	if !ok && m["stream"] != nil {
		return q, wrong("stream", "a list of objects")
	}
	for _, x := range stream {
		event, ok := x.(map[string]any)
		if !ok {
			return q, wrong("stream", "a list of objects")
		}
		q.Stream = append(q.Stream, event)
	}
	for _, x := range []struct {
		key, want string
		to        any
	}{{"suspend", "a list of strings", &q.Suspend}, {"extend", "a list of integers", &q.Extend}, {"restart", "a list of strings", &q.Restart}} {
		if m[x.key] != nil && json.Unmarshal(encode(m[x.key]), x.to) != nil {
			return q, wrong(x.key, x.want)
		}
	}
	history, ok := m["history"].([]any)
	if !ok && m["history"] != nil {
		return q, wrong("history", "a list of objects")
	}
	for _, x := range history {
		event, ok := x.(map[string]any)
		if !ok {
			return q, wrong("history", "a list of objects")
		}
		q.History = append(q.History, event)
	}
	items, ok := m["items"].([]any)
	if !ok && m["items"] != nil {
		return q, wrong("items", "a list of objects")
	}
	for _, item := range items {
		facts, ok := item.(map[string]any)
		if !ok {
			return q, wrong("items", "a list of objects")
		}
		q.Items = append(q.Items, facts)
	}
	return q, nil
}

var errLongLine = fmt.Errorf("conformance: a line of more than %d bytes (the limit of a line)", MaxLine)

type inputLine struct {
	line []byte
	err  error
}

// readLines reads lines until the end, an error or done, and closes the channel at the end. Of a line that is too long nothing is kept.
func readLines(r io.Reader, done <-chan struct{}) <-chan inputLine {
	lines := make(chan inputLine)
	go func() {
		defer close(lines)
		in := bufio.NewReader(r)
		for {
			line, err := readLine(in)
			end := errors.Is(err, io.EOF)
			if end {
				if len(line) == 0 {
					return
				}
				err = nil
			}
			if err == nil && len(line) > MaxLine {
				line, err = nil, errLongLine
			}
			select {
			case lines <- inputLine{line, err}:
			case <-done:
				return
			}
			if end || err != nil && !errors.Is(err, errLongLine) {
				return
			}
		}
	}()
	return lines
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
