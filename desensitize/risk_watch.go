package desensitize

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"slices"
	"sync"
)

// The limits of counting classes while rows stream by. Beyond them nothing is claimed: Facts.Risk stays absent, and a release rule that asks for it
// refuses the release.
const (
	riskWatchClasses = 2_000_000 // classes
	riskWatchPairs   = 8_000_000 // of a class and a sensitive value, over all sensitive columns
	riskWatchValues  = 2_000_000 // of one sensitive column
	riskWatchBytes   = 512 << 20 // of keys and values
)

// riskWatch counts the classes of what is written.
type riskWatch struct {
	quasi, sensitive, direct []int // positions of columns
	classes                  int   // limit, for tests
	mu                       sync.Mutex
	workers                  []*riskWatchWorker
}

// riskWatchWorker counts for one goroutine.
type riskWatchWorker struct {
	*riskWatch
	key    []byte
	ids    map[string]uint32
	recent [riskWatchRecent]riskRecent
	sizes  []uint64
	values []map[string]uint32 // by sensitive column
	pairs  []map[uint64]uint64 // by sensitive column: class<<32|value
	npairs int
	held   int  // bytes of keys and values
	hidden bool // whether rows are suppressed in every quasi-identifying column
	kept   bool // whether a direct identifier is written as it was read
	over   bool
}

// riskWatchRecent is how many classes are found without a look into the map.
const riskWatchRecent = 1024

// riskRecent is a class that was seen. The one of no key has no size.
type riskRecent struct {
	size  uint8
	key   [27]byte
	class uint32
}

// newRiskWatch measures the classes of the quasi-identifying columns.
func newRiskWatch(columns []Column) watch {
	w := &riskWatch{classes: riskWatchClasses}
	for i, c := range columns {
		switch c.Class {
		case "quasi":
			w.quasi = append(w.quasi, i)
		case "sensitive":
			w.sensitive = append(w.sensitive, i)
		case "direct":
			w.direct = append(w.direct, i)
		}
	}
	return w
}

func (w *riskWatch) worker() watchWorker {
	k := newRiskWatchWorker(w)
	w.mu.Lock()
	w.workers = append(w.workers, k)
	w.mu.Unlock()
	return k
}

func newRiskWatchWorker(w *riskWatch) *riskWatchWorker {
	k := &riskWatchWorker{riskWatch: w, ids: map[string]uint32{}}
	for range w.sensitive {
		k.values = append(k.values, map[string]uint32{})
		k.pairs = append(k.pairs, map[uint64]uint64{})
	}
	return k
}

func (k *riskWatchWorker) rows(m *madeRows) {
	for r := range m.at {
		k.row(m.row(r))
	}
}

func (k *riskWatchWorker) row(in, out [][]byte) {
	for _, i := range k.direct {
		if out[i] != nil && !k.kept && bytes.Equal(in[i], out[i]) && len(bytes.TrimSpace(out[i])) > 0 {
			k.kept = true
		}
	}
	if k.over {
		return
	}
	key, shown := k.key[:0], len(k.quasi) == 0
	for _, i := range k.quasi {
		// Each cell with its length, and what is no value apart from an empty one, so that no two rows share a key that differ.
		if out[i] == nil {
			key = append(key, 0)
			continue
		}
		shown = true
		key = binary.AppendUvarint(key, uint64(len(out[i]))+1)
		key = append(key, out[i]...)
	}
	k.key = key
	if !shown {
		k.hidden = true // all its bytes are 0; facts leaves the class out
	}
	class := k.classOf(key)
	k.sizes[class]++
	for s, i := range k.sensitive {
		value, ok := k.values[s][string(out[i])] // no value counts as an empty one
		if !ok {
			value = k.value(s, string(out[i]))
		}
		k.pair(s, class, value, 1)
	}
}

// classOf is the class of a key. Most rows are of a class that was seen a little before.
func (k *riskWatchWorker) classOf(key []byte) uint32 {
	if len(key) == 0 || len(key) > len(riskRecent{}.key) {
		return k.find(key)
	}
	slot := &k.recent[memoHash(key)%riskWatchRecent]
	if int(slot.size) != len(key) || string(slot.key[:len(key)]) != string(key) {
		slot.class, slot.size = k.find(key), uint8(len(key))
		copy(slot.key[:], key)
	}
	return slot.class
}

func (k *riskWatchWorker) find(key []byte) uint32 {
	class, ok := k.ids[string(key)]
	if !ok {
		class = k.class(string(key))
	}
	return class
}

func (k *riskWatchWorker) class(key string) uint32 {
	class := uint32(len(k.sizes))
	k.ids[key] = class
	k.sizes = append(k.sizes, 0)
	k.held += len(key)
	k.over = k.over || len(k.sizes) > k.classes || k.held > riskWatchBytes
	return class
}

func (k *riskWatchWorker) value(s int, text string) uint32 {
	id := uint32(len(k.values[s]))
	k.values[s][text] = id
	k.held += len(text)
	k.over = k.over || len(k.values[s]) > riskWatchValues || k.held > riskWatchBytes
	return id
}

