package catalog

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/ident"
)

// The articles that reality is checked against.
var (
	realityDelivery = [2]string{"第三十八条第一款", "38p1"} // data is delivered as the open catalog says, and kept up to date
	realityUnlisted = [2]string{"第七十条第（二）项", "70(2)"}
	realityUnmasked = [2]string{"第七十条第（三）项", "70(3)"}
)

// The shares of a column's values from which on evidence that chance also gives is taken for what it looks like. A check digit of Luhn,
// Hong Kong or Taiwan holds by chance in one of ten values.
const (
	realityWeakShare = 0.3
	realityNameShare = 0.8
	realityNameLeast = 5 // values
)

// finish completes the report when all rows are read.
func (s *realityScan) finish() {
	r := s.report
	for i := range s.columns {
		s.settle(i)
	}
	if !s.newest.IsZero() {
		r.Newest = s.newest.Format("2006-01-02")
	}
	s.findFormat()
	s.findHeader()
	s.findColumns()
	for i := range s.columns {
		s.findType(i)
		s.findIdentifiers(i)
	}
	s.findFreshness()
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	if r.Columns == nil {
		r.Columns = []RealityColumn{}
	}
}

// settle decides what the ambiguous values of a column are that begin with 9, and fills its part of the report. One in 31 resident IDs
// passes as a credit code, and hardly any credit code as a resident ID, for want of a birth date: an ambiguous value is a resident ID,
// and so one that nobody may publish. Only one that begins with 9 is likelier the credit code of a company than the card of a
// foreigner, in a column of such codes.
func (s *realityScan) settle(i int) {
	c, r := &s.columns[i], &s.report.Columns[i]
	if c.both > 0 {
		kind := ident.ResidentID
		credit, resident := c.find(ident.CreditCode), c.find(ident.ResidentID)
		if credit != nil && (resident == nil || credit.cells > resident.cells) {
			kind = ident.CreditCode
		}
		k := c.kind(ident.Match{Kind: kind, Strong: true})
		k.cells += c.both
		k.ambiguous += c.both
		k.full = true // these were not told apart
		for _, row := range c.bothRows {
			k.rows = s.first(k.rows, row)
		}
		slices.Sort(k.rows)
	}
	if c.some {
		r.Observed = realityNarrowest(c.possible)
	}
	slices.SortFunc(c.kinds, func(a, b realityKind) int { return strings.Compare(string(a.kind), string(b.kind)) })
	for _, k := range c.kinds {
		r.Identifiers = append(r.Identifiers, RealityIdentifier{
			Kind: string(k.kind), Strong: k.strong, Cells: k.cells, Whole: k.whole, Ambiguous: k.ambiguous, Distinct: len(k.distinct), AtLeast: k.full, Rows: k.rows, Example: k.example,
		})
	}
	r.Masked = c.masks
}

// add appends a finding about column i; -1 is the whole file.
func (s *realityScan) add(rule string, basis [2]string, severity Severity, i, row int, what, fix words) *Finding {
	f := Finding{
		Rule: rule, Basis: []string{basis[0]}, Short: []string{basis[1]}, Severity: severity, Verdict: Violated, Entry: s.entry.ID, Unit: s.entry.Unit,
		Place: &Place{File: s.report.File, Row: row},
	}.saying(what, fix)
	if len(s.report.Sheets) > 0 {
		f.Place.Sheet = s.report.Sheets[0]
	}
	if i >= 0 {
		f.Place.Column, f.Item = s.report.Columns[i].Column, s.report.Columns[i].Name
	}
	s.report.Findings = append(s.report.Findings, f)
	return &s.report.Findings[len(s.report.Findings)-1]
}

// label names a column for a message.
func (s *realityScan) label(i int) words {
	r := &s.report.Columns[i]
	if r.Name == "" {
		return say("finding.reality.column.nameless", r.Column)
	}
	return say("finding.reality.column", r.Column, r.Name)
}

