package desensitize

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/banfa-go/banfa/internal/deid"
)

// Hierarchy generalises the values of one column step by step: level 0 is the value itself, each further level coarser. It is either read from a
// file, one value a line with its generalisations behind it, or built in, for numbers, dates, places, addresses and codes. It is the same that policies generalise by.
type Hierarchy struct{ of *deid.Hierarchy }

// HierarchyError is what is wrong with a hierarchy: the line of its file, 0 where that is not known, and the value.
type HierarchyError = deid.HierarchyError

// ReadHierarchy reads a hierarchy file, as ARX writes them: no header, any delimiter and encoding, level by level from left to right. What one level
// joins no further level may part, so that the values form trees.
func ReadHierarchy(r io.ReaderAt, size int64, name string) (*Hierarchy, error) {
	return hierarchyOf(deid.OpenHierarchy(name, r, size, 0))
}

// ParseHierarchy reads a hierarchy from its text.
func ParseHierarchy(text []byte, name string) (*Hierarchy, error) {
	return ReadHierarchy(bytes.NewReader(text), int64(len(text)), name)
}

// BuiltHierarchy builds a hierarchy from its description:
//
//	interval:5,10,20   numbers into intervals [low,high) of these widths, each a multiple of the one before, and then *
//	age                whole years from 0 to 130 into 30-34, 30-39, 20-39 and then *
//	date               days into months, years, decades and then *
//	date:quarter       days into months, quarters, years, decades and then *
//	division           codes of administrative divisions (GB/T 2260): district, city 440300, province 440000, *
//	cn.division        the same, without the zeros: 4403, 44, *
//	cn.division_name   addresses into county, city, province and then *
//	ip                 addresses of networks into ever shorter prefixes, and then *
//	prefix:8,6,4       texts to their first so many characters, and then *
//	suppress           the value, and then *
//
// Empty cells are * at every level but their own.
func BuiltHierarchy(spec string) (*Hierarchy, error) { return hierarchyOf(deid.Builtin(spec)) }

func hierarchyOf(h *deid.Hierarchy, err error) (*Hierarchy, error) {
	if err != nil {
		return nil, err
	}
	return &Hierarchy{h}, nil
}

// Name is what messages call it.
func (h *Hierarchy) Name() string { return h.of.Name() }

// Levels is how many levels there are, level 0 included.
func (h *Hierarchy) Levels() int { return h.of.Levels() }

// Digest tells contents apart.
func (h *Hierarchy) Digest() string { return h.of.Digest() }

// Generalise returns a value at a level.
func (h *Hierarchy) Generalise(value string, level int) (string, error) { return h.of.At(value, level) }

// built reports whether the hierarchy is no file, and has no end of values.
func (h *Hierarchy) built() bool { return h.of.Spec() != "" }

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
	levels := h.Levels()
	b := &hierarchyBound{codes: make([][]uint32, levels), values: make([][]string, levels), cards: make([]int, levels), under: make([][]int, levels)}
	ids := make([]map[string]uint32, levels)
	for l := range ids {
		ids[l] = map[string]uint32{}
		b.codes[l] = make([]uint32, len(values))
	}
	for i, v := range values {
		row, err := h.of.Row(v)
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
	leaves := h.of.Values()
	if h.built() {
		leaves = values
	}
	b.leaves = len(leaves)
	for _, v := range leaves {
		row, err := h.of.Row(v)
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
