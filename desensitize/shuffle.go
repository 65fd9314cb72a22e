package desensitize

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"sync"

	"github.com/banfa-go/banfa/internal/deid"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/stream"
)

// A shuffle exchanges values between rows, so that no row can be made before all of them were seen. A run that has one reads its input twice: first for the values
// that take part, which are kept as numbers of a dictionary, four bytes a row, then for the rows. Which values take part is asked of the expression itself, with
// functions that note what they are called with: rows that are dropped and values that are malformed are in no one's place afterwards.

// ShuffleBytesDefault is how much memory the values take that a run exchanges, where ShuffleBytes sets nothing else: those of some 50 million rows, few of which are different.
const ShuffleBytesDefault = 256 << 20

// Reread gives a run its input a second time: the same table from its beginning, which the run closes. A policy that exchanges values between rows (shuffle) needs it;
// for others it is not called. The rows of a database have to come in the same order, from one transaction.
func Reread(again func() (Source, error)) RunOption {
	return runOption(func(c *runConfig) { c.again = again })
}

// ShuffleBytes sets how much memory the exchanged values may take (ShuffleBytesDefault). A run that would need more is refused before it writes anything.
func ShuffleBytes(n int64) RunOption { return runOption(func(c *runConfig) { c.shuffleBytes = n }) }

// The reasons of a ShuffleError.
const (
	ShuffleOnce    = "once"    // the input can be read only once: give Reread
	ShuffleLimit   = "limit"   // the values need more memory than ShuffleBytes
	ShuffleSmall   = "small"   // groups are too small or of one value, and the rule refuses (on_invalid: refuse)
	ShuffleChanged = "changed" // the second reading was of another table
)

// ShuffleError says why values cannot be exchanged between rows. Nothing that was written may become visible.
type ShuffleError struct {
	Columns []string
	Reason  string
	Limit   int64 // of ShuffleLimit, bytes
	Groups  int64 // of ShuffleSmall, how many
}

func (e *ShuffleError) Error() string {
	columns := strings.Join(e.Columns, ", ")
	switch e.Reason {
	case ShuffleOnce:
		return "desensitize: shuffle of " + columns + ": the input is read twice, and this one can be read only once; give a file"
	case ShuffleLimit:
		return fmt.Sprintf("desensitize: shuffle of %s: the values need more than the limit of %d bytes (ShuffleBytes); shuffle a table of fewer rows at a time", columns, e.Limit)
	case ShuffleSmall:
		return fmt.Sprintf("desensitize: shuffle of %s: %d groups have fewer than %d values or only one value, which the rule refuses", columns, e.Groups, deid.MinShuffle)
	}
	return "desensitize: shuffle of " + columns + ": the input changed between its two readings"
}

// Message says the error in a language, "zh" or English.
func (e *ShuffleError) Message(lang string) string { return policyMessage(lang, e) }

func shuffleChinese(e *ShuffleError) string {
	columns := strings.Join(e.Columns, "、")
	switch e.Reason {
	case ShuffleOnce:
		return "列 " + columns + " 须置换（shuffle），输入要读两遍，而该输入只能读一遍；请给出文件"
	case ShuffleLimit:
		return fmt.Sprintf("列 %s 须置换（shuffle）的值超过 %d 字节的上限（ShuffleBytes）；请分批处理", columns, e.Limit)
	case ShuffleSmall:
		return fmt.Sprintf("列 %s 有 %d 组不足 %d 个值，或者只有一种值，无法置换，该规则遇到即中止", columns, e.Groups, deid.MinShuffle)
	}
	return "列 " + columns + " 须置换（shuffle），而输入文件在两遍读取之间被改动"
}

// ShuffleReport says what was exchanged in a column. That a value comes from another row does not say that it is another one: the column's count of values kept
// says how many rows got one that is equal to their own.
type ShuffleReport struct {
	Groups    int64 `json:"groups"`    // within which values were exchanged
	Values    int64 `json:"values"`    // exchanged
	Small     int64 `json:"small"`     // groups of fewer than 10 values, or of one value only: exchanged they would hide nothing
	Withheld  int64 `json:"withheld"`  // values of those groups, which were suppressed
	Different int64 `json:"different"` // of the exchanged values
}

// Shuffles are the columns whose values the policy exchanges between rows: a run then needs Reread.
func (p *Policy) Shuffles() []string {
	var out []string
	for i := range p.spec.Columns {
		c := &p.spec.Columns[i]
		if slices.ContainsFunc(c.Plan.Calls, isShuffle) {
			out = append(out, c.Name)
		}
	}
	return out
}

func isShuffle(c ruleset.TransformCall) bool { return c.Name == "shuffle" }

// shuffles are all exchanges of one run.
type shuffles struct {
	mu    sync.Mutex // of the first reading
	pools []*shufflePool
	limit int64
	bytes int64
	rows  int64 // of the first reading
}

