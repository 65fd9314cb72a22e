package desensitize

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/banfa-go/banfa/internal/ident"
)

// ScanResult is what a scan found. It marshals as {rows, columns[{name, kinds{kind: count}}], repeated[{row, column, of}]}, and holds no value.
type ScanResult struct {
	Rows     int64        `json:"rows"`
	Columns  []ScanColumn `json:"columns"`  // all of them, in the order of the file
	Repeated []ScanRepeat `json:"repeated"` // the first ones by row and column, at most scanPlaces

	// How many there are in all, and where the first of each column stands.
	Identifiers int64       `json:"-"` // of persons: all kinds but credit codes and telephones of organisations
	Repeats     int64       `json:"-"`
	First       []ScanPlace `json:"-"`
}

// ScanColumn is what was found in one column.
type ScanColumn struct {
	Name  string           `json:"name"`
	Kinds map[string]int64 `json:"kinds"` // how many identifiers of each semantic type, such as cn.resident_id
}

// ScanRepeat is a direct identifier of a row that stands in another cell of it.
type ScanRepeat struct {
	Row    int64  `json:"row"`    // from 1, the header aside
	Column string `json:"column"` // where it stands
	Of     string `json:"of"`     // the column that it is the value of
}

// ScanPlace is the first row with an identifier of a kind in a column.
type ScanPlace struct {
	Row    int64
	Column string
	Kind   string
}

// scanPlaces bounds how many places are kept; counts are exact.
const scanPlaces = 1000

// Clean reports whether nothing was found that names a person.
func (r *ScanResult) Clean() bool { return r.Identifiers == 0 && r.Repeats == 0 }

// organisational are kinds that most often belong to organisations, which publish them. Their counts are told but hold no release back: the
// owner's number in the code of a sole trader is found as a resident ID.
func organisational(kind ident.Kind) bool { return kind == ident.CreditCode || kind == ident.Landline }

// scanner looks for identifiers in the cells of rows. Its result does not depend on how rows are dealt out to workers.
type scanner struct {
	detector ident.Detector
	names    []string
	direct   []int  // positions of columns whose values must not stand elsewhere
	made     []bool // by column: cells that look like identifiers are made so by the policy
	kinds    []ident.Kind
	mu       sync.Mutex
	all      []*scanWorker
}

// newScanner scans columns. latest is the latest birth that a resident ID can have; the zero time bounds it nowhere near.
func newScanner(names []string, direct []int, latest time.Time) *scanner {
	return &scanner{detector: ident.Detector{Latest: latest}, names: names, direct: direct, made: make([]bool, len(names)), kinds: ident.Kinds()}
}

// scanWorker is for one goroutine.
type scanWorker struct {
	*scanner
	seen     int64   // rows
	counts   []int64 // by column and kind
	first    []int64 // by column and kind: the first row
	persons  int64
	repeated []scanSpot
	repeats  int64

	memo    scanMemo
	matches []ident.Match
	// Of the rows that are looked at:
	shapes  []scanShape // column by column
	between []scanShape // by column: what its cells have between them
	needles []scanNeedle
	folded  []byte // of needles
	text    []byte // of a cell
	spots   []scanSpot
}

type scanSpot struct {
	row        int64
	column, of int
}

func (s scanSpot) compare(t scanSpot) int {
	return cmp.Or(cmp.Compare(s.row, t.row), cmp.Compare(s.column, t.column), cmp.Compare(s.of, t.of))
}

func (s *scanner) worker() *scanWorker {
	n := len(s.names) * len(s.kinds)
	w := &scanWorker{
		scanner: s, counts: make([]int64, n), first: make([]int64, n), between: make([]scanShape, len(s.names)), memo: newScanMemo(len(s.names)),
	}
	s.mu.Lock()
	s.all = append(s.all, w)
	s.mu.Unlock()
	return w
}