func (s *realityScan) findFormat() {
	r := s.report
	name := strings.TrimPrefix(strings.ToLower(path.Ext(strings.ReplaceAll(r.File, `\`, "/"))), ".")
	if (name == "csv" || name == "xlsx" || name == "xls") && name != r.Format {
		s.add("reality.format", realityDelivery, SeverityWarning, -1, 0,
			say("finding.reality.format.name", name, r.Format), say("finding.reality.format.name.fix", r.Format, name))
	}
	if declared := s.entry.Format; declared != "" && !slices.Contains(strings.Split(declared, ","), r.Format) {
		s.add("reality.format", realityDelivery, SeverityWarning, -1, 0,
			say("finding.reality.format", declared, r.Format), say("finding.reality.format.fix")).Field = "format"
	}
	if len(r.Sheets) > 1 {
		f := s.add("reality.sheets", realityUnlisted, SeverityWarning, -1, 0,
			say("finding.reality.sheets", len(r.Sheets), realityHide(r.Sheets[0])), say("finding.reality.sheets.fix"))
		f.Verdict, f.Missing = Unjudged, []string{"sheets"}
	}
	for _, sheet := range s.sheets {
		f := s.add("reality.identifier", realityUnmasked, SeverityError, -1, sheet.place.Row,
			say("finding.reality.sheet_identifiers", realityHide(sheet.name), sheet.cells), say("finding.reality.mask"))
		f.Place.Sheet, f.Place.Column = realityHide(sheet.name), sheet.place.Column
	}
}

func (s *realityScan) findHeader() {
	r := s.report
	if !r.Compared {
		f := s.add("reality.header", realityUnlisted, SeverityError, -1, 0, say("finding.reality.header"), say("finding.reality.header.fix"))
		f.Verdict, f.Missing = Unjudged, []string{"header"}
		return
	}
	if s.titles > 0 {
		s.add("reality.title_row", realityDelivery, SeverityWarning, -1, r.HeaderRow,
			say("finding.reality.title_row", r.HeaderRow, s.titles), say("finding.reality.title_row.fix"))
	}
}

func (s *realityScan) findColumns() {
	r := s.report
	if !r.Compared {
		return
	}
	for _, i := range slices.Concat(r.comparison.Undeclared, s.unnamed) {
		if r.Columns[i].Name == "" && r.Columns[i].Values == 0 {
			continue // an empty column
		}
		what := say("finding.reality.undeclared", s.label(i))
		if kinds := s.personal(i); kinds != (words{}) {
			what = say("finding.reality.undeclared.personal", s.label(i), kinds)
		}
		s.add("reality.undeclared_column", realityUnlisted, SeverityError, i, r.HeaderRow, what, say("finding.reality.undeclared.fix"))
	}
	for _, i := range r.comparison.Repeated {
		s.add("reality.repeated_column", realityDelivery, SeverityWarning, i, r.HeaderRow,
			say("finding.reality.repeated_column", s.label(i)), say("finding.reality.repeated_column.fix"))
	}
	for _, m := range r.comparison.Matched {
		if m.Near {
			s.add("reality.column_name", realityDelivery, SeverityInfo, m.Column, r.HeaderRow,
				say("finding.reality.column_name", s.label(m.Column), s.entry.Items[m.Item].Name), say("finding.reality.column_name.fix"))
		}
	}
	for _, name := range r.Missing {
		s.add("reality.missing_column", realityDelivery, SeverityWarning, -1, r.HeaderRow,
			say("finding.reality.missing_column", name), say("finding.reality.missing_column.fix")).Item = name
	}
}

func (s *realityScan) findType(i int) {
	c, r := &s.columns[i], &s.report.Columns[i]
	if c.misfits == 0 {
		return
	}
	s.add("reality.type", realityDelivery, SeverityWarning, i, c.misfit[0],
		say("finding.reality.type", s.label(i), r.Declared, r.Values, c.misfits, realityList(c.misfit)), say("finding.reality.type.fix")).Field = "type"
}

// personal names the kinds in a column that findings are made of.
func (s *realityScan) personal(i int) words {
	var names words
	for _, k := range s.columns[i].kinds {
		if _, ok := s.weigh(i, &k); !ok {
			continue
		}
		if names != (words{}) {
			names = names.add("", words{"、", ", "})
		}
		names = names.add("", realitySayKind(k.kind))
	}
	return names
}

func realitySayKind(k ident.Kind) words { return say("finding.kind." + string(k)) }

// weigh tells whether the identifiers of a kind in a column are more than chance, and how much they weigh.
func (s *realityScan) weigh(i int, k *realityKind) (Severity, bool) {
	values := float64(s.report.Columns[i].Values)
	often := float64(k.cells) >= realityWeakShare*values
	embedded := k.cells > k.whole // in a text: chance needs far more luck there
	switch k.kind {
	case ident.ResidentID:
		return SeverityError, true
	case ident.BankCard, ident.HongKongID, ident.TaiwanID:
		if often {
			return SeverityError, true
		}
		return SeverityWarning, embedded
	case ident.Mobile:
		return SeverityWarning, often || embedded || k.cells >= 10
	case ident.OfficerID:
		return SeverityWarning, true
	case ident.ResidentID15, ident.Passport, ident.Permit, ident.Plate:
		return SeverityWarning, often
	default: // of organisations, or of nobody in particular
		return SeverityInfo, false
	}
}

func (s *realityScan) findIdentifiers(i int) {
	c, r := &s.columns[i], &s.report.Columns[i]
	for j := range c.kinds {
		k := &c.kinds[j]
		severity, ok := s.weigh(i, k)
		if !ok {
			continue
		}
		rule := "reality.identifier"
		what := say("finding.reality.identifier", s.label(i), r.Values, k.cells, realitySayKind(k.kind))
		if credit := c.find(ident.CreditCode); k.kind == ident.ResidentID && credit != nil && credit.cells >= k.cells {
			rule, what = "reality.sole_trader", what.add("", say("finding.reality.sole_trader"))
		}
		if k.strong {
			what = what.add("", say("finding.reality.strong"))
		}
		if k.ambiguous > 0 {
			what = what.add(" ", say("finding.reality.ambiguous", k.ambiguous))
		}
		what = what.add("", say("finding.reality.rows", realityList(k.rows)))
		if item := s.item(i); item != nil && item.Masking != "" {
			what = what.add("", say("finding.reality.said_masked"))
		}
		f := s.add(rule, realityUnmasked, severity, i, k.rows[0], what, say("finding.reality.mask"))
		if item := s.item(i); item != nil {
			f.Item = item.Name
		}
	}
	for _, m := range c.masks {
		kind := say("finding.value")
		if m.Kind != "" {
			kind = realitySayKind(ident.Kind(m.Kind))
		}
		s.add("reality.masked", realityUnmasked, SeverityInfo, i, 0,
			say("finding.reality.masked", s.label(i), m.Cells, kind, m.Shape), say("finding.reality.masked.fix"))
	}
	if c.names >= realityNameLeast && float64(c.names) >= realityNameShare*float64(r.Values) {
		s.add("reality.person_name", realityUnmasked, SeverityInfo, i, 0,
			say("finding.reality.person_name", s.label(i), r.Values, c.names), say("finding.reality.person_name.fix"))
	}
}

// item is the item of column i, nil where it has none.
func (s *realityScan) item(i int) *Item {
	for _, m := range s.report.comparison.Matched {
		if m.Column == i {
			return &s.entry.Items[m.Item]
		}
	}
	return nil
}

func realityList(rows []int) words {
	var list words
	for i, r := range rows {
		if i > 0 {
			list = list.add("", words{"、", ", "})
		}
		list = list.add("", same(strconv.Itoa(r)))
	}
	return list
}