// shufflePool are the values that one call exchanges.
type shufflePool struct {
	of           *shuffles
	column, call int // of the policy
	name         string
	refuse       bool
	move         func(group []byte, n int, swap func(i, j int))

	values shuffleWords
	ids    []uint32 // by row from 0: the number of its value from 1; 0: it takes no part
	groups shuffleWords
	within []uint32 // by row: the number of its group
	report ShuffleReport
}

// shuffleWords numbers texts from 1.
type shuffleWords struct {
	number map[string]uint32
	list   []string
}

func (w *shuffleWords) of(text []byte) (n uint32, added int64) {
	if n, ok := w.number[string(text)]; ok {
		return n, 0
	}
	if w.number == nil {
		w.number = map[string]uint32{}
	}
	const each = 64 // bytes of a text in a list and a map, about
	s := string(text)
	w.list = append(w.list, s)
	n = uint32(len(w.list)) // #nosec G115 -- bytes are limited long before
	w.number[s] = n
	return n, int64(len(s)) + each
}

// shuffle returns a policy whose calls of shuffle give the values that a first reading of the input has put in the place of each row; the policy itself where it has none.
func (p *Policy) shuffle(ctx context.Context, c *runConfig, columns []string, at []int) (*Policy, error) {
	names := p.Shuffles()
	if len(names) == 0 || p.keyErr != nil {
		return p, nil //nolint:nilerr // a missing key is the error of the run, told where it begins
	}
	if c.again == nil {
		return nil, &ShuffleError{Columns: names, Reason: ShuffleOnce}
	}
	s, err := p.newShuffles(c)
	if err != nil {
		return nil, err
	}
	if err := s.gather(ctx, p.withShuffles(s, (*shufflePool).note), c, columns, at); err != nil {
		return nil, err
	}
	for _, x := range s.pools {
		if x.settle(); x.refuse && x.report.Small > 0 {
			return nil, &ShuffleError{Columns: []string{x.name}, Reason: ShuffleSmall, Groups: x.report.Small}
		}
	}
	return p.withShuffles(s, (*shufflePool).value), nil
}

func (p *Policy) newShuffles(c *runConfig) (*shuffles, error) {
	s := &shuffles{limit: c.shuffleBytes}
	if s.limit <= 0 {
		s.limit = ShuffleBytesDefault
	}
	for i := range p.spec.Columns {
		column := &p.spec.Columns[i]
		for n := range column.Plan.Calls {
			call := &column.Plan.Calls[n]
			if !isShuffle(*call) {
				continue
			}
			move, err := p.maker().Shuffle(call, p.target(i), n)
			if err != nil {
				return nil, fmt.Errorf("desensitize: column %s: %w", column.Name, err)
			}
			s.pools = append(s.pools, &shufflePool{
				of: s, column: i, call: n, name: column.Name, refuse: p.spec.Rules[column.Rule].Refuse, move: move,
			})
		}
	}
	return s, nil
}

// withShuffles is the policy with other functions for its shuffles.
func (p *Policy) withShuffles(s *shuffles, f func(*shufflePool, []byte, deid.Cell) ([]byte, error)) *Policy {
	q := *p
	q.shuffled = s
	q.funcs = slices.Clone(p.funcs)
	for _, x := range s.pools {
		funcs := map[int]deid.Func{}
		for n, old := range q.funcs[x.column] {
			funcs[n] = old
		}
		funcs[x.call] = func(dst []byte, c deid.Cell) ([]byte, error) { return f(x, dst, c) }
		q.funcs[x.column] = funcs
	}
	return &q
}

// gather reads the input and evaluates the columns that shuffle, for what is noted on the way.
func (s *shuffles) gather(ctx context.Context, p *Policy, c *runConfig, columns []string, at []int) (err error) {
	source, err := c.again()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if !slices.Equal(source.Columns(), columns) {
		return s.changed()
	}
	plan, err := p.newPlan(at, c.at)
	if err != nil {
		return err
	}
	return stream.Copy(ctx, source, nil, c.workers, func(int) stream.Transform {
		w := plan.worker()
		return func(in *stream.Block) (*stream.Block, error) { return nil, s.block(w, in) }
	}, nil)
}

func (s *shuffles) block(w *cellWorker, in *stream.Block) error {
	s.mu.Lock()
	s.rows += int64(in.Rows)
	s.mu.Unlock()
	var made []byte
	for i := range in.Rows {
		w.row, w.in = in.First+int64(i), in.Row(i)
		if slices.ContainsFunc(w.run.rows, func(r *rowPlan) bool { return w.drops(r) != cellFalse }) {
			continue
		}
		seen := -1
		for _, x := range s.pools {
			text := w.in[w.run.place[x.column]]
			if x.column == seen || text == nil {
				continue
			}
			seen = x.column // its other calls were made with it
			var err error
			made, err = w.cell(made[:0], w.run.columns[x.column], text)
			if full := (*ShuffleError)(nil); errors.As(err, &full) {
				return full
			}
		}
	}
	return nil
}

func (s *shuffles) changed() error {
	e := &ShuffleError{Reason: ShuffleChanged}
	for _, x := range s.pools {
		e.Columns = append(e.Columns, x.name)
	}
	return e
}

