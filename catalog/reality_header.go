package catalog

import (
	"strings"

	"github.com/banfa-go/banfa/internal/ident"
	"github.com/banfa-go/banfa/internal/table"
)

// realityHeader chooses the header among the first rows: the one that names most items of the entry, and where none names any the first
// one that looks like a header. It is -1 where there is none.
func realityHeader(e *Entry, rows []table.Row) int {
	names := make(map[string]bool, 2*len(e.Items))
	for i := range e.Items {
		names[realityName(e.Items[i].Name)] = true
		names[realityBare(e.Items[i].Name)] = true
	}
	delete(names, "")
	best, most := -1, 0
	for i, row := range rows {
		n := 0
		for j, c := range row.Cells {
			if !row.Filled(j) && (names[realityName(c)] || names[realityBare(c)]) {
				n++
			}
		}
		if n > most && !realityHoldsValues(row.Cells) {
			best, most = i, n
		}
	}
	if best >= 0 {
		return best
	}
	width := 0
	for _, row := range rows {
		width = max(width, realityFilled(row))
	}
	for i, row := range rows {
		if filled := realityFilled(row); filled*2 > width && (filled > 1 || width == 1) && realityLooksLikeHeader(row.Cells) {
			return i
		}
		if i == 2 { // more than two rows of titles are not a title
			break
		}
	}
	return -1
}

// realityFilled counts the cells with text of their own.
func realityFilled(row table.Row) int {
	n := 0
	for i, c := range row.Cells {
		if !row.Filled(i) && strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// realityLooksLikeHeader tells whether cells can be names: short, different, and no numbers, dates or identifiers.
func realityLooksLikeHeader(cells []string) bool {
	seen := map[string]bool{}
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		if seen[c] || len(c) > 120 {
			return false
		}
		seen[c] = true
		if t := realityTypeOf(c); t != realityString && t != realityBool {
			return false
		}
	}
	return !realityHoldsValues(cells)
}

// realityHoldsValues tells whether a row holds identifiers: then it is data, whatever else it looks like, and its cells are no names.
func realityHoldsValues(cells []string) bool {
	var buf [4]ident.Match
	for _, c := range cells {
		if len(ident.Find(buf[:0], c)) > 0 {
			return true
		}
	}
	return false
}

// begin finds the header among the first rows, compares it, and returns the rows that are data.
func (s *realityScan) begin(rows []table.Row) []table.Row {
	r := s.report
	h := realityHeader(s.entry, rows)
	if h < 0 {
		width := 0
		for _, row := range rows {
			width = max(width, len(row.Cells))
		}
		s.widen(width)
		return rows
	}
	r.HeaderRow, r.Compared, s.titles = rows[h].Number, true, h
	header := rows[h].Cells
	for len(header) > 0 && strings.TrimSpace(header[len(header)-1]) == "" {
		header = header[:len(header)-1]
	}
	s.widen(len(header))
	r.comparison = CompareColumns(s.entry, header)
	for i, name := range header {
		r.Columns[i].Name = realityHide(strings.Join(strings.Fields(name), " "))
	}
	for _, m := range r.comparison.Matched {
		item := &s.entry.Items[m.Item]
		r.Columns[m.Column].Item, r.Columns[m.Column].Declared = item.Name, item.Type
	}
	for _, k := range r.comparison.Missing {
		r.Missing = append(r.Missing, s.entry.Items[k].Name)
	}
	return rows[h+1:]
}

// widen makes room for n columns.
func (s *realityScan) widen(n int) {
	if !s.begun {
		s.begun, s.named = true, n
	}
	for len(s.report.Columns) < n {
		i := len(s.report.Columns)
		s.report.Columns = append(s.report.Columns, RealityColumn{Column: table.Column(i + 1)})
		s.columns = append(s.columns, realityColumn{})
		if s.report.Compared && i >= s.named {
			s.unnamed = append(s.unnamed, i)
		}
	}
}