// rows looks at the cells that are written, column by column: the cells of a column are much alike, and most columns cannot hold what another's rows had.
func (w *scanWorker) rows(m *madeRows) {
	n := len(m.at)
	w.seen += int64(n)
	w.shapes = slices.Grow(w.shapes[:0], n*len(w.names))[:n*len(w.names)]
	for column := range w.names {
		w.column(m, column)
	}
	w.spots = w.spots[:0]
	for _, of := range w.direct {
		w.repeat(m, of)
	}
	w.repeats += int64(len(w.spots))
	slices.SortFunc(w.spots, scanSpot.compare) // the first ones are kept
	w.repeated = append(w.repeated, w.spots[:min(len(w.spots), scanPlaces-len(w.repeated))]...)
}

// column looks at the cells of one column.
func (w *scanWorker) column(m *madeRows, column int) {
	n := len(m.at)
	shapes, between := w.shapes[column*n:(column+1)*n], scanShape{}
	remembers, hits := w.memo.columns[column].remembers(), 0
	for r := range shapes {
		shape, cell := &shapes[r], m.out[r*m.width+column]
		switch {
		case len(cell) == 0:
			*shape = scanShape{}
			continue
		case !remembers || len(cell) > memoBytes:
			shape.look(cell)
			if shape.find && !shape.token {
				w.find(m.number(r), column, m.original(r, column), cell)
			}
		default:
			slot := w.memo.slot(cell)
			if slot.holds(cell) {
				hits++
				if *shape = slot.shape; shape.find {
					w.find(m.number(r), column, m.original(r, column), cell)
				}
				break
			}
			*shape = w.learn(m, r, column)
			slot.keep(cell, *shape)
		}
		between.add(shape)
	}
	w.between[column] = between
	w.memo.columns[column].judge(n, hits)
}

// learn is what is remembered of a cell: one that the search finds nothing in cannot hold anything, and its shape is that of what needles are looked for in.
func (w *scanWorker) learn(m *madeRows, r, column int) scanShape {
	cell := m.out[r*m.width+column]
	shape := shapeOf(cell)
	shape.find = shape.find && !shape.token && w.find(m.number(r), column, m.original(r, column), cell)
	text := cell
	if shape.folds {
		w.text = foldText(w.text[:0], cell)
		text = w.text
		folded := shapeOf(text)
		shape.wide, shape.run, shape.gaps = folded.wide, folded.run, false
	}
	shape.set = setOf(text)
	return shape
}

// find counts the identifiers in a cell, and reports whether there is any match to judge, which depends on nothing but the text.
func (w *scanWorker) find(number int64, column int, original, cell []byte) bool {
	text := string(cell)
	w.matches = w.detector.Find(w.matches[:0], text)
	w.matches = w.longer(w.matches, text)
	some := false
	for _, m := range w.matches {
		if opaque(text, m) {
			continue
		}
		some = true
		if w.made[column] && m.Start == 0 && m.End == len(text) && !bytes.Equal(original, cell) {
			continue
		}
		at := column*len(w.kinds) + slices.Index(w.kinds, m.Kind)
		if w.counts[at]++; w.first[at] == 0 || number < w.first[at] {
			w.first[at] = number
		}
		if !organisational(m.Kind) {
			w.persons++
		}
	}
	return some
}

// longer finds resident IDs at the beginning or end of numbers that are a little longer: the tax number of a sole trader is the owner's resident ID with
// two more digits, or with the region's before it, and detectors never cut digits out of a longer run.
func (w *scanWorker) longer(found []ident.Match, text string) []ident.Match {
	const id, least, most = 18, 19, 24
	for i := 0; i+least <= len(text); {
		if scanClasses[text[i]] != scanDigit {
			i++
			continue
		}
		end := i
		for end < len(text) && (scanClasses[text[end]] == scanDigit || scanClasses[text[end]] == scanLetter) {
			end++
		}
		if n := end - i; n >= least && n <= most {
			for _, start := range []int{i, end - id} {
				if start < i || overlaps(found, start, start+id) || !w.detector.Is(ident.ResidentID, text[start:start+id]) {
					continue
				}
				found = append(found, ident.Match{Kind: ident.ResidentID, Start: start, End: start + id, Strong: true})
			}
		}
		i = end
	}
	return found
}

