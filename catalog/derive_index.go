package catalog

import (
	"hash/maphash"
	"math/bits"
)

// deriveIndex finds the position of an id: open addressing over positions, so that a million ids are one allocation of 16 MB. A slot is
// position + 1 in its low half, 0 free, and the high half of the id's hash in its high half: an id is only read where those agree.
type deriveIndex struct {
	seed  maphash.Seed
	table []uint64
}

// newDeriveIndex enters all positions. It calls doubled, in the order of positions, with each whose id an earlier one has, and that one.
func newDeriveIndex(base deriveBase, doubled func(first, again int)) deriveIndex {
	const spare = 2 // slots for each entry
	n := base.Len()
	x := deriveIndex{maphash.MakeSeed(), make([]uint64, 1<<bits.Len(uint(n*spare)))}
	// Hashes of a block come first: reading ids and finding slots then do not wait for one another.
	var hashes [256]uint64
	var ids [256]string
	for start := 0; start < n; start += len(hashes) {
		block := min(len(hashes), n-start)
		for i := range block {
			ids[i] = base.id(start + i)
			hashes[i] = maphash.String(x.seed, ids[i])
		}
		for i := range block {
			s := x.slot(base, hashes[i], ids[i])
			if at := x.table[s]; at != 0 {
				doubled(int(uint32(at))-1, start+i)
				continue
			}
			x.table[s] = hashes[i]>>32<<32 | uint64(start+i+1)
		}
	}
	return x
}

// slot is where an id is, or would be.
func (x *deriveIndex) slot(base deriveBase, hash uint64, id string) uint64 {
	mask := uint64(len(x.table) - 1)
	s := hash & mask
	for x.table[s] != 0 && (x.table[s]>>32 != hash>>32 || base.id(int(uint32(x.table[s]))-1) != id) {
		s = (s + 1) & mask
	}
	return s
}

// find is the position of an id, or -1.
func (x *deriveIndex) find(base deriveBase, id string) int {
	return int(uint32(x.table[x.slot(base, maphash.String(x.seed, id), id)])) - 1
}
