package deid

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Top value of every hierarchy.
const anything = "*"

// Hierarchy generalises values step by step: level 0 is the value itself, each further level coarser. What one level joins no further level parts, so that the values
// form trees. It is closed: what is not in it is ErrInvalid at every level, * too, so that a wrong value is seen and counted. It is immutable.
type Hierarchy struct {
	name   string
	spec   string   // of a built-in one
	digest string   // of its content
	wants  string   // what is wrong with a value that it does not have
	levels []string // what each level is, from 0
	order  []string // of a file: the values, in its order
	lines  map[string][]string
	at     func(dst, text []byte, level int) ([]byte, error)
}

// Name is the hierarchy's name.
func (h *Hierarchy) Name() string { return h.name }

// Spec describes a built-in hierarchy, as Builtin takes it; "" for one of a file.
func (h *Hierarchy) Spec() string { return h.spec }

// Digest tells contents apart.
func (h *Hierarchy) Digest() string { return h.digest }

// Levels is the number of levels, level 0 included.
func (h *Hierarchy) Levels() int { return len(h.levels) }

// Values are the values that a file lists, in its order; nil for a built-in hierarchy, which has no end of them.
func (h *Hierarchy) Values() []string { return h.order }

// Describe says what a level is, such as "month" or "4 digits".
func (h *Hierarchy) Describe(level int) string {
	if level < 0 || level >= len(h.levels) {
		return ""
	}
	return h.levels[level]
}

// Append appends what text becomes at a level.
func (h *Hierarchy) Append(dst, text []byte, level int) ([]byte, error) {
	if level < 0 || level >= len(h.levels) {
		return dst, h.rangeError(level)
	}
	return h.at(dst, text, level)
}

func (h *Hierarchy) rangeError(level int) error {
	return BadArgument("transform.no-level", h.name, level, len(h.levels)-1)
}

// Row returns a value and what it becomes at each level. Level 0 is the value as it is written, where Append writes it in its canonical form: two writings of one value stay
// two until a level joins them. The error is a *HierarchyError.
func (h *Hierarchy) Row(value string) ([]string, error) {
	if h.lines != nil {
		row, ok := h.lines[value]
		if !ok {
			return nil, h.without(value)
		}
		return row, nil
	}
	row := make([]string, len(h.levels))
	row[0] = value
	var buf []byte
	for level := range row {
		var err error
		if buf, err = h.at(buf[:0], []byte(value), level); err != nil {
			return nil, h.without(value)
		}
		if level > 0 {
			row[level] = string(buf)
		}
	}
	return row, nil
}

// At returns what a value becomes at a level, level 0 being the value as it is written. The error is a *HierarchyError.
func (h *Hierarchy) At(value string, level int) (string, error) {
	if level < 0 || level >= len(h.levels) {
		return "", &HierarchyError{Name: h.name, Value: value, What: fmt.Sprintf("there is no level %d; the last is %d", level, len(h.levels)-1)}
	}
	got, err := h.at(nil, []byte(value), level)
	switch {
	case err != nil:
		return "", h.without(value)
	case level == 0:
		return value, nil
	default:
		return string(got), nil
	}
}

func (h *Hierarchy) without(value string) error {
	return &HierarchyError{Name: h.name, Value: value, What: h.wants}
}

// Only returns a hierarchy of the value and one of its levels; of level 0, of the value alone. It keeps description and digest.
func (h *Hierarchy) Only(level int) (*Hierarchy, error) {
	if level < 0 || level >= len(h.levels) {
		return nil, h.rangeError(level)
	}
	out := *h
	if out.levels = h.levels[:1]; level > 0 {
		out.levels = []string{h.levels[0], h.levels[level]}
	}
	if h.lines != nil {
		out.lines = make(map[string][]string, len(h.lines))
		for v, row := range h.lines {
			out.lines[v] = []string{row[0], row[level]}[:len(out.levels)]
		}
	}
	out.at = func(dst, text []byte, l int) ([]byte, error) { return h.at(dst, text, l*level) }
	return &out, nil
}

// Generalize replaces a value by what it becomes at a level of the hierarchy (泛化).
func Generalize(h *Hierarchy, level int) (Func, error) {
	if level < 0 || level >= len(h.levels) {
		return nil, h.rangeError(level)
	}
	return func(dst []byte, c Cell) ([]byte, error) { return h.at(dst, c.Text, level) }, nil
}

// HierarchyError is what is wrong with a hierarchy: the line of its file, 0 where that is not known, and the value.
type HierarchyError struct {
	Name  string
	Line  int
	Value string
	What  string
}

// Error says where and what.
func (e *HierarchyError) Error() string {
	at := e.Name
	if e.Line > 0 {
		at += fmt.Sprintf(":%d", e.Line)
	}
	if e.Value != "" {
		at += fmt.Sprintf(": value %q", e.Value)
	}
	return at + ": " + e.What
}

// digestOf digests the lines of a hierarchy, however they were delimited and encoded.
func digestOf(order []string, lines map[string][]string) string {
	sum := sha256.New()
	for _, v := range order {
		for _, cell := range lines[v] {
			_, _ = fmt.Fprintf(sum, "%d:%s", len(cell), cell) // a hash takes everything
		}
		_, _ = sum.Write([]byte{'\n'}) // likewise
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}
