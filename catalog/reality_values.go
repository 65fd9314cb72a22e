package catalog

import (
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/banfa-go/banfa/internal/ident"
	"github.com/banfa-go/banfa/internal/table"
)

// realityScan is the state of one reading. What it holds per column is bounded: counts, the first rows, and hashes within the budget.
type realityScan struct {
	entry    *Entry
	report   *RealityReport
	options  *realityOptions
	detector ident.Detector
	columns  []realityColumn
	begun    bool
	named    int   // columns of the header
	unnamed  []int // columns beyond it
	titles   int   // rows above the header
	budget   int   // hashes that may still be remembered
	newest   time.Time
	matches  []ident.Match
	sheets   []realitySheet
}

// realityColumn is what is counted of a column.
type realityColumn struct {
	possible realityType // of all values so far
	some     bool
	misfits  int // values that are not of the declared type
	misfit   []int
	kinds    []realityKind
	both     int // texts that begin with 9 and are both a resident ID and a credit code
	bothRows []int
	names    int // whole values that look like a person's name
	masks    []RealityMask
}

// realityKind counts one kind in one column.
type realityKind struct {
	kind      ident.Kind
	strong    bool
	cells     int
	whole     int
	ambiguous int
	rows      []int
	example   string
	distinct  map[uint64]struct{}
	full      bool
}

const realityMaskShapes = 16 // shapes of masks that are told apart in one column; more are not counted

// otherSheet tells whether a row is of a sheet behind the first, and notes the sheet.
func (s *realityScan) otherSheet(sheet string) bool {
	if sheet == "" {
		return false
	}
	if n := len(s.report.Sheets); n == 0 || s.report.Sheets[n-1] != sheet {
		s.report.Sheets = append(s.report.Sheets, sheet)
	}
	return s.report.Sheets[0] != sheet
}

// realitySheet counts the resident IDs of a sheet that is not compared.
type realitySheet struct {
	name  string
	cells int
	place Place // of the first
}

// elsewhere looks at a row of a sheet that is not compared for resident IDs: those are wrong wherever they stand.
func (s *realityScan) elsewhere(row table.Row) {
	for i, cell := range row.Cells {
		s.matches = s.detector.Find(s.matches[:0], cell)
		if !slices.ContainsFunc(s.matches, func(m ident.Match) bool { return m.Kind == ident.ResidentID }) {
			continue
		}
		n := len(s.sheets)
		if n == 0 || s.sheets[n-1].name != row.Sheet {
			s.sheets = append(s.sheets, realitySheet{name: row.Sheet, place: Place{Sheet: row.Sheet, Row: row.Number, Column: table.Column(i + 1)}})
			n++
		}
		s.sheets[n-1].cells++
	}
}

// row counts one row of data.
func (s *realityScan) row(row table.Row) {
	s.report.Rows++
	if len(row.Cells) > len(s.report.Columns) {
		width := len(row.Cells)
		for width > len(s.report.Columns) && strings.TrimSpace(row.Cells[width-1]) == "" {
			width--
		}
		s.widen(width)
	}
	for i, cell := range row.Cells {
		if v := strings.TrimSpace(cell); v != "" {
			s.cell(i, row.Number, v)
		}
	}
}

func (s *realityScan) cell(i, row int, v string) {
	c, r := &s.columns[i], &s.report.Columns[i]
	r.Values++
	t := realityTypeOf(v)
	if !c.some {
		c.some, c.possible = true, t
	} else {
		c.possible &= t
	}
	if bit, ok := realityBit(r.Declared); ok && t&bit == 0 {
		c.misfits++
		c.misfit = s.first(c.misfit, row)
	}
	if t&realityTimestamp != 0 {
		s.date(v, t)
	}
	if strings.Contains(v, "*") || strings.Contains(v, "＊") {
		c.mask(v)
	}
	if t == realityString && ident.Is(ident.PersonName, v) {
		c.names++
	}
	s.matches = s.detector.Find(s.matches[:0], v)
	s.identifiers(c, row, v)
}

// first keeps the first rows that a finding names.
func (s *realityScan) first(rows []int, row int) []int {
	if len(rows) < s.options.limits.Examples && (len(rows) == 0 || rows[len(rows)-1] != row) {
		rows = append(rows, row)
	}
	return rows
}

