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
	run  int // the most digits in a row
}

func (s *scanner) worker() *scanWorker {
	n := len(s.names) * len(s.kinds)
	w := &scanWorker{scanner: s, counts: make([]int64, n), first: make([]int64, n), shapes: make([]scanShape, len(s.names))}
	s.mu.Lock()
	s.all = append(s.all, w)
	s.mu.Unlock()
	return w
}

// row looks at the cells that are written; in has the cells that were read.
func (w *scanWorker) row(number int64, in, out [][]byte) {
	w.rows++
	for i, cell := range out {
		if len(cell) == 0 {
			w.shapes[i] = scanShape{}
			continue
		}
		w.shapes[i] = shapeOf(cell)
		if w.shapes[i].find {
			w.find(number, i, in[i], cell)
		}
	}
	if len(w.direct) > 0 {
		w.repeat(number, in, out)
	}
}

// find counts the identifiers in a cell.
func (w *scanWorker) find(number int64, column int, original, cell []byte) {
	text := string(cell)
	w.matches = w.detector.Find(w.matches[:0], text)
	w.matches = w.longer(w.matches, text)
	for _, m := range w.matches {
		if opaque(text, m) {
			continue
		}
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

// repeat looks for the direct identifiers of the row in other cells than their own.
func (w *scanWorker) repeat(number int64, in, out [][]byte) {
	w.needles, w.folded = w.needles[:0], w.folded[:0]
	for _, of := range w.direct {
		if len(in[of]) > 0 {
			w.addNeedle(of, in[of])
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
			if n.of == column || len(cell) < len(n.text) || n.wide && !shape.wide || !shape.gaps && shape.run < n.run {
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
	w.needles = append(w.needles, n)
}

// placeholders stand where there is no value.
var placeholders = []string{"未知", "不详", "匿名", "暂无", "没有", "本人", "其他", "其它", "同上", "保密", "测试", "UNKNOWN", "ANONYMOUS"}

func placeholder(text []byte) bool {
	const longest = 9 // bytes
	return len(text) <= longest && slices.Contains(placeholders, string(text))
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
