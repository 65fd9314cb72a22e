package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/banfa-go/banfa"
)

// Facts are stated by their names. Their numbers keep their digits, and what is wrong with them is told as the library tells it.
type Facts struct{ text []byte }

// UnmarshalJSON keeps the text.
func (f *Facts) UnmarshalJSON(text []byte) error {
	f.text = bytes.Clone(text)
	return nil
}

// Schema is an object of anything: the form of an entry and the events of a lifecycle say more.
func (Facts) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "Facts by their names; write decimals as strings or numbers, dates as YYYY-MM-DD."}
}

// read returns the facts; nil where none were stated.
func (f Facts) read() (map[string]any, error) {
	if len(f.text) == 0 {
		return nil, nil
	}
	return banfa.JSON(f.text).Map()
}

// formats write and read JSON. An answer is whole before its first byte leaves; where the client has gone, nobody is told.
func formats() map[string]huma.Format {
	f := huma.Format{
		Marshal: func(w io.Writer, v any) error {
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(v); err != nil {
				return err
			}
			_, _ = w.Write(b.Bytes()) // the client has gone
			return nil
		},
		Unmarshal: func(text []byte, v any) error {
			d := json.NewDecoder(bytes.NewReader(text))
			d.UseNumber()
			return d.Decode(v)
		},
	}
	return map[string]huma.Format{"application/json": f, "json": f}
}

// maxDepth is how deep a body may be nested.
const maxDepth = 64

// jsonError says where a body is not JSON that means one thing.
type jsonError struct {
	zh, en       string
	line, column int
}

func (e *jsonError) text(lang string) string {
	if lang == "en" {
		return fmt.Sprintf("Line %d, column %d: %s", e.line, e.column, e.en)
	}
	return fmt.Sprintf("第 %d 行第 %d 列：%s", e.line, e.column, e.zh)
}

// strict refuses what programs read differently: text that is not UTF-8, more than one value, and a key twice, in whatever case, of
// which one would be checked and another taken.
func strict(text []byte) *jsonError {
	s := &strictReader{text: text, d: json.NewDecoder(bytes.NewReader(text))}
	s.d.UseNumber()
	if n := len(validPart(text)); n < len(text) {
		return s.at(n, "不是 UTF-8", "not UTF-8")
	}
	if e := s.value(0); e != nil {
		return e
	}
	if _, err := s.d.Token(); !errors.Is(err, io.EOF) {
		return s.fail("JSON 之后还有别的内容", "there is more after the JSON")
	}
	return nil
}

// validPart is the text up to what is not UTF-8.
func validPart(text []byte) []byte {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n <= 1 {
			return text[:i]
		}
		i += n
	}
	return text
}

type strictReader struct {
	text []byte
	d    *json.Decoder
}

// at makes the error of a place, counted in lines and characters from 1.
func (s *strictReader) at(offset int, zh, en string) *jsonError {
	before := s.text[:min(max(offset, 0), len(s.text))]
	return &jsonError{zh, en, 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])}
}

func (s *strictReader) fail(zh, en string) *jsonError {
	return s.at(int(s.d.InputOffset()), zh, en)
}

func (s *strictReader) syntax(err error) *jsonError {
	if err == nil {
		return nil
	}
	return s.fail("不是合法的 JSON", "not valid JSON")
}

func (s *strictReader) value(depth int) *jsonError {
	if depth > maxDepth {
		return s.fail(fmt.Sprintf("嵌套超过 %d 层", maxDepth), fmt.Sprintf("nested more than %d deep", maxDepth))
	}
	t, err := s.d.Token()
	if err != nil {
		return s.syntax(err)
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for s.d.More() {
		if open == '{' {
			k, err := s.d.Token()
			if err != nil {
				return s.syntax(err)
			}
			key, _ := k.(string)
			if key = folded(key); seen[key] {
				return s.fail("同一个键出现了两次（不分大小写）", "a key stands twice, in whatever case")
			}
			seen[key] = true
		}
		if e := s.value(depth + 1); e != nil {
			return e
		}
	}
	_, err = s.d.Token()
	return s.syntax(err)
}

// folded makes keys alike that encoding/json takes for the same.
func folded(key string) string { return strings.ToLower(strings.ToUpper(key)) }
