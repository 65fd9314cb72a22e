package workday

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"slices"

	"github.com/banfa-go/banfa/internal/civil"
)

// Index holds which days of a range are working days, so that every question takes constant time: a bit for each
// day with the number of working days before each word (rank), and the list of working days (select).
//
// It is immutable and safe for any number of goroutines.
type Index struct {
	first, last civil.Date // the days covered, both included; last is before first where nothing is
	provisional civil.Date // the first day that the next notice can still change; after last where none can
	words       []word
	nth         []int32 // the offset from first of the n-th working day, counted from 0

	days    []Day // the days that differ from the ordinary week, by date
	notices []Notice
	closed  []Closure
}

// word keeps a word of the bit set beside its rank: a question touches one cache line.
type word struct {
	bits   uint64
	before int32
}

// FromFunc builds the index of the days first to last from a predicate, which it asks once for each day, in order.
// A range that is reversed covers nothing.
func FromFunc(first, last civil.Date, working func(civil.Date) bool) *Index {
	n := max(int(last)-int(first)+1, 0)
	if n == 0 {
		first, last = 0, -1
	}
	x := &Index{first: first, last: last, provisional: last + 1, words: make([]word, n/64+1)}
	x.nth = make([]int32, 0, n*5/7+7)
	for i := range n {
		w := &x.words[i>>6]
		if i&63 == 0 {
			w.before = int32(len(x.nth))
		}
		if working(first + civil.Date(i)) {
			w.bits |= 1 << (i & 63)
			x.nth = append(x.nth, int32(i))
		}
	}
	if n&63 == 0 {
		x.words[n>>6].before = int32(len(x.nth))
	}
	return x
}

// Covers returns the first and the last day that the index knows; ok is false where it knows none.
func (x *Index) Covers() (first, last civil.Date, ok bool) {
	return x.first, x.last, x.last >= x.first
}

// ProvisionalFrom returns the first day that the next notice can still change; ok is false where there is none.
func (x *Index) ProvisionalFrom() (civil.Date, bool) {
	return x.provisional, x.provisional <= x.last
}

// Workdays returns the number of working days that the index covers.
func (x *Index) Workdays() int { return len(x.nth) }

// IsWorkday reports whether d is a working day.
func (x *Index) IsWorkday(d civil.Date) (bool, error) {
	if d < x.first || d > x.last {
		return false, x.uncovered(d)
	}
	return x.working(d), nil
}

func (x *Index) working(d civil.Date) bool {
	i := uint(d - x.first)
	return x.words[i>>6].bits>>(i&63)&1 == 1
}

// AddWorkdays returns the n-th working day after d, or before it where n is negative. With n = 0 it is d itself, or
// the next working day where d is not one. The day d must be covered, and so must every day of the count.
func (x *Index) AddWorkdays(d civil.Date, n int) (civil.Date, error) {
	if d < x.first || d > x.last {
		return 0, x.uncovered(d)
	}
	switch {
	case n > 0:
		return x.forward(d, n)
	case n == 0:
		return x.forward(d-1, 1)
	default:
		return x.backward(d, n)
	}
}

// forward returns the n-th working day after d, for n > 0 and d from the day before the first one covered.
func (x *Index) forward(d civil.Date, n int) (civil.Date, error) {
	r := x.rank(d)
	if n > len(x.nth)-r {
		return 0, x.uncovered(x.last + 1)
	}
	return x.first + civil.Date(x.nth[r+n-1]), nil
}

// backward returns the working day that is -n before d, for n < 0 and d up to the day after the last one covered.
func (x *Index) backward(d civil.Date, n int) (civil.Date, error) {
	r := x.rank(d - 1)
	if n < -r {
		return 0, x.uncovered(x.first - 1)
	}
	return x.first + civil.Date(x.nth[r+n]), nil
}

// WorkdaysBetween counts the working days after from up to and including to. Where to is before from, it counts those
// from to up to but not including from, and the result is negative: for a working day b, WorkdaysBetween(a, b) is
// the n with AddWorkdays(a, n) = b. Both dates must be covered.
func (x *Index) WorkdaysBetween(from, to civil.Date) (int, error) {
	if from < x.first || from > x.last {
		return 0, x.uncovered(from)
	}
	if to < x.first || to > x.last {
		return 0, x.uncovered(to)
	}
	if to < from {
		return x.rank(to-1) - x.rank(from-1), nil
	}
	return x.rank(to) - x.rank(from), nil
}

// rank counts the working days from the first one covered to d, for d from the day before it to the last one.
func (x *Index) rank(d civil.Date) int {
	i := uint(d - x.first + 1)
	w := &x.words[i>>6]
	return int(w.before) + bits.OnesCount64(w.bits&(1<<(i&63)-1))
}

// Day says why d is or is not a working day. A day outside the range is reported as one of the ordinary week.
func (x *Index) Day(d civil.Date) Day {
	i, ok := slices.BinarySearchFunc(x.days, d, func(day Day, d civil.Date) int { return int(day.Date) - int(d) })
	if !ok {
		return Day{Date: d}
	}
	return x.days[i]
}

// Days returns the days that differ from the ordinary week, by date. The slice is shared: do not change it.
func (x *Index) Days() []Day { return x.days }

// Notices returns the notices that the index was built from, in order of publication. The slice is shared: do not
// change it.
func (x *Index) Notices() []Notice { return x.notices }

// Digest identifies the index and what it was built from: "sha256:" and 64 hexadecimal digits.
func (x *Index) Digest() string {
	h := sha256.New()
	h.Write(Format(x.notices))
	h.Write(formatClosures(x.closed))
	packed := binary.BigEndian.AppendUint32(nil, uint32(x.first))
	packed = binary.BigEndian.AppendUint32(packed, uint32(x.last))
	for _, w := range x.words {
		packed = binary.BigEndian.AppendUint64(packed, w.bits)
	}
	h.Write(packed)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func (x *Index) uncovered(d civil.Date) error {
	y, _, _ := d.Civil()
	return &CoverageError{Year: y, Needed: d, First: x.first, Last: x.last}
}

// CoverageError says that a count needs a day whose year has no published schedule.
type CoverageError struct {
	Year        int        // the year that is not covered
	Needed      civil.Date // the first day that was needed and is not covered
	First, Last civil.Date // what is covered; Last is before First where nothing is
}

// Error says it in English; Text in either language.
func (e *CoverageError) Error() string { return e.Text("en") }

// Text says which year is missing and what to do, in lang ("zh", or English).
func (e *CoverageError) Text(lang string) string {
	year := yearText(e.Year)
	switch {
	case e.Last < e.First:
		return Text(lang, "coverage.none", year)
	case e.Needed < e.First:
		return Text(lang, "coverage.before", year, e.First.String(), e.Last.String())
	default:
		return Text(lang, "coverage.after", year, e.First.String(), e.Last.String())
	}
}
