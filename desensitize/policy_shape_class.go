package desensitize

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
)

// shapeClassesMost bounds the classes that are counted for the page; beyond them their sizes are not shown.
const shapeClassesMost = 1 << 20

// shapeClasses counts the rows of each class by a digest of its values; nil: there are too many. A page for people can bear that two classes of a billion
// billions share a digest; Facts.Risk, which decides, does not rest on it.
type shapeClasses map[[16]byte]int64

func (c shapeClasses) add(row [][]byte, quasi []int) shapeClasses {
	if c == nil {
		return nil
	}
	h := fnv.New128a()
	var length [8]byte
	for _, i := range quasi {
		n := uint64(len(row[i])) + 1
		if row[i] == nil {
			n = 0
		}
		binary.BigEndian.PutUint64(length[:], n)
		h.Write(length[:]) // hash.Hash never returns an error
		h.Write(row[i])
	}
	return c.count([16]byte(h.Sum(nil)), 1)
}

func (c shapeClasses) count(key [16]byte, n int64) shapeClasses {
	c[key] += n
	if len(c) > shapeClassesMost {
		return nil
	}
	return c
}

func (c shapeClasses) merge(d shapeClasses) shapeClasses {
	if d == nil {
		return nil
	}
	for key, n := range d {
		if c == nil {
			return nil
		}
		c = c.count(key, n)
	}
	return c
}

// shapeSizes are the smallest sizes of the bins: 20 and 21 are on either side of the limit of GB/T 42460-2023 for fully public release.
func shapeSizes() []int64 { return []int64{1, 2, 3, 5, 11, 21, 51, 101, 1001} }

// sizes counts the rows by the size of their class; nil where it is not known.
func (c shapeClasses) sizes() []int64 {
	if c == nil {
		return nil
	}
	from := shapeSizes()
	out := make([]int64, len(from))
	for _, n := range c {
		i, exact := slices.BinarySearch(from, n)
		if !exact {
			i--
		}
		out[i] += n
	}
	return out
}