func overlaps(found []ident.Match, start, end int) bool {
	return slices.ContainsFunc(found, func(m ident.Match) bool { return m.Start < end && start < m.End && m.Kind == ident.ResidentID })
}

// opaque reports whether a match without the proof of a birth is only the end of a pseudonym: one of a few thousand hexadecimal tokens ends in digits
// that could be a telephone number, and a release of a million rows would never pass.
func opaque(text string, m ident.Match) bool {
	if m.Kind != ident.Mobile && m.Kind != ident.BankCard && m.Kind != ident.CreditCode {
		return false
	}
	start := m.Start
	letters, changes := 0, 0
	hexadecimal := true
	for start > 0 {
		c := text[start-1]
		class := scanClasses[c]
		if class != scanDigit && class != scanLetter {
			break
		}
		if class == scanLetter {
			letters++
			hexadecimal = hexadecimal && (c|0x20)-'a' <= 5
		}
		if start < m.Start && class != scanClasses[text[start]] {
			changes++
		}
		start--
	}
	word := m.End - start
	const shortHex, shortToken, mixed = 16, 20, 3
	return letters > 0 && word >= shortHex && hexadecimal || word >= shortToken && changes >= mixed
}

// result puts together what the workers saw.
func (s *scanner) result() *ScanResult {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.kinds)
	counts, first := make([]int64, len(s.names)*n), make([]int64, len(s.names)*n)
	r := &ScanResult{Columns: make([]ScanColumn, len(s.names)), Repeated: []ScanRepeat{}}
	var spots []scanSpot
	for _, w := range s.all {
		r.Rows += w.seen
		r.Identifiers += w.persons
		r.Repeats += w.repeats
		spots = append(spots, w.repeated...)
		for i, c := range w.counts {
			counts[i] += c
			if c > 0 && (first[i] == 0 || w.first[i] < first[i]) {
				first[i] = w.first[i]
			}
		}
	}
	for i, name := range s.names {
		r.Columns[i] = ScanColumn{Name: name, Kinds: map[string]int64{}}
		for k, kind := range s.kinds {
			if c := counts[i*n+k]; c > 0 {
				r.Columns[i].Kinds[string(kind)] = c
				r.First = append(r.First, ScanPlace{Row: first[i*n+k], Column: name, Kind: string(kind)})
			}
		}
	}
	slices.SortFunc(spots, scanSpot.compare)
	for _, p := range spots[:min(len(spots), scanPlaces)] {
		r.Repeated = append(r.Repeated, ScanRepeat{Row: p.row, Column: s.names[p.column], Of: s.names[p.of]})
	}
	return r
}

// scanWatch is the output gate: every cell that is written, beside the row that was read.
type scanWatch struct{ *scanner }

// newScanWatch scans what a run writes.
func newScanWatch(columns []Column) watch {
	names, direct := make([]string, len(columns)), []int{}
	for i, c := range columns {
		names[i] = c.Name
		if c.Class == "direct" {
			direct = append(direct, i)
		}
	}
	s := newScanner(names, direct, time.Time{})
	for i, c := range columns {
		s.made[i] = strings.Contains(c.Apply, "encrypt(") // keeps the format of what it encrypts
	}
	return &scanWatch{s}
}

func (w *scanWatch) worker() watchWorker { return w.scanner.worker() }

// finish tells release rules how much was found.
func (w *scanWatch) finish(f *Facts) error {
	r := w.result()
	f.Scan = &ScanFacts{Identifiers: r.Identifiers, Repeated: r.Repeats, More: r}
	return nil
}
