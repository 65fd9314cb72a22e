package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/banfa-go/banfa"
)

// inputForm is what is known of a facts input before it is read.
type inputForm struct {
	stream bool // it is one, as its name says
	eager  bool // one document and a stream of one are answered alike: the first line can be answered before there is a second
}

// firstDocument finds out whether the input is one object, perhaps spread over lines, or a stream of lines. It is a stream when its
// first line is an object by itself, or too long, or a broken one, and another line follows. A single document is returned whole; of a
// stream, the first line, and the reader of the others.
func firstDocument(r *bufio.Reader, form inputForm) (text []byte, rest *bufio.Reader, single bool, err error) {
	if bom, err := r.Peek(3); err == nil && bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = r.Discard(3)
	}
	line, err := readLine(r)
	for len(bytes.TrimSpace(line)) == 0 {
		if err != nil {
			return nil, r, !form.stream, ignoreEOF(err)
		}
		line, err = readLine(r)
	}
	switch {
	case form.stream:
		return line, r, false, ignoreEOF(err)
	case err != nil:
		return line, r, !form.eager || !json.Valid(line), ignoreEOF(err)
	case form.eager && json.Valid(line):
		return line, r, false, nil
	case json.Valid(line) || len(line) > maxLine || brokenLine(line):
		more, err := skipBlank(r)
		return line, r, !more, err
	}
	below, err := io.ReadAll(io.LimitReader(r, maxLine+1))
	if err != nil {
		return nil, nil, false, err
	}
	document := slices.Concat(line, []byte("\n"), below)
	if !json.Valid(document) && objectsOnly(below) {
		return line, bufio.NewReader(io.MultiReader(bytes.NewReader(below), r)), false, nil
	}
	return document, r, true, nil
}

// objectsOnly reports whether every line is an object by itself, but for a last one that is cut off: the first line was then a line too,
// however little it looks like one.
func objectsOnly(text []byte) bool {
	found := false
	for line := range bytes.Lines(text) {
		whole := bytes.HasSuffix(line, []byte("\n")) || len(text) <= maxLine
		switch line = bytes.TrimSpace(line); {
		case len(line) == 0 || !whole && found:
		case line[0] != '{' || !json.Valid(line):
			return false
		default:
			found = true
		}
	}
	return found
}

// brokenLine reports whether a line that is no JSON looks like a whole object all the same, so that the lines below it are others.
func brokenLine(line []byte) bool {
	line = bytes.TrimSpace(line)
	if len(line) < len("{}") || line[0] != '{' || line[len(line)-1] != '}' {
		return false
	}
	var se *json.SyntaxError
	var v any
	// An object that goes on below ends too early; it is not wrong before its end.
	return errors.As(json.Unmarshal(line, &v), &se) && se.Offset < int64(len(line))
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// skipBlank reports whether anything but white space follows.
func skipBlank(r *bufio.Reader) (more bool, err error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return false, ignoreEOF(err)
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return true, r.UnreadByte()
		}
	}
}

// errLongLine takes the place of a line over the limit; the rest of the line is skipped.
var errLongLine = &banfa.FactError{Code: "limit", Want: fmt.Sprintf("lines of at most %d bytes", maxLine), Got: "a longer line"}

// readLine reads a line without its end. It keeps no more of a line than shows that it is too long.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line) <= maxLine {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return bytes.TrimRight(line, "\r\n"), err
	}
}

// lines yields the documents of a stream; blank lines are left out.
func lines(first []byte, r *bufio.Reader) iter.Seq2[banfa.Facts, error] {
	return func(yield func(banfa.Facts, error) bool) {
		line, err := first, error(nil)
		for {
			if len(bytes.TrimSpace(line)) > 0 {
				if len(line) > maxLine {
					if !yield(nil, errLongLine) {
						return
					}
				} else if !yield(banfa.JSON(line), nil) {
					return
				}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(nil, err)
				}
				return
			}
			line, err = readLine(r)
		}
	}
}

// answerOf writes the answer to the n-th document of a stream, or why there is none.
func (a *app) answerOf(n int, r interface{ Explain(lang string) string }, err error) error {
	var text []byte
	switch {
	case err != nil && a.JSON:
		text, err = encode(map[string]any{"error": errorObject(err)})
	case err != nil:
		text, err = fmt.Appendf(nil, "%d: %s\n\n", n, a.describe(err)), nil
	case a.JSON:
		text, err = encode(r)
	default:
		text = append([]byte(r.Explain(a.lang)), '\n')
	}
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(text)
	return err
}