// note is shuffle in the first reading: the value takes part, and stays for whatever the expression does with it.
func (x *shufflePool) note(dst []byte, c deid.Cell) ([]byte, error) {
	s := x.of
	s.mu.Lock()
	defer s.mu.Unlock()
	id, more := x.values.of(c.Text)
	s.bytes += more
	x.ids, more = shufflePut(x.ids, c.Row, id)
	s.bytes += 2 * more // the order of the places takes as much
	if c.Subject != nil {
		id, more = x.groups.of(c.Subject)
		s.bytes += more
		x.within, more = shufflePut(x.within, c.Row, id)
		s.bytes += more
	}
	if s.bytes > s.limit || c.Row > 1<<32-2 {
		return dst, &ShuffleError{Columns: []string{x.name}, Reason: ShuffleLimit, Limit: s.limit}
	}
	return append(dst, c.Text...), nil
}

// shufflePut sets the number of a row, and says how many bytes that took. Blocks come in any order.
func shufflePut(list []uint32, row int64, n uint32) ([]uint32, int64) {
	was := len(list)
	if grow := int(row) - was; grow > 0 {
		list = append(list, make([]uint32, grow)...)
	}
	list[row-1] = n
	return list, int64(len(list)-was) * 4
}

// value is shuffle in the second reading: the value that came to the place of the row.
func (x *shufflePool) value(dst []byte, c deid.Cell) ([]byte, error) {
	if at := c.Row - 1; at >= 0 && at < int64(len(x.ids)) && x.ids[at] != 0 {
		return append(dst, x.values.list[x.ids[at]-1]...), nil
	}
	return dst, deid.ErrSuppress
}

// settle exchanges the values, group by group, and withholds those of groups that are too small.
func (x *shufflePool) settle() {
	counts := make([]int, len(x.groups.list)+2) // by group, where the next begins; 0: the rows without a group
	group := func(row int) uint32 {
		if row < len(x.within) {
			return x.within[row]
		}
		return 0
	}
	for row, id := range x.ids {
		if id != 0 {
			counts[group(row)+1]++
		}
	}
	for i := range counts[1:] {
		counts[i+1] += counts[i]
	}
	order := make([]uint32, counts[len(counts)-1])
	next := slices.Clone(counts)
	for row, id := range x.ids {
		if id != 0 {
			g := group(row)
			order[next[g]] = uint32(row) // #nosec G115 -- note refuses rows beyond
			next[g]++
		}
	}
	different := map[uint32]bool{}
	digest := sha256.New()
	for g := range len(counts) - 1 {
		places := order[counts[g]:counts[g+1]]
		if len(places) == 0 {
			continue
		}
		first := x.ids[places[0]]
		alike := !slices.ContainsFunc(places, func(row uint32) bool { return x.ids[row] != first })
		if len(places) < deid.MinShuffle || alike {
			for _, row := range places {
				x.ids[row] = 0
			}
			x.report.Small++
			x.report.Withheld += int64(len(places))
			continue
		}
		x.move(x.seed(digest, g, places), len(places), func(i, j int) {
			a, b := places[i], places[j]
			x.ids[a], x.ids[b] = x.ids[b], x.ids[a]
		})
		for _, row := range places {
			different[x.ids[row]] = true
		}
		x.report.Groups++
		x.report.Values += int64(len(places))
	}
	x.report.Different = int64(len(different))
	x.values.number, x.groups, x.within = nil, shuffleWords{}, nil
}

// seed tells a group by its name and by all that it holds: if next month's group of the same size were moved by the same permutation, the values of one person would
// come to the same stranger again.
func (x *shufflePool) seed(digest hash.Hash, group int, places []uint32) []byte {
	digest.Reset()
	name := ""
	if group > 0 {
		name = x.groups.list[group-1]
	}
	var b []byte
	for _, row := range places {
		v := x.values.list[x.ids[row]-1]
		b = binary.AppendUvarint(b[:0], uint64(row))
		b = binary.AppendUvarint(b, uint64(len(v)))
		b = append(b, v...)
		digest.Write(b) // hash.Hash never returns an error
	}
	return append(digest.Sum(nil), name...)
}

// finish says in the report what was exchanged, and refuses a second reading of other rows than the first.
func (s *shuffles) finish(r *Report) error {
	if s == nil {
		return nil
	}
	if r.Facts.Rows.In != s.rows {
		return s.changed()
	}
	for _, x := range s.pools {
		for i := range r.Columns {
			if c := &r.Columns[i]; c.Name == x.name {
				if c.Shuffle == nil {
					c.Shuffle = &ShuffleReport{}
				}
				c.Shuffle.add(&x.report)
			}
		}
	}
	return nil
}

func (r *ShuffleReport) add(s *ShuffleReport) {
	r.Groups += s.Groups
	r.Values += s.Values
	r.Small += s.Small
	r.Withheld += s.Withheld
	r.Different += s.Different
}
