package desensitize

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

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
	rows     int64
	counts   []int64 // by column and kind
	first    []int64 // by column and kind: the first row
	persons  int64
	repeated []scanSpot
	repeats  int64

	memo    scanMemo
	matches []ident.Match
	shapes  []scanShape
	needles []scanNeedle
	folded  []byte // of needles
	text    []byte // of a cell
}

type scanSpot struct {
	row        int64
	column, of int
}

// scanNeedle is a direct identifier of the row, folded.
type scanNeedle struct {
	of   int
	text []byte
	wide bool
	run  int     // the most digits in a row
	set  scanSet // of its bytes; nothing where they are digits
}

func (s *scanner) worker() *scanWorker {
	n := len(s.names) * len(s.kinds)
	w := &scanWorker{scanner: s, counts: make([]int64, n), first: make([]int64, n), shapes: make([]scanShape, len(s.names)), memo: newScanMemo(len(s.names))}
	s.mu.Lock()
	s.all = append(s.all, w)
	s.mu.Unlock()
	return w
}

// row looks at the cells that are written; in has the cells that were read.
func (w *scanWorker) row(number int64, in, out [][]byte) {
	w.rows++
	var most scanShape // what the cells have between them
	for i, cell := range out {
		shape := &w.shapes[i]
		if len(cell) == 0 {
			*shape = scanShape{}
			continue
		}
		slot := w.memo.slot(i, cell)
		if slot == nil || !slot.holds(cell) {
			w.look(slot, shape, number, i, in[i], cell)
		} else {
			*shape = slot.shape
			w.memo.columns[i].hits++
			if shape.find {
				w.find(number, i, in[i], cell)
			}
		}
		most.wide = most.wide || shape.wide
		most.gaps = most.gaps || shape.gaps
		most.run = max(most.run, shape.run)
	}
	if len(w.direct) > 0 {
		w.repeat(number, &most, in, out)
	}
}

// look is what is done with a cell that is not remembered. One that the search finds nothing in is remembered as one that cannot hold anything.
func (w *scanWorker) look(slot *scanSlot, shape *scanShape, number int64, column int, original, cell []byte) {
	*shape = shapeOf(cell)
	found := shape.find && !shape.token && w.find(number, column, original, cell)
	if slot == nil {
		return
	}
	kept := *shape
	kept.find = found
	text := cell
	if kept.folds {
		w.text = foldText(w.text[:0], cell)
		text = w.text
		folded := shapeOf(text)
		kept.wide, kept.run, kept.gaps = folded.wide, folded.run, false
	}
	kept.set = setOf(text)
	slot.keep(cell, kept)
	*shape = kept
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

// repeat looks for the direct identifiers of the row in other cells than their own. most is what its cells have between them: digits that are more in a
// row than any cell has, where none has separators, need not be looked for.
func (w *scanWorker) repeat(number int64, most *scanShape, in, out [][]byte) {
	w.needles, w.folded = w.needles[:0], w.folded[:0]
	for _, of := range w.direct {
		if value := in[of]; len(value) > 0 && (most.gaps || len(value) <= most.run || !allDigits(value)) {
			w.addNeedle(of, value)
		}
	}
	if len(w.needles) == 0 {
		return
	}
	for column, cell := range out {
		shape := &w.shapes[column]
		folded := false
		for i := range w.needles {
			n := &w.needles[i]
			if !shape.gaps && shape.run < n.run || n.wide && !shape.wide || !shape.set.has(n.set) || n.of == column || len(cell) < len(n.text) {
				continue
			}
			text := cell
			if shape.folds {
				if !folded {
					w.text, folded = foldText(w.text[:0], cell), true
				}
				text = w.text
			}
			if !bytes.Contains(text, n.text) {
				continue
			}
			w.repeats++
			if len(w.repeated) < scanPlaces {
				w.repeated = append(w.repeated, scanSpot{number, column, n.of})
			}
		}
	}
}

// The shortest identifiers that are looked for: shorter ones stand in other cells by chance.
const (
	scanRunes   = 2 // of text beyond ASCII, such as names
	scanLetters = 5 // of text in Latin letters
)

// addNeedle folds a value to look for, unless it is too short or stands for none.
func (w *scanWorker) addNeedle(of int, value []byte) {
	if allDigits(value) {
		if len(value) >= scanDigits {
			w.needles = append(w.needles, scanNeedle{of: of, text: value, run: len(value)})
		}
		return
	}
	if count, ok := chinese(value); ok {
		if count >= scanRunes && !placeholder(value) {
			w.needles = append(w.needles, scanNeedle{of: of, text: value, wide: true, set: setOf(value)})
		}
		return
	}
	shape := shapeOf(value)
	n := scanNeedle{of: of, text: value, wide: shape.wide, run: shape.run}
	if shape.folds {
		from := len(w.folded)
		w.folded = foldText(w.folded, value)
		n.text = w.folded[from:len(w.folded):len(w.folded)]
		shape = shapeOf(n.text)
		n.wide, n.run = shape.wide, shape.run
	}
	switch {
	case n.wide && utf8.RuneCount(n.text) < scanRunes,
		!n.wide && shape.digits < scanDigits && len(n.text) < scanLetters,
		!n.wide && shape.digits == len(n.text) && shape.digits < scanDigits,
		placeholder(n.text):
		return
	}
	n.set = setOf(n.text)
	w.needles = append(w.needles, n)
}

// chinese reports whether a text is nothing but the usual Chinese characters, and how many there are.
func chinese(text []byte) (int, bool) {
	for i := 0; i < len(text); i += 3 {
		if text[i] < 0xE4 || text[i] > 0xE9 || i+2 >= len(text) || text[i+1]&0xC0 != 0x80 || text[i+2]&0xC0 != 0x80 {
			return 0, false
		}
	}
	return len(text) / 3, true
}

// placeholder reports whether a text stands where there is no value.
func placeholder(text []byte) bool {
	switch string(text) {
	case "未知", "不详", "匿名", "暂无", "没有", "本人", "其他", "其它", "同上", "保密", "测试", "UNKNOWN", "ANONYMOUS":
		return true
	}
	return false
}

// foldText appends text as it is compared: half-width, upper case, without white space and hyphens.
func foldText(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c >= 'a' && c <= 'z':
				c -= 'a' - 'A'
			case c == ' ' || c == '-' || c == '\t':
				continue
			}
			dst = append(dst, c)
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r >= '！' && r <= '～':
			c = byte(r - '！' + '!')
			if c >= 'a' && c <= 'z' {
				c -= 'a' - 'A'
			}
			if c != '-' {
				dst = append(dst, c)
			}
		case r == '\u00a0', r == '\u3000', r >= '\u2000' && r <= '\u200b', r == '\u202f', r == '\ufeff', r >= '\u2010' && r <= '\u2015', r == '\u2212':
		default:
			dst = append(dst, text[i:i+n]...)
		}
		i += n
	}
	return dst
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
		r.Rows += w.rows
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
	slices.SortFunc(spots, func(a, b scanSpot) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column), cmp.Compare(a.of, b.of))
	})
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
