package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// jsonShape is what an input is, by the keys of its first object.
type jsonShape int

const (
	jsonOwn      jsonShape = iota // entries
	jsonDocument                  // an object with entries
	jsonCKAN                      // an answer of CKAN, or packages
	jsonDCATUS                    // a data.json
)

// jsonShapeOf looks at the keys of the first object, as far as it is in head.
func jsonShapeOf(head []byte) jsonShape {
	s := jsonScan{data: head, maxDepth: 64}
	listed := s.peek() == '['
	if listed {
		s.pos++
	}
	keys := map[string]byte{}
	s.members(0, func(key string, _ int) bool {
		keys[key] = s.peek()
		_, ok := s.any(1)
		return ok
	})
	switch {
	case keys["entries"] == '[' && !listed:
		return jsonDocument
	case keys["dataset"] == '[' && !listed:
		return jsonDCATUS
	case keys["result"] != 0 && keys["success"] != 0, keys["resources"] == '[' && keys["items"] == 0:
		return jsonCKAN
	case keys["accessLevel"] != 0 && keys["title"] != 0:
		return jsonDCATUS
	default:
		return jsonOwn
	}
}

// foreign reads a document of another shape, as a whole.
func (d *jsonReader) foreign(shape jsonShape) error {
	limit := d.o.limits.Foreign
	all, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(d.s.data[d.s.pos:]), d.r), limit+1))
	if err != nil {
		return err
	}
	if int64(len(all)) > limit {
		return d.fail("a document of CKAN or DCAT-US is longer than the limit of " + strconv.FormatInt(limit, 10) + " bytes")
	}
	line, _ := d.s.place(d.s.pos)
	d.out.Format = "ckan"
	if shape == jsonDCATUS {
		d.out.Format = "dcat-us"
	}
	dec := json.NewDecoder(bytes.NewReader(all))
	for {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		var v any
		before := line + bytes.Count(all[:dec.InputOffset()], []byte{'\n'})
		if err := dec.Decode(&v); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			at := int(dec.InputOffset())
			var syntax *json.SyntaxError
			if errors.As(err, &syntax) {
				at = int(syntax.Offset)
			}
			text := all[:min(at, len(all))]
			begin := bytes.LastIndexByte(text, '\n') + 1
			return &JSONError{
				File: d.s.name, Line: line + bytes.Count(text, []byte{'\n'}), Column: utf8.RuneCount(text[begin:]) + 1,
				What: strings.TrimPrefix(err.Error(), "json: "),
			}
		}
		if err := d.foreignValue(shape, v, before); err != nil {
			return err
		}
	}
}

// foreignValue takes one value apart into datasets.
func (d *jsonReader) foreignValue(shape jsonShape, v any, line int) error {
	if list, ok := v.([]any); ok {
		for _, one := range list {
			if err := d.foreignValue(shape, one, line); err != nil {
				return err
			}
		}
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return d.foreignFail(line, "a dataset is an object")
	}
	if shape == jsonDCATUS {
		if list, ok := m["dataset"].([]any); ok {
			return d.foreignValue(shape, list, line)
		}
		return d.foreignEntry(m, line, (*foreignRecord).dcatUS)
	}
	if done, answer := m["success"]; answer && m["result"] != nil {
		if done != true {
			return d.foreignFail(line, "the answer of CKAN says that the call failed")
		}
		if r, ok := m["result"].(map[string]any); ok {
			if list, ok := r["results"].([]any); ok {
				return d.foreignValue(shape, list, line)
			}
		}
		return d.foreignValue(shape, m["result"], line)
	}
	return d.foreignEntry(m, line, (*foreignRecord).ckan)
}

func (d *jsonReader) foreignFail(line int, what string) error {
	return &JSONError{File: d.s.name, Line: line, Column: 1, What: what}
}

func (d *jsonReader) foreignEntry(m map[string]any, line int, read func(*foreignRecord)) error {
	if d.out.Rows >= d.o.limits.Entries {
		return d.foreignFail(line, "more entries than the limit of "+strconv.Itoa(d.o.limits.Entries))
	}
	d.out.Rows++
	f := &foreignRecord{in: d, m: m, e: &Entry{}, row: d.out.Rows, limit: d.o.limits.Items}
	read(f)
	for k, v := range m {
		if !foreignEmpty(v) {
			jsonPut(&f.e.Extra, k, v)
		}
	}
	f.e.Origin = &Origin{Layout: d.layout, Row: line}
	return d.yield(f.e)
}

// foreignEmpty reports whether a value says nothing.
func foreignEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	default:
		return false
	}
}

// foreignRecord is one dataset of a foreign catalog. What is read of it is taken out of m; what is left is for Extra.
type foreignRecord struct {
	in    *jsonReader
	m     map[string]any
	e     *Entry
	row   int // the number of the dataset in the input, from 1
	limit int // of items
}

// take is the text under the first of the keys that has one.
func (f *foreignRecord) take(keys ...string) string {
	for _, k := range keys {
		if t, ok := f.m[k].(string); ok && strings.TrimSpace(t) != "" {
			delete(f.m, k)
			return strings.TrimSpace(t)
		}
	}
	return ""
}

func (f *foreignRecord) doubt(key, value, why string) {
	if value == "" {
		return
	}
	jsonPut(&f.e.Extra, key, value)
	f.in.unread(f.row, key, value, why)
}

func (f *foreignRecord) frequency(key string) {
	text := f.take(key)
	if text == "" {
		return
	}
	code, ok := ParseFrequency(text)
	if !ok {
		f.doubt(key, text, jsonWhyFrequency)
		return
	}
	f.e.UpdateFrequency = code
}

// time reads an instant or a day. CKAN's clocks have no zone and are UTC.
func (f *foreignRecord) time(key string) time.Time {
	text := f.take(key)
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999", "2006-01-02 15:04:05", "2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	f.doubt(key, text, "不是时间；请写 2026-01-31 或者 2026-01-31T00:00:00+08:00 的形式")
	return time.Time{}
}

// access reads an open type as DCAT says it. What is none stays undetermined.
func (f *foreignRecord) access(key string) {
	text := f.take(key)
	switch strings.ToLower(strings.TrimSpace(text[strings.LastIndexAny(text, "/#")+1:])) {
	case "":
		f.e.OpenType = Undetermined
	case "public", "unconditional", "无条件开放", "无条件开放类":
		f.e.OpenType = Unconditional
	case "restricted public", "restricted", "conditional", "有条件开放", "有条件开放类":
		f.e.OpenType = Conditional
	case "non-public", "non_public", "nonpublic", "private", "confidential", "closed", "不予开放", "不予开放类":
		f.e.OpenType = Closed
	default:
		f.e.OpenType = Undetermined
		f.doubt(key, text, jsonWhyOpen)
	}
}

// text writes a value that is not a text as one, for fields that are.
func foreignText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}
