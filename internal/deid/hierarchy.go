package deid

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Top value of every hierarchy.
const anything = "*"

// Hierarchy says what a value becomes at each level: level 0 is the value itself, the last level is * for all. It is closed: what is not in it is ErrInvalid at every
// level, * too, so that a wrong value is seen and counted.
type Hierarchy struct {
	name   string
	levels []string // what each level is, from 0
	at     func(dst, text []byte, level int) ([]byte, error)
}

// Name is the hierarchy's name.
func (h *Hierarchy) Name() string { return h.name }

// Levels is the number of levels, level 0 included.
func (h *Hierarchy) Levels() int { return len(h.levels) }

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
	return fmt.Errorf("deid: hierarchy %s has no level %d: it has 0 to %d", h.name, level, len(h.levels)-1)
}

// Generalize replaces a value by what it becomes at a level of the hierarchy (泛化).
func Generalize(h *Hierarchy, level int) (Func, error) {
	if level < 0 || level >= len(h.levels) {
		return nil, h.rangeError(level)
	}
	return func(dst []byte, c Cell) ([]byte, error) { return h.at(dst, c.Text, level) }, nil
}

// The limits of a hierarchy's file.
const (
	maxHierarchyRows   = 1_000_000
	maxHierarchyLevels = 32
)

// HierarchyError is something wrong with a hierarchy's file.
type HierarchyError struct {
	Name         string
	Line, Column int // from 1; 0 where the file as a whole is meant
	Text         string
}

func (e *HierarchyError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("hierarchy %s: %s", e.Name, e.Text)
	}
	return fmt.Sprintf("hierarchy %s, line %d, column %d: %s", e.Name, e.Line, e.Column, e.Text)
}

// ReadHierarchy reads a hierarchy in ARX's form: a line for each value, value;level1;level2;…, without a heading, all lines of one length. comma is the separator, ';' where 0.
// A last level of * is added where the file has none. It is a tree: what is one value at a level must be one at the levels above.
func ReadHierarchy(name string, r io.Reader, comma rune) (*Hierarchy, error) {
	if comma == 0 {
		comma = ';'
	}
	in := csv.NewReader(r)
	in.Comma, in.ReuseRecord, in.FieldsPerRecord = comma, true, -1
	b := hierarchyBuilder{name: name, in: in, index: map[string]int32{}}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var syntax *csv.ParseError
		switch {
		case errors.As(err, &syntax):
			return nil, &HierarchyError{name, syntax.Line, syntax.Column, syntax.Err.Error()}
		case err != nil:
			return nil, fmt.Errorf("hierarchy %s: %w", name, err)
		}
		if err := b.add(row); err != nil {
			return nil, err
		}
	}
	return b.build()
}

type hierarchyBuilder struct {
	name  string
	in    *csv.Reader
	index map[string]int32
	width int
	paths []string            // width strings a value, the value first
	above []map[string]string // by level: a value to that of the next level
}

func (b *hierarchyBuilder) fail(column int, format string, args ...any) error {
	line, at := b.in.FieldPos(column)
	return &HierarchyError{b.name, line, at, fmt.Sprintf(format, args...)}
}

func (b *hierarchyBuilder) add(row []string) error {
	if b.width == 0 {
		if b.width = len(row); b.width > maxHierarchyLevels {
			return b.fail(0, "%d levels; at most %d", b.width, maxHierarchyLevels)
		}
		row[0] = strings.TrimPrefix(row[0], "\ufeff")
		b.above = make([]map[string]string, b.width)
		for i := range b.above {
			b.above[i] = map[string]string{}
		}
	}
	switch {
	case len(row) != b.width:
		return b.fail(0, "%d fields; the first line has %d", len(row), b.width)
	case len(b.index) == maxHierarchyRows:
		return b.fail(0, "more than %d values", maxHierarchyRows)
	}
	if _, twice := b.index[row[0]]; twice {
		return b.fail(0, "the value %q is there twice", row[0])
	}
	b.index[strings.Clone(row[0])] = int32(len(b.paths))
	for i, v := range row {
		if v == "" {
			return b.fail(i, "an empty value")
		}
		own := strings.Clone(v)
		b.paths = append(b.paths, own)
		if i+1 == len(row) {
			b.above[i][own] = anything
			continue
		}
		next, known := b.above[i][own]
		if known && next != row[i+1] {
			return b.fail(i+1, "%q at level %d becomes %q here and %q before: a hierarchy is a tree", v, i, row[i+1], next)
		}
		if !known {
			b.above[i][own] = strings.Clone(row[i+1])
		}
	}
	return nil
}

func (b *hierarchyBuilder) build() (*Hierarchy, error) {
	if b.width == 0 {
		return nil, &HierarchyError{Name: b.name, Text: "it is empty"}
	}
	h := &Hierarchy{name: b.name}
	for i := range b.width {
		h.levels = append(h.levels, fmt.Sprintf("level %d", i))
	}
	if _, starred := b.above[b.width-1][anything]; !starred || len(b.above[b.width-1]) > 1 {
		h.levels = append(h.levels, anything)
	}
	index, paths, width := b.index, b.paths, b.width
	h.at = func(dst, text []byte, level int) ([]byte, error) {
		at, ok := index[string(text)]
		switch {
		case !ok:
			return dst, ErrInvalid
		case level == width:
			return append(dst, anything...), nil
		default:
			return append(dst, paths[int(at)+level]...), nil
		}
	}
	return h, nil
}
