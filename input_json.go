package banfa

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/banfa-go/banfa/internal/input"
)

// maxJSONDepth bounds the nesting of a facts document.
const maxJSONDepth = 64

func (j JSON) document(s *input.Schema) (*input.Document, error) {
	if d, ok := scanFacts(j, s); ok {
		return d, nil
	}
	m, err := parseFacts(j, s.Bytes)
	if err != nil {
		return nil, err
	}
	return Map(m).document(s)
}

// Map reads the document as it stands, unchecked but for its form: one object, no key twice, at most 1 MiB. Numbers are
// json.Number.
func (j JSON) Map() (Map, error) { return parseFacts(j, Limits{}.withDefaults().FactsBytes) }

// parseFacts reads one JSON object strictly: no duplicate keys, nothing behind it, numbers with their digits.
func parseFacts(text []byte, limit int) (map[string]any, error) {
	if limit > 0 && len(text) > limit {
		return nil, &FactError{
			Code: "limit", Want: "a facts document of at most " + strconv.Itoa(limit) + " bytes", Got: strconv.Itoa(len(text)),
		}
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		return nil, jsonError(text, invalidAt(text), "invalid UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	r := jsonReader{dec: dec, text: text}
	v, err := r.value(0, "")
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, &FactError{Code: "type", Want: wantObject, Got: jsonKind(v)}
	}
	end := int(dec.InputOffset())
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		rest := bytes.TrimLeft(text[end:], " \t\r\n")
		return nil, jsonError(text, len(text)-len(rest), "more than one JSON value")
	}
	return m, nil
}

type jsonReader struct {
	dec  *json.Decoder
	text []byte
}

// value reads the next value. encoding/json keeps the last of two equal keys; here they are an error.
func (r *jsonReader) value(depth int, path string) (any, error) {
	if depth > maxJSONDepth {
		return nil, &FactError{Fact: path, Code: "limit", Want: "at most " + strconv.Itoa(maxJSONDepth) + " levels of nesting", Got: "more"}
	}
	t, err := r.dec.Token()
	if err != nil {
		return nil, r.syntax(err)
	}
	d, isDelim := t.(json.Delim)
	if !isDelim {
		return t, nil
	}
	if d == '[' {
		list := []any{}
		for r.dec.More() {
			v, err := r.value(depth+1, path+"["+strconv.Itoa(len(list))+"]")
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := r.dec.Token()
		return list, r.syntax(err)
	}
	m := map[string]any{}
	for r.dec.More() {
		t, err := r.dec.Token()
		if err != nil {
			return nil, r.syntax(err)
		}
		k, _ := t.(string)
		at := k
		if path != "" {
			at = path + "." + k
		}
		if _, twice := m[k]; twice {
			return nil, &FactError{Fact: at, Code: "duplicate", Want: "each fact once", Got: k}
		}
		if m[k], err = r.value(depth+1, at); err != nil {
			return nil, err
		}
	}
	_, err = r.dec.Token()
	return m, r.syntax(err)
}

func (r *jsonReader) syntax(err error) error {
	if err == nil {
		return nil
	}
	at := int(r.dec.InputOffset())
	// Where the decoder's tokens end is not where the error is, and its offsets count differently by kind of error; those of a
	// whole document are exact.
	var se *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		at, err = len(r.text), errors.New("unexpected end of the document")
	case errors.As(json.Unmarshal(r.text, new(json.RawMessage)), &se):
		at, err = max(int(se.Offset)-1, 0), se
	}
	return jsonError(r.text, at, err.Error())
}

func jsonError(text []byte, at int, what string) error {
	before := text[:min(at, len(text))]
	return &FactError{
		Code: "syntax", Want: wantObject, Got: what,
		Line: 1 + bytes.Count(before, []byte("\n")), Column: len(before) - bytes.LastIndexByte(before, '\n'),
	}
}

func invalidAt(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(text)
}
