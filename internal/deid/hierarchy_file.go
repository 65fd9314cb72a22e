package deid

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/banfa-go/banfa/internal/table"
)

// The limits of a hierarchy's file.
const (
	MaxHierarchyLevels = 64 // generalisations of a value
	maxHierarchyRows   = 2_000_000
	maxHierarchyBytes  = 256 << 20
)

// ReadHierarchy reads a hierarchy in ARX's form: a line for each value, value;level1;level2;…, without a heading, all lines of one length, in any encoding. comma is the
// separator; 0 finds it out. Nothing is added to what the file says: its last level is the last.
func ReadHierarchy(name string, r io.Reader, comma rune) (*Hierarchy, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxHierarchyBytes+1))
	if err != nil {
		return nil, fmt.Errorf("hierarchy %s: %w", name, err)
	}
	return OpenHierarchy(name, bytes.NewReader(text), int64(len(text)), comma)
}

// OpenHierarchy reads a hierarchy as ReadHierarchy does, of a file of a known size.
func OpenHierarchy(name string, r io.ReaderAt, size int64, comma rune) (*Hierarchy, error) {
	if size > maxHierarchyBytes {
		return nil, &HierarchyError{Name: name, What: fmt.Sprintf("%d bytes are more than the limit of %d", size, maxHierarchyBytes)}
	}
	in, err := table.Open(r, size, name, table.Options{Delimiter: comma, Limits: table.Limits{Rows: maxHierarchyRows, Bytes: maxHierarchyBytes}})
	if err != nil {
		return nil, err
	}
	b := newHierarchyBuilder(name)
	for err == nil {
		var row table.Row
		if row, err = in.Next(); err == nil {
			err = b.add(row.Number, row.Cells)
		}
	}
	if err == io.EOF { //nolint:errorlint // the reader returns it bare
		err = nil
	}
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, err
	}
	return b.build()
}

// NewHierarchy makes a hierarchy of lines, each a value with its generalisations.
func NewHierarchy(name string, lines [][]string) (*Hierarchy, error) {
	b := newHierarchyBuilder(name)
	for i, cells := range lines {
		if err := b.add(i+1, cells); err != nil {
			return nil, err
		}
	}
	return b.build()
}

// WithDigest returns the hierarchy with the digest of the one that it is a part of.
func (h *Hierarchy) WithDigest(digest string) *Hierarchy {
	out := *h
	out.digest = digest
	return &out
}

// hierarchyBuilder checks that lines make trees.
type hierarchyBuilder struct {
	name  string
	width int
	order []string
	lines map[string][]string
	above []map[string]hierarchyParent // by level
}

// hierarchyParent is what a value of a level becomes at the next, and the last line that said so.
type hierarchyParent struct {
	value string
	line  int
}

func newHierarchyBuilder(name string) *hierarchyBuilder {
	return &hierarchyBuilder{name: name, lines: map[string][]string{}}
}

func (b *hierarchyBuilder) add(line int, cells []string) error {
	fail := func(value, format string, args ...any) error {
		return &HierarchyError{Name: b.name, Line: line, Value: value, What: fmt.Sprintf(format, args...)}
	}
	if len(cells) == 0 {
		return fail("", "has no value")
	}
	if b.width == 0 {
		if b.width = len(cells); b.width > MaxHierarchyLevels {
			return fail("", "%d levels are more than the limit of %d", b.width, MaxHierarchyLevels)
		}
		b.above = make([]map[string]hierarchyParent, b.width)
		for i := range b.above {
			b.above[i] = map[string]hierarchyParent{}
		}
	}
	if len(cells) != b.width {
		return fail(cells[0], "has %d levels, the lines above %d", len(cells), b.width)
	}
	if _, twice := b.lines[cells[0]]; twice {
		return fail(cells[0], "stands on two lines; keep one")
	}
	for l, v := range cells {
		if l > 0 && table.Blank(v) {
			return fail(cells[0], "level %d is empty; write * for what shows nothing", l)
		}
		if l+1 == len(cells) {
			break
		}
		if p, known := b.above[l][v]; known && p.value != cells[l+1] {
			return fail(v, "level %d generalises it to %q here and to %q on line %d; a level may not part what one below it joins", l+1, cells[l+1], p.value, p.line)
		}
		b.above[l][v] = hierarchyParent{cells[l+1], line}
	}
	b.lines[cells[0]] = cells
	b.order = append(b.order, cells[0])
	return nil
}

func (b *hierarchyBuilder) build() (*Hierarchy, error) {
	if b.width == 0 {
		return nil, &HierarchyError{Name: b.name, What: "has no lines"}
	}
	h := &Hierarchy{
		name: b.name, digest: digestOf(b.order, b.lines), wants: "the hierarchy does not have this value; add a line for it", order: b.order, lines: b.lines,
	}
	for i := range b.width {
		h.levels = append(h.levels, fmt.Sprintf("level %d", i))
	}
	lines := b.lines
	h.at = func(dst, text []byte, level int) ([]byte, error) {
		row, ok := lines[string(text)]
		if !ok {
			return dst, ErrInvalid
		}
		return append(dst, row[level]...), nil
	}
	return h, nil
}
