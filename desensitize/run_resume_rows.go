package desensitize

import (
	"encoding/binary"
	"slices"

	"github.com/banfa-go/banfa/internal/stream"
)

// spoolRows is the payload of one frame: the rows made of one chunk, and what was counted in it.
type spoolRows struct {
	block   stream.Block
	numbers []int64 // of the rows, in the input
	read    int64   // rows of the input
	rows    RowFacts
	dropped []RowFacts
	counts  []cellCounts
}

func (r *RowFacts) all() []*int64 { return []*int64{&r.In, &r.Out, &r.Dropped, &r.Undecided} }

func (c *cellCounts) all() []*int64 {
	return []*int64{&c.Kept, &c.Changed, &c.Suppressed, &c.Invalid, &c.Empty}
}

// counters are all counts, in the order in which they are written.
func (f *spoolRows) counters() []*int64 {
	out := append([]*int64{&f.read}, f.rows.all()...)
	for i := range f.dropped {
		out = append(out, f.dropped[i].all()...)
	}
	for i := range f.counts {
		out = append(out, f.counts[i].all()...)
	}
	return out
}

// encode appends the payload.
func (f *spoolRows) encode(dst []byte) []byte {
	dst = binary.AppendVarint(dst, f.block.First)
	for _, n := range f.counters() {
		dst = binary.AppendVarint(dst, *n)
	}
	dst = binary.AppendUvarint(dst, uint64(f.block.Rows))
	previous := f.block.First
	for _, n := range f.numbers {
		dst = binary.AppendVarint(dst, n-previous)
		previous = n
	}
	dst = binary.AppendUvarint(dst, uint64(len(f.block.Kinds)))
	for _, k := range f.block.Kinds {
		dst = append(dst, byte(k))
	}
	for _, cell := range f.block.Cells {
		if cell == nil {
			dst = append(dst, 0)
			continue
		}
		dst = binary.AppendUvarint(dst, uint64(len(cell))+1)
		dst = append(dst, cell...)
	}
	return dst
}

// spoolReader reads numbers; bad stays.
type spoolReader struct {
	rest []byte
	bad  bool
}

func (r *spoolReader) int() int64 {
	v, n := binary.Varint(r.rest)
	return int64(r.took(uint64(v), n))
}

func (r *spoolReader) uint() uint64 {
	v, n := binary.Uvarint(r.rest)
	return r.took(v, n)
}

func (r *spoolReader) took(v uint64, n int) uint64 {
	if n <= 0 || r.bad {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *spoolReader) bytes(n uint64) []byte {
	if r.bad || n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// decode reads a payload, into which the cells then point.
func (f *spoolRows) decode(payload []byte, columns, rules int) error {
	r := &spoolReader{rest: payload}
	f.block.Reset(r.int(), columns)
	f.dropped, f.counts = make([]RowFacts, rules), make([]cellCounts, columns)
	for _, n := range f.counters() {
		*n = r.int()
	}
	rows := r.uint()
	if columns == 0 || rows > uint64(len(r.rest)) { // each row has bytes of its own
		return errSpool
	}
	f.block.Rows = int(rows)
	f.numbers = f.numbers[:0]
	previous := f.block.First
	for range rows {
		previous += r.int()
		f.numbers = append(f.numbers, previous)
	}
	kinds := r.uint()
	if kinds != 0 && kinds != rows*uint64(columns) {
		return errSpool
	}
	for _, k := range r.bytes(kinds) {
		f.block.Kinds = append(f.block.Kinds, stream.Kind(k))
	}
	for range int(rows) * columns {
		n := r.uint()
		if n == 0 {
			f.block.Cells = append(f.block.Cells, nil)
			continue
		}
		f.block.Cells = append(f.block.Cells, r.bytes(n-1))
		if r.bad {
			break
		}
	}
	if r.bad || len(r.rest) > 0 {
		return errSpool
	}
	return nil
}

// spoolWorker makes frames for one goroutine, or takes them from the spool.
type spoolWorker struct {
	*runWorker
	spool *Spool
	past  spoolRows
	seen  spoolSeen
	cell  []byte
	out   stream.Block
}

// spoolSeen is a watch that notes which rows are written.
type spoolSeen struct{ numbers []int64 }

func (s *spoolSeen) rows(m *madeRows) {
	for r := range m.at {
		s.numbers = append(s.numbers, m.number(r))
	}
}

// transform returns the transform of a worker that keeps what it makes.
func (s *Spool) transform(w *runWorker) stream.Transform {
	k := &spoolWorker{runWorker: w, spool: s}
	w.watch = append(w.watch, &k.seen)
	return func(in *stream.Block) (*stream.Block, error) {
		if c, ok := s.find(in.First); ok {
			return nil, k.again(c, in)
		}
		return k.fresh(in)
	}
}

// fresh makes the rows of a chunk and the frame that holds them.
func (k *spoolWorker) fresh(in *stream.Block) (*stream.Block, error) {
	rows, dropped, counts := k.rows, slices.Clone(k.dropped), slices.Clone(k.counts)
	k.seen.numbers = k.seen.numbers[:0]
	out, err := k.transform(in)
	if err != nil {
		return nil, err
	}
	f := &spoolRows{
		block: *out, numbers: k.seen.numbers, read: int64(in.Rows),
		rows: k.rows, dropped: slices.Clone(k.dropped), counts: slices.Clone(k.counts),
	}
	before := spoolRows{rows: rows, dropped: dropped, counts: counts}
	for i, n := range f.counters()[1:] {
		*n -= *before.counters()[1:][i]
	}
	k.cell = f.encode(k.cell[:0])
	k.out.Reset(in.First, 1)
	k.out.Rows, k.out.Cells = 1, append(k.out.Cells, k.cell)
	return &k.out, nil
}

// again counts and shows the rows of a chunk that an earlier run has made.
func (k *spoolWorker) again(c spoolChunk, in *stream.Block) error {
	payload, err := k.spool.payload(c)
	if err != nil {
		return err
	}
	f := &k.past
	if err := f.decode(payload, in.Columns, len(k.dropped)); err != nil {
		return err
	}
	if f.read != int64(in.Rows) {
		return &ResumeError{File: k.spool.name(), Changed: []string{"input"}}
	}
	k.rows.add(&f.rows)
	for i := range f.dropped {
		k.dropped[i].add(&f.dropped[i])
	}
	for i := range f.counts {
		k.counts[i].add(&f.counts[i])
	}
	m := &madeRows{first: in.First, width: in.Columns, in: in.Cells, out: f.block.Cells}
	for _, number := range f.numbers {
		at := number - in.First
		if at < 0 || at >= int64(in.Rows) {
			return errSpool
		}
		m.at = append(m.at, int(at))
	}
	for _, x := range k.watch {
		x.rows(m)
	}
	return nil
}
