package desensitize

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/banfa-go/banfa/internal/table"
)

// Hierarchy generalises the values of one column step by step: level 0 is the value itself, each further level coarser. It is either read from a
// file, one value a line with its generalisations behind it, or built in, for numbers, dates and codes.
type Hierarchy struct {
	name   string
	levels int // with level 0
	lines  map[string][]string
	order  []string // values in the file's order
	built  func(value string) ([]string, error)
	spec   string // of a built-in one
	digest string
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

const (
	hierarchyLevels = 64        // generalisations of a value
	hierarchyValues = 2_000_000 // lines of a file
	hierarchyBytes  = 256 << 20
)

// ReadHierarchy reads a hierarchy file, as ARX writes them: no header, any delimiter and encoding, level by level from left to right. What one level
// joins no further level may part, so that the values form trees.
func ReadHierarchy(r io.ReaderAt, size int64, name string) (*Hierarchy, error) {
	if size > hierarchyBytes {
		return nil, &HierarchyError{Name: name, What: fmt.Sprintf("%d bytes are more than the limit of %d", size, hierarchyBytes)}
	}
	in, err := table.Open(r, size, name, table.Options{Limits: table.Limits{Rows: hierarchyValues, Bytes: hierarchyBytes}})
	if err != nil {
		return nil, err
	}
	h := &Hierarchy{name: name, lines: map[string][]string{}}
	err = h.read(in)
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, err
	}
	sum := sha256.New()
	for _, v := range h.order {
		for _, cell := range h.lines[v] {
			_, _ = fmt.Fprintf(sum, "%d:%s", len(cell), cell) // a hash takes everything
		}
		_, _ = sum.Write([]byte{'\n'}) // likewise
	}
	h.digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return h, nil
}

// ParseHierarchy reads a hierarchy from its text.
func ParseHierarchy(text []byte, name string) (*Hierarchy, error) {
	return ReadHierarchy(bytes.NewReader(text), int64(len(text)), name)
}

func (h *Hierarchy) read(in *table.Reader) error {
	type seen struct {
		parent string
		line   int
	}
	var parents []map[string]seen
	for {
		row, err := in.Next()
		if err == io.EOF { //nolint:errorlint // the reader returns it bare
			break
		}
		if err != nil {
			return err
		}
		cells := row.Cells
		if h.levels == 0 {
			if h.levels = len(cells); h.levels > hierarchyLevels {
				return &HierarchyError{Name: h.name, Line: row.Number, What: fmt.Sprintf("%d levels are more than the limit of %d", h.levels, hierarchyLevels)}
			}
			parents = make([]map[string]seen, h.levels)
			for i := range parents {
				parents[i] = map[string]seen{}
			}
		}
		if len(cells) != h.levels {
			return &HierarchyError{Name: h.name, Line: row.Number, Value: cells[0], What: fmt.Sprintf("has %d levels, the lines above %d", len(cells), h.levels)}
		}
		if _, twice := h.lines[cells[0]]; twice {
			return &HierarchyError{Name: h.name, Line: row.Number, Value: cells[0], What: "stands on two lines; keep one"}
		}
		for l, v := range cells {
			if table.Blank(v) && l > 0 {
				return &HierarchyError{Name: h.name, Line: row.Number, Value: cells[0], What: fmt.Sprintf("level %d is empty; write * for what shows nothing", l)}
			}
			if l+1 == len(cells) {
				break
			}
			if p, ok := parents[l][v]; ok && p.parent != cells[l+1] {
				return &HierarchyError{Name: h.name, Line: row.Number, Value: v, What: fmt.Sprintf("level %d generalises it to %q here and to %q on line %d; a level may not part what one below it joins", l+1, cells[l+1], p.parent, p.line)}
			}
			parents[l][v] = seen{cells[l+1], row.Number}
		}
		h.lines[cells[0]] = cells
		h.order = append(h.order, cells[0])
	}
	if h.levels == 0 {
		return &HierarchyError{Name: h.name, What: "has no lines"}
	}
	return nil
}

// Name is what messages call it.
func (h *Hierarchy) Name() string { return h.name }

// Levels is how many levels there are, level 0 included.
func (h *Hierarchy) Levels() int { return h.levels }

// Digest tells contents apart.
func (h *Hierarchy) Digest() string { return h.digest }

// Generalise returns a value at a level.
func (h *Hierarchy) Generalise(value string, level int) (string, error) {
	if level < 0 || level >= h.levels {
		return "", &HierarchyError{Name: h.name, Value: value, What: fmt.Sprintf("there is no level %d; the last is %d", level, h.levels-1)}
	}
	all, err := h.row(value)
	if err != nil {
		return "", err
	}
	return all[level], nil
}

func (h *Hierarchy) row(value string) ([]string, error) {
	if h.built != nil {
		all, err := h.built(value)
		if err != nil {
			return nil, &HierarchyError{Name: h.name, Value: value, What: err.Error()}
		}
		return all, nil
	}
	all, ok := h.lines[value]
	if !ok {
		return nil, &HierarchyError{Name: h.name, Value: value, What: "the hierarchy does not have this value; add a line for it"}
	}
	return all, nil
}

// hierarchyBound is a hierarchy over the dictionary of a column.
type hierarchyBound struct {
	codes  [][]uint32 // by level and code: the generalised code
	values [][]string // by level: the dictionary
	cards  []int      // by level
	leaves int        // values the hierarchy has at level 0
	under  [][]int    // by level and generalised code: how many of these are below it
}

// bind applies a hierarchy to the values of a column. Every value must be covered.
func (h *Hierarchy) bind(column string, values []string) (*hierarchyBound, error) {
	b := &hierarchyBound{codes: make([][]uint32, h.levels), values: make([][]string, h.levels), cards: make([]int, h.levels), under: make([][]int, h.levels)}
	ids := make([]map[string]uint32, h.levels)
	for l := range ids {
		ids[l] = map[string]uint32{}
		b.codes[l] = make([]uint32, len(values))
	}
	for i, v := range values {
		row, err := h.row(v)
		if err != nil {
			var e *HierarchyError
			if errors.As(err, &e) {
				e.What = fmt.Sprintf("column %q: %s", column, e.What)
			}
			return nil, err
		}
		for l, g := range row {
			id, ok := ids[l][g]
			if !ok {
				id = uint32(len(b.values[l]))
				ids[l][g] = id
				b.values[l] = append(b.values[l], g)
				b.under[l] = append(b.under[l], 0)
			}
			b.codes[l][i] = id
		}
	}
	for l := range b.values {
		b.cards[l] = len(b.values[l])
	}
	// Sizes of subtrees count what the hierarchy has, not only what occurs.
	leaves := h.order
	if h.built != nil {
		leaves = values
	}
	b.leaves = len(leaves)
	for _, v := range leaves {
		row, err := h.row(v)
		if err != nil {
			return nil, err
		}
		for l, g := range row {
			if id, ok := ids[l][g]; ok {
				b.under[l][id]++
			}
		}
	}
	return b, nil
}