func (k *riskWatchWorker) pair(s int, class, value uint32, n uint64) {
	at := uint64(class)<<32 | uint64(value)
	if _, ok := k.pairs[s][at]; !ok {
		k.npairs++
		k.over = k.over || k.npairs > riskWatchPairs
	}
	k.pairs[s][at] += n
}

// take adds what another worker counted.
func (k *riskWatchWorker) take(o *riskWatchWorker) {
	k.kept, k.over, k.hidden = k.kept || o.kept, k.over || o.over, k.hidden || o.hidden
	if k.over {
		return
	}
	to := make([]uint32, len(o.sizes))
	for key, id := range o.ids {
		class, ok := k.ids[key]
		if !ok {
			class = k.class(key)
		}
		to[id] = class
		k.sizes[class] += o.sizes[id]
	}
	for s := range k.sensitive {
		values := make([]uint32, len(o.values[s]))
		for text, id := range o.values[s] {
			value, ok := k.values[s][text]
			if !ok {
				value = k.value(s, text)
			}
			values[id] = value
		}
		for at, n := range o.pairs[s] {
			k.pair(s, to[at>>32], values[uint32(at)], n)
		}
	}
}

// finish fills in Facts.Risk.
func (w *riskWatch) finish(f *Facts) error {
	all := newRiskWatchWorker(w)
	for _, k := range w.workers {
		all.take(k)
		*k = riskWatchWorker{riskWatch: w} // its memory is not needed any more
	}
	w.workers = nil
	if all.over {
		f.Risk = nil
		return nil
	}
	all.leaveOut()
	f.Risk = all.facts()
	return nil
}

// leaveOut takes the class of suppressed rows out, unless there is no other: then the columns are generalised as a whole.
func (k *riskWatchWorker) leaveOut() {
	class, ok := k.ids[string(make([]byte, len(k.quasi)))]
	if !k.hidden || !ok || len(k.sizes) == 1 {
		return
	}
	k.sizes[class] = 0
	for _, pairs := range k.pairs {
		for at := range pairs {
			if uint32(at>>32) == class {
				delete(pairs, at)
			}
		}
	}
}

func (k *riskWatchWorker) facts() *RiskFacts {
	out := &RiskFacts{Prosecutor: "0", Marketer: "0"}
	sizes, rows, least := make([]uint32, 0, len(k.sizes)), uint64(0), uint64(0)
	for _, n := range k.sizes {
		if n == 0 {
			continue
		}
		sizes = append(sizes, uint32(min(n, math.MaxUint32)))
		rows += n
		if n == 1 {
			out.Uniques++
		}
		if least == 0 || n < least {
			least = n
		}
	}
	out.K, out.Classes = int64(least), int64(len(sizes))
	if rows > 0 {
		out.Prosecutor = riskDecimal(riskFraction{1, least}.rat())
		out.Marketer = riskDecimal(riskFraction{uint64(len(sizes)), rows}.rat())
	}
	worst := new(big.Rat)
	for s := range k.sensitive {
		l, t := k.column(s, rows)
		if out.L == 0 || l < out.L {
			out.L = l
		}
		if t.Cmp(worst) > 0 {
			worst = t
		}
	}
	if len(k.sensitive) > 0 {
		out.T = riskDecimal(worst)
	}
	if v, err := Judge(sizes, k.kept, len(k.quasi) > 0, SharingPublic, Context{}); err == nil { // public sharing takes no input that could be wrong
		out.Level, out.More = int64(v.Level), v
	}
	return out
}

// column is l and t, by equal distance, of one sensitive column.
func (k *riskWatchWorker) column(s int, rows uint64) (int64, *big.Rat) {
	total := make([]uint64, len(k.values[s]))
	order := make([]uint64, 0, len(k.pairs[s]))
	for at, n := range k.pairs[s] {
		total[uint32(at)] += n
		order = append(order, at)
	}
	slices.Sort(order)
	l, worst := int64(0), new(big.Rat)
	for i := 0; i < len(order); {
		class, n := order[i]>>32, int64(0)
		size := k.sizes[class]
		// Half the sum of |c/f - C/n|; values that do not occur in the class add their C/n.
		sum, rest := new(big.Int), rows
		for ; i < len(order) && order[i]>>32 == class; i++ {
			n++
			c := total[uint32(order[i])]
			a := new(big.Int).Mul(new(big.Int).SetUint64(k.pairs[s][order[i]]), new(big.Int).SetUint64(rows))
			b := new(big.Int).Mul(new(big.Int).SetUint64(c), new(big.Int).SetUint64(size))
			sum.Add(sum, a.Abs(a.Sub(a, b)))
			rest -= c
		}
		sum.Add(sum, new(big.Int).Mul(new(big.Int).SetUint64(rest), new(big.Int).SetUint64(size)))
		den := new(big.Int).Mul(new(big.Int).SetUint64(size), new(big.Int).SetUint64(2*rows))
		if t := new(big.Rat).SetFrac(sum, den); t.Cmp(worst) > 0 {
			worst = t
		}
		if l == 0 || n < l {
			l = n
		}
	}
	return l, worst
}
