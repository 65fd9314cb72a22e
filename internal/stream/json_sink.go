package stream

import (
	"bytes"
	"fmt"
)

// jsonSink writes one object a line, with the keys in the order of the columns and null where there is no value.
type jsonSink struct {
	*output
	keys [][]byte // what stands before each value: {"a": or ,"b":
}

func newJSONSink(out *output, columns []string) (Sink, error) {
	s := &jsonSink{output: out}
	for i, name := range columns {
		key := []byte{','}
		if i == 0 {
			key = []byte{'{'}
		}
		key = appendJSONText(key, []byte(name))
		s.keys = append(s.keys, append(key, ':'))
	}
	return s, nil
}

// Encode appends rows. What was a number or a bool in the input, and still reads as one, is written as one.
func (s *jsonSink) Encode(dst []byte, b *Block) ([]byte, error) {
	if b.Columns != len(s.keys) {
		return dst, &Error{Code: Unwritable, Detail: fmt.Sprintf("%d cells for %d columns", b.Columns, len(s.keys))}
	}
	for r := range b.Rows {
		for i, cell := range b.Row(r) {
			dst = append(dst, s.keys[i]...)
			kind := Text
			if at := r*b.Columns + i; at < len(b.Kinds) {
				kind = b.Kinds[at]
			}
			switch {
			case cell == nil:
				dst = append(dst, "null"...)
			case kind == Number && len(cell) > 0 && numberLength(cell) == len(cell), kind == Bool && isBool(cell):
				dst = append(dst, cell...)
			default:
				dst = appendJSONText(dst, cell)
			}
		}
		dst = append(dst, '}', '\n')
	}
	return dst, nil
}

func isBool(cell []byte) bool { return string(cell) == "true" || string(cell) == "false" }

const hexDigits = "0123456789abcdef"

// appendJSONText appends a text in quotes. Only what JSON demands is escaped.
func appendJSONText(dst, text []byte) []byte {
	dst = append(dst, '"')
	for {
		i := bytes.IndexFunc(text, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' })
		if i < 0 {
			break
		}
		dst = append(dst, text[:i]...)
		switch c := text[i]; c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		text = text[i+1:]
	}
	dst = append(dst, text...)
	return append(dst, '"')
}
