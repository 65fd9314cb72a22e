package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

// maxLine is the longest line of a stream of facts documents.
const maxLine = 1 << 20

type classifyCommand struct {
	Name  string   `arg:"" optional:"" help:"The rule file, where there are several."`
	Facts string   `required:"" help:"Facts: a JSON file, JSON lines (.jsonl), or - for standard input." placeholder:"FILE"`
	At    atTime   `help:"Time of the evaluation (RFC 3339, or a date in Asia/Shanghai); now by default." placeholder:"TIME"`
	Set   []string `help:"fact=value, set over the facts of one document." placeholder:"FACT=VALUE" sep:"none"`
}

// atTime is a time on the command line.
type atTime struct{ time.Time }

// UnmarshalText reads RFC 3339, or a date as its first instant in Asia/Shanghai.
func (t *atTime) UnmarshalText(text []byte) error {
	var err error
	if t.Time, err = time.Parse(time.RFC3339, string(text)); err == nil {
		return nil
	}
	zone := time.FixedZone("CST", 8*60*60)
	if t.Time, err = time.ParseInLocation(time.DateOnly, string(text), zone); err == nil {
		return nil
	}
	return fmt.Errorf("%q is not a time with its zone (2026-11-23T09:00:00+08:00) or a date (2026-11-23)", text)
}

func (a *app) at(t atTime) classify.CallOption {
	if t.IsZero() {
		return classify.At(a.now())
	}
	return classify.At(t.Time)
}

func (a *app) classifier(name string) (*classify.Classifier, error) {
	rules, err := a.use()
	if err != nil {
		return nil, err
	}
	var opts []classify.Option
	if kind, _, ok := strings.Cut(name, "/"); ok && kind != "Classification" {
		return nil, fail(statusUsage, fmt.Errorf("%s: only files of kind Classification are evaluated", name))
	}
	if name = strings.TrimPrefix(name, "Classification/"); name != "" {
		opts = append(opts, classify.Named(name))
	}
	return classify.New(rules, append(opts, classify.Clock(a.now))...)
}

// Run classifies one data set, or a stream of them.
func (c *classifyCommand) Run(a *app) (err error) {
	cl, err := a.classifier(c.Name)
	if err != nil {
		return err
	}
	in, closeIn, err := a.open(c.Facts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeIn()) }()
	r := bufio.NewReaderSize(in, 64<<10)
	first, single, err := firstDocument(r, strings.HasSuffix(c.Facts, ".jsonl"))
	if err != nil {
		return err
	}
	if single {
		return c.one(a, cl, first)
	}
	if len(c.Set) > 0 {
		return fail(statusUsage, errors.New("--set goes with one document, not with a stream"))
	}
	return c.stream(a, cl, lines(first, r))
}

func (c *classifyCommand) one(a *app, cl *classify.Classifier, text []byte) error {
	facts, err := settings(cl.Facts(), banfa.JSON(text), c.Set)
	if err != nil {
		return err
	}
	r, err := cl.Classify(a.ctx, facts, a.at(c.At))
	if err != nil {
		return err
	}
	return a.answer(r)
}

func (a *app) answer(r *classify.Result) error {
	if a.JSON {
		return a.printJSON(r)
	}
	_, err := fmt.Fprint(a.stdout, r.Explain(a.lang))
	return err
}

func (c *classifyCommand) stream(a *app, cl *classify.Classifier, in iter.Seq2[banfa.Facts, error]) error {
	out := bufio.NewWriter(a.stdout)
	failed := false
	n := 0
	for r, err := range cl.Stream(a.ctx, in, 0, a.at(c.At)) {
		n++
		var writeErr error
		switch {
		case err != nil && a.ctx.Err() != nil:
			return errors.Join(out.Flush(), a.ctx.Err())
		case err != nil && a.JSON:
			failed = true
			writeErr = a.jsonTo(out, map[string]any{"error": errorObject(err)})
		case err != nil:
			failed = true
			_, writeErr = fmt.Fprintf(out, "%d: %s\n\n", n, a.describe(err))
		case a.JSON:
			writeErr = a.jsonTo(out, r)
		default:
			_, writeErr = fmt.Fprintf(out, "%s\n", r.Explain(a.lang))
		}
		if writeErr != nil {
			return writeErr
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if failed {
		return quiet(statusError)
	}
	return nil
}

func (a *app) jsonTo(w io.Writer, v any) error {
	text, err := encode(v)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// open opens a file of facts, or standard input.
func (a *app) open(path string) (io.Reader, func() error, error) {
	if path == "-" {
		return a.stdin, func() error { return nil }, nil
	}
	f, err := os.Open(path) // #nosec G304 -- the user names the file
	if err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}

// firstDocument finds out whether the input is one object or a stream of lines: it is a stream when its first line is an object by
// itself, or too long, or looks like one that is broken, and another line follows. A single document is returned whole.
func firstDocument(r *bufio.Reader, stream bool) (text []byte, single bool, err error) {
	if bom, err := r.Peek(3); err == nil && bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = r.Discard(3)
	}
	for {
		line, err := readLine(r)
		if len(bytes.TrimSpace(line)) == 0 {
			if err != nil {
				if errors.Is(err, io.EOF) {
					return nil, !stream, nil
				}
				return nil, false, err
			}
			continue
		}
		if stream {
			return line, false, ignoreEOF(err)
		}
		if err != nil {
			return line, true, ignoreEOF(err)
		}
		if json.Valid(line) || len(line) > maxLine || brokenLine(line) {
			more, err := skipBlank(r)
			if err != nil {
				return nil, false, err
			}
			return line, !more, nil
		}
		rest, err := io.ReadAll(io.LimitReader(r, maxLine+1))
		return append(append(line, '\n'), rest...), true, err
	}
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

// settings lays fact=value over a document.
func settings(declared []banfa.Fact, doc banfa.JSON, setting []string) (banfa.Facts, error) {
	if len(setting) == 0 {
		return doc, nil
	}
	m := banfa.Map{}
	if len(bytes.TrimSpace(doc)) > 0 {
		var err error
		if m, err = doc.Map(); err != nil {
			return nil, err
		}
	}
	for _, one := range setting {
		if err := set(m, declared, one); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// set puts fact=value into a document.
func set(m banfa.Map, declared []banfa.Fact, setting string) error {
	name, value, ok := strings.Cut(setting, "=")
	if !ok {
		return fail(statusUsage, fmt.Errorf("--set %s: write fact=value", setting))
	}
	m[name] = parseValue(declared, name, value)
	return nil
}

// parseValue reads a value as the fact's type wants it; what it cannot read is left for the library to refuse.
func parseValue(declared []banfa.Fact, name, value string) any {
	for i := range declared {
		if declared[i].Name == name {
			return readValue(&declared[i], value)
		}
	}
	return value
}

// readValue takes what a person writes: yes and no in both languages, a code or a label of an enum, a JSON value of anything else.
func readValue(f *banfa.Fact, value string) any {
	switch f.Type {
	case "bool":
		switch strings.ToLower(value) {
		case "true", "yes", "y", "是", "对":
			return true
		case "false", "no", "n", "否", "不", "不是":
			return false
		}
	case "enum":
		for _, v := range f.Values {
			if v.Label == value {
				return v.Code
			}
		}
	case "int", "double", "list", "map", "object":
		var v any
		dec := json.NewDecoder(strings.NewReader(value))
		dec.UseNumber()
		if dec.Decode(&v) == nil {
			return v
		}
	}
	return value
}
