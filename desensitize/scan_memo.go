package desensitize

import (
	"encoding/binary"
	"math/bits"
)

// Most columns hold few values: districts, years, bands, remarks of a form. A worker remembers what it saw of short cells, in memory that does not grow,
// and what is remembered depends on nothing but the bytes of the cell.

const (
	memoBytes = 40   // of the longest cell that is remembered
	memoSlots = 4096 // cells; a power of two
	memoTrial = 1024 // look-ups of a column after which it is judged
	memoPause = 31   // the most trials without the memory, after some in which it was of little use
)

// scanSlot is a cell that was seen.
type scanSlot struct {
	shape scanShape
	size  uint8
	cell  [memoBytes]byte
}

func (s *scanSlot) holds(cell []byte) bool {
	return int(s.size) == len(cell) && string(s.cell[:len(cell)]) == string(cell)
}

func (s *scanSlot) keep(cell []byte, shape scanShape) {
	s.size, s.shape = uint8(len(cell)), shape
	copy(s.cell[:], cell)
}

// memoColumn judges whether a column's cells come again often enough.
type memoColumn struct {
	looks, hits int
	pause       int // look-ups still without the memory
	trials      int // that it was last left out for
}

// scanMemo is the memory of one worker. All columns share it.
type scanMemo struct {
	slots   []scanSlot
	columns []memoColumn
}

func newScanMemo(columns int) scanMemo {
	return scanMemo{slots: make([]scanSlot, memoSlots), columns: make([]memoColumn, columns)}
}

// remembers reports whether the cells of the column are looked up.
func (c *memoColumn) remembers() bool { return c.pause <= 0 }

// judge notes how many of some cells were remembered.
func (c *memoColumn) judge(cells, hits int) {
	if c.pause > 0 {
		c.pause -= cells
		return
	}
	c.looks += cells
	c.hits += hits
	if c.looks < memoTrial {
		return
	}
	if c.hits < c.looks/2 {
		c.trials = min(2*c.trials+1, memoPause)
	} else {
		c.trials = 0
	}
	c.pause = c.trials * memoTrial
	c.looks, c.hits = 0, 0
}

// slot is the place of a cell that is not empty.
func (m *scanMemo) slot(cell []byte) *scanSlot { return &m.slots[memoHash(cell)&(memoSlots-1)] }

// memoHash mixes the bytes of a cell that is not empty. Who chooses cells that share a slot makes the memory useless and nothing else.
func memoHash(cell []byte) uint64 {
	const a, b = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93
	n := len(cell)
	h := uint64(n) * a
	switch {
	case n >= 8:
		rest := cell
		for len(rest) > 8 {
			h = mix(h^binary.LittleEndian.Uint64(rest), b)
			rest = rest[8:]
		}
		return mix(h^binary.LittleEndian.Uint64(cell[n-8:]), a)
	case n >= 4:
		return mix(h^(uint64(binary.LittleEndian.Uint32(cell))|uint64(binary.LittleEndian.Uint32(cell[n-4:]))<<32), a)
	}
	return mix(h^(uint64(cell[0])|uint64(cell[n/2])<<8|uint64(cell[n-1])<<16), a)
}

func mix(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}

// scanSet is the bytes of a text, by their last six bits: a text without all of another's does not contain it.
type scanSet uint64

const scanAll = ^scanSet(0)

func setOf(text []byte) scanSet {
	var s scanSet
	for _, c := range text {
		s |= 1 << (c & 63)
	}
	return s
}

func (s scanSet) has(t scanSet) bool { return t&^s == 0 }