// identifiers counts the matches of one cell; a kind counts once a cell.
func (s *realityScan) identifiers(c *realityColumn, row int, v string) {
	for i, m := range s.matches {
		if m.Ambiguous {
			switch {
			case m.Kind == ident.CreditCode:
				continue
			case m.Value[0] == '9': // decided when the whole column is known
				c.both++
				c.bothRows = s.first(c.bothRows, row)
				continue
			}
		}
		k := c.kind(m)
		if m.Ambiguous {
			k.ambiguous++
		}
		k.remember(s, m.Value)
		k.rows = s.first(k.rows, row)
		again := false
		for _, p := range s.matches[:i] {
			again = again || p.Kind == m.Kind
		}
		if !again {
			k.cells++
		}
		if m.Start == 0 && m.End == len(v) {
			k.whole++
		}
		if k.example == "" {
			k.example = realityMasked(m.Value)
		}
	}
}

func (c *realityColumn) kind(m ident.Match) *realityKind {
	for i := range c.kinds {
		if c.kinds[i].kind == m.Kind {
			return &c.kinds[i]
		}
	}
	c.kinds = append(c.kinds, realityKind{kind: m.Kind, strong: m.Strong})
	return &c.kinds[len(c.kinds)-1]
}

// find returns the counts of a kind, nil where there are none.
func (c *realityColumn) find(kind ident.Kind) *realityKind {
	for i := range c.kinds {
		if c.kinds[i].kind == kind {
			return &c.kinds[i]
		}
	}
	return nil
}

// remember counts distinct values by 64-bit hashes, as long as the budget of the report lasts.
func (k *realityKind) remember(s *realityScan, v string) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(v)) // a hash takes everything
	sum := h.Sum64()
	if _, ok := k.distinct[sum]; ok {
		return
	}
	if s.budget <= 0 {
		k.full = true
		return
	}
	if k.distinct == nil {
		k.distinct = map[uint64]struct{}{}
	}
	k.distinct[sum] = struct{}{}
	s.budget--
}

// date keeps the newest date that is not after the given day: ends of validity lie in the future and say nothing of the data's age.
func (s *realityScan) date(v string, t realityType) {
	if t&realityInt != 0 {
		return // eight digits can be anything
	}
	if day, _, ok := realityMoment(v); ok && day.After(s.newest) && (s.options.at.IsZero() || !day.After(s.options.at)) {
		s.newest = day
	}
}

// mask counts a value with asterisks by its shape.
func (c *realityColumn) mask(v string) {
	if len(v) > 128 {
		return // a text
	}
	runes := []rune(strings.ReplaceAll(v, "＊", "*"))
	from, to := -1, -1
	for i, r := range runes {
		if r == '*' {
			if from < 0 {
				from = i
			}
			to = i
		}
	}
	if to-from < 1 || len(runes) > 32 || len(runes) < 6 {
		return // one asterisk is a note or part of a name
	}
	for i, r := range runes {
		if r != '*' && (i < from || i > to) && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') && r != '-' {
			return
		}
	}
	shape := strconv.Itoa(from) + "+" + strconv.Itoa(len(runes)-1-to) + "/" + strconv.Itoa(len(runes))
	for i := range c.masks {
		if c.masks[i].Shape == shape {
			c.masks[i].Cells++
			return
		}
	}
	if len(c.masks) == realityMaskShapes {
		return
	}
	kind := ""
	switch {
	case len(runes) == 18:
		kind = string(ident.ResidentID) // or a credit code: a mask hides which
	case len(runes) == 11 && from > 0 && runes[0] == '1':
		kind = string(ident.Mobile)
	}
	c.masks = append(c.masks, RealityMask{Shape: shape, Kind: kind, Cells: 1})
}

// realityMasked shows so little of an identifier that nobody is named by it: two characters and its length.
func realityMasked(v string) string {
	runes := []rune(v)
	shown := min(2, len(runes)/4)
	return string(runes[:shown]) + strings.Repeat("*", len(runes)-shown)
}

// realityHide masks the identifiers in a name that goes into a report, and any other long number: where data is taken for a header, no
// name of a column is to be trusted.
func realityHide(s string) string {
	return realityLongNumber.ReplaceAllStringFunc(realityHideKnown(s), realityMasked)
}

var realityLongNumber = regexp.MustCompile(`\p{Nd}{7,}`)

func realityHideKnown(s string) string {
	var b strings.Builder
	end := 0
	for _, m := range ident.Find(nil, s) {
		if m.Start >= end {
			b.WriteString(s[end:m.Start])
			b.WriteString(realityMasked(m.Value))
			end = m.End
		}
	}
	b.WriteString(s[end:])
	return b.String()
}
