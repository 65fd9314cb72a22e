package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// digestSum is the SHA-256 of an entry, as bytes.
type digestSum = [sha256.Size]byte

const (
	digestGroups   = 1 << 16
	digestGroupTag = 'g' // the first bytes of what is hashed: an entry's begins with a number below these, so that none stands for another
	digestSetTag   = 'c'
)

// digestGroupOf is the group of an entry: the first 16 bits of its digest.
func digestGroupOf(sum *digestSum) int { return int(binary.BigEndian.Uint16(sum[:])) }

// digestOrdered sorts the digests of entries: first into their groups by counting them, then each group.
func digestOrdered(sums []digestSum) []digestSum {
	compare := func(a, b digestSum) int { return bytes.Compare(a[:], b[:]) }
	if len(sums) < digestGroups/16 { // counting would take longer
		slices.SortFunc(sums, compare)
		return sums
	}
	var end [digestGroups + 1]uint32
	for i := range sums {
		end[digestGroupOf(&sums[i])+1]++
	}
	for g := range digestGroups {
		end[g+1] += end[g]
	}
	out := make([]digestSum, len(sums))
	for i := range sums {
		at := &end[digestGroupOf(&sums[i])]
		out[*at] = sums[i]
		*at++
	}
	from := uint32(0)
	for _, to := range end[:digestGroups] { // each now stands where the next one began
		slices.SortFunc(out[from:to], compare)
		from = to
	}
	return out
}

// digestRoot is what is hashed for a catalog, from the digests of its entries, which are in their order.
func digestRoot(sums []digestSum) []byte {
	root := []byte{digestSetTag}
	for len(sums) > 0 {
		g, n := digestFirstGroup(sums)
		root = digestAppendGroup(root, g, digestOfGroup(sums[:n]))
		sums = sums[n:]
	}
	return root
}

// digestFirstGroup is the group that the first digest is of, and how many are of it.
func digestFirstGroup(sums []digestSum) (g, n int) {
	g = digestGroupOf(&sums[0])
	for n < len(sums) && digestGroupOf(&sums[n]) == g {
		n++
	}
	return g, n
}

func digestAppendGroup(root []byte, g int, sum digestSum) []byte {
	return append(binary.BigEndian.AppendUint16(root, uint16(g)), sum[:]...)
}

func digestOfGroup(sums []digestSum) digestSum {
	var room [32 * sha256.Size]byte
	b := append(room[:0], digestGroupTag)
	for i := range sums {
		b = append(b, sums[i][:]...)
	}
	return sha256.Sum256(b)
}

// digestSet is the digests of a catalog's entries, and of that catalog, while entries come and go. The digest of a catalog is the SHA-256 over
// its groups: the entries whose digests begin with the same 16 bits. Of each group that has entries stand its number and the SHA-256
// over the digests of its entries in their order, one as often as it comes. So a change is paid for by its group and by the list of groups,
// however many entries there are (docs/decisions/0032).
type digestSet struct {
	groups []digestGroup
}

type digestGroup struct {
	sums  []digestSum
	sum   digestSum
	fresh bool // sum is that of sums
}

// newDigestSet takes over sums, which are in their order; root is digestRoot of them.
func newDigestSet(sums []digestSum, root []byte) *digestSet {
	s := &digestSet{make([]digestGroup, digestGroups)}
	root = root[1:]
	for len(sums) > 0 {
		g, n := digestFirstGroup(sums)
		s.groups[g] = digestGroup{sums[:n:n], digestSum(root[2 : 2+sha256.Size]), true}
		sums, root = sums[n:], root[2+sha256.Size:]
	}
	return s
}

func (s *digestSet) find(sum *digestSum) (g *digestGroup, at int, ok bool) {
	g = &s.groups[digestGroupOf(sum)]
	at, ok = slices.BinarySearchFunc(g.sums, sum, func(a digestSum, b *digestSum) int { return bytes.Compare(a[:], b[:]) })
	return g, at, ok
}

func (s *digestSet) add(sum digestSum) {
	g, at, _ := s.find(&sum)
	g.sums, g.fresh = slices.Insert(g.sums, at, sum), false
}

// remove reports whether the digest was there.
func (s *digestSet) remove(sum digestSum) bool {
	g, at, ok := s.find(&sum)
	if ok {
		g.sums, g.fresh = slices.Delete(g.sums, at, at+1), false
	}
	return ok
}

// text is the digest of the catalog.
func (s *digestSet) text() string {
	root := []byte{digestSetTag}
	for i := range s.groups {
		g := &s.groups[i]
		if len(g.sums) == 0 {
			continue
		}
		if !g.fresh {
			g.sum, g.fresh = digestOfGroup(g.sums), true
		}
		root = digestAppendGroup(root, i, g.sum)
	}
	return digestText(sha256.Sum256(root))
}
