package desensitize

import "math/bits"

// riskOut marks a row that belongs to no class.
const riskOut = ^uint32(0)

// riskClasses are the classes of rows that share their values in some columns, numbered in the order of their first rows.
type riskClasses struct {
	of    []uint32 // by row
	sizes []uint32 // by class
}

// riskView is a column as counting sees it: codes below card.
type riskView struct {
	codes []uint32
	card  int
}

func (c *riskColumn) view() riskView { return riskView{c.codes, len(c.values)} }

// riskPack packs the codes of columns into one number a row. Columns beyond 64 bits are folded: the classes of the columns so far are
// numbered, and their numbers packed with the next columns. No two different combinations ever share a number.
func riskPack(cols []riskView, rows int) (keys []uint64, width int) {
	keys = make([]uint64, rows)
	for i := 0; i < len(cols); {
		n := i
		total := width
		for ; n < len(cols); n++ {
			b := bits.Len(uint(max(cols[n].card, 1) - 1))
			if total+b > 64 {
				break
			}
			total += b
		}
		if n == i { // not even one more fits
			classes := riskNumber(keys, width)
			for r, c := range classes.of {
				keys[r] = uint64(c)
			}
			width = bits.Len(uint(len(classes.sizes)))
			continue
		}
		riskShift(keys, cols[i:n])
		width, i = total, n
	}
	return keys, width
}

// riskShift packs columns behind what keys hold.
func riskShift(keys []uint64, cols []riskView) {
	width := func(c riskView) int { return bits.Len(uint(max(c.card, 1) - 1)) }
	for len(cols) >= 4 { // one pass over the keys for four columns
		a, b, c, d := cols[0].codes, cols[1].codes, cols[2].codes, cols[3].codes
		wa, wb, wc, wd := width(cols[0]), width(cols[1]), width(cols[2]), width(cols[3])
		b, c, d = b[:len(a)], c[:len(a)], d[:len(a)]
		keys = keys[:len(a)]
		for r := range a {
			keys[r] = (((keys[r]<<wa|uint64(a[r]))<<wb|uint64(b[r]))<<wc|uint64(c[r]))<<wd | uint64(d[r])
		}
		cols = cols[4:]
	}
	for _, col := range cols {
		w, codes := width(col), col.codes[:len(keys)]
		for r, c := range codes {
			keys[r] = keys[r]<<w | uint64(c)
		}
	}
}

// riskSlot is a place of an open hash table; n of 0 says that it is free.
type riskSlot struct {
	key uint64
	n   uint32 // a count, or a class's number plus 1
}

// riskHash spreads keys. Two keys may share a hash, never a slot.
func riskHash(k uint64) uint64 {
	hi, lo := bits.Mul64(k^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return hi ^ lo
}

// riskDirect is up to which width counts stand in an array by key: as wide as the rows make worth clearing.
func riskDirect(width, rows int) bool { return width <= 24 && 1<<width <= 4*rows+1024 }

// riskTableSize is the size to begin with; the table grows when it is three quarters full.
func riskTableSize(rows int) int {
	return 1 << max(6, min(18, bits.Len(uint(rows))+1))
}

// riskCount returns only the sizes of classes, in no particular order.
func riskCount(keys []uint64, width int) []uint32 {
	if riskDirect(width, len(keys)) {
		counts := make([]uint32, 1<<width)
		for _, k := range keys {
			counts[k]++
		}
		n := 0
		for _, c := range counts {
			if c > 0 {
				counts[n] = c
				n++
			}
		}
		return counts[:n]
	}
	slots := make([]riskSlot, riskTableSize(len(keys)))
	mask, used := uint64(len(slots)-1), 0
	for _, k := range keys {
		h := riskHash(k) & mask
		for slots[h].n != 0 && slots[h].key != k {
			h = (h + 1) & mask
		}
		if slots[h].n == 0 {
			slots[h].key = k
			used++
		}
		slots[h].n++
		if used*4 > len(slots)*3 {
			slots = riskGrow(slots)
			mask = uint64(len(slots) - 1)
		}
	}
	sizes := make([]uint32, 0, used)
	for _, s := range slots {
		if s.n > 0 {
			sizes = append(sizes, s.n)
		}
	}
	return sizes
}

func riskGrow(old []riskSlot) []riskSlot {
	slots := make([]riskSlot, 4*len(old))
	mask := uint64(len(slots) - 1)
	for _, s := range old {
		if s.n == 0 {
			continue
		}
		h := riskHash(s.key) & mask
		for slots[h].n != 0 {
			h = (h + 1) & mask
		}
		slots[h] = s
	}
	return slots
}

// riskNumber numbers the classes.
func riskNumber(keys []uint64, width int) riskClasses {
	c := riskClasses{of: make([]uint32, len(keys))}
	if riskDirect(width, len(keys)) {
		numbers := make([]uint32, 1<<width)
		for r, k := range keys {
			if numbers[k] == 0 {
				c.sizes = append(c.sizes, 0)
				numbers[k] = uint32(len(c.sizes))
			}
			id := numbers[k] - 1
			c.of[r] = id
			c.sizes[id]++
		}
		return c
	}
	slots := make([]riskSlot, riskTableSize(len(keys)))
	mask := uint64(len(slots) - 1)
	for r, k := range keys {
		h := riskHash(k) & mask
		for slots[h].n != 0 && slots[h].key != k {
			h = (h + 1) & mask
		}
		if slots[h].n == 0 {
			c.sizes = append(c.sizes, 0)
			slots[h] = riskSlot{k, uint32(len(c.sizes))}
		}
		id := slots[h].n - 1
		c.of[r] = id
		c.sizes[id]++
		if len(c.sizes)*4 > len(slots)*3 {
			slots = riskGrow(slots)
			mask = uint64(len(slots) - 1)
		}
	}
	return c
}

// riskClassesOf groups rows by columns. Rows marked in out belong to no class; nil leaves none out.
func riskClassesOf(cols []riskView, rows int, out []bool) riskClasses {
	keys, width := riskPack(cols, rows)
	if out == nil {
		return riskNumber(keys, width)
	}
	kept := make([]uint64, 0, rows)
	for r, k := range keys {
		if !out[r] {
			kept = append(kept, k)
		}
	}
	few := riskNumber(kept, width)
	c := riskClasses{of: make([]uint32, rows), sizes: few.sizes}
	n := 0
	for r := range c.of {
		if out[r] {
			c.of[r] = riskOut
			continue
		}
		c.of[r] = few.of[n]
		n++
	}
	return c
}

// ClassSizes are the sizes of the classes of rows that share their values in some columns, in no particular order. It is the recount behind every
// measurement, for callers who try columns out.
func (t *Table) ClassSizes(columns ...string) ([]uint32, error) {
	cols, err := t.find(columns)
	if err != nil || len(cols) == 0 {
		return nil, err
	}
	return riskCount(riskPack(riskViews(cols), t.rows)), nil
}
