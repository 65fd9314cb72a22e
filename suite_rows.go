package banfa

import (
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// overflown is where counting the expansions of a table stops.
const overflown = 1 << 30

// tableColumn is a column of a table: an input left of ||, an expectation right of it.
type tableColumn struct {
	name   string
	group  *suiteGroup
	fact   *suiteFact
	path   []string   // of fields within the fact
	typ    *expr.Type // of what the path leads to
	expect *suiteExpect
}

// tableOption is one value that a cell stands for.
type tableOption struct {
	value  any
	absent bool
}

// tableCase is a row whose cells have been read.
type tableCase struct {
	number  int
	row     tableRow
	options [][]tableOption // by left column; nil: as the fixture says
	expect  []ruleset.Expectation
	count   int // of its expansions
}

// readTable reads one entry of `tables` and expands its rows to cases.
func (s *suiteReader) readTable(n *source.Node) {
	c, ok := s.head(n)
	if !ok {
		return
	}
	c.Table = c.ID
	c.Facts = s.base(n)
	node := n.Get("table")
	t, lines, ok := s.newTableText(node)
	if !ok {
		return
	}
	columns, rows, ok := t.rows(node, lines)
	if s.subject == nil {
		if ok {
			s.add(c)
		}
		return
	}
	if !ok {
		return
	}
	changing := slices.ContainsFunc(columns, func(c tableColumn) bool { return c.group != nil && c.group.key == "change" })
	ofCase := s.subject.group("case") != nil
	var cases []tableCase
	total := 0
	for _, r := range rows {
		tc, good := s.readRow(&c, columns, r)
		good = (!changing || s.complete(columns, tc, "change")) && good
		good = good && (!ofCase || s.complete(columns, tc, "case"))
		ok = ok && good
		cases = append(cases, tc)
		total = min(total+tc.count, overflown)
	}
	if total > maxTableCases {
		found := strconv.Itoa(total)
		if total == overflown {
			found = "> " + found
		}
		s.report("BF1012", n.Get("id").Range, "limit.table-cases", found, strconv.Itoa(maxTableCases))
		return
	}
	if !ok || !s.room(total, n.Get("id").Range) {
		return
	}
	for _, tc := range cases {
		s.expand(&c, columns, tc, changing)
	}
}

// rows reads the lines of a table: the header's columns, and the rows below it. Every line is looked at, whatever is wrong with
// another; ok where the table can be expanded.
func (t *tableText) rows(node *source.Node, lines []string) (columns []tableColumn, rows []tableCase, ok bool) {
	ok = true
	var header *tableRow
	seen := 0
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		seen++
		if ruler(line) && seen <= 2 {
			if seen == 1 {
				t.report("BF5007", t.place(i, 0, len([]rune(line))), "suite.table-no-header")
				return nil, nil, false
			}
			continue
		}
		r, good := t.row(i, line)
		ok = ok && good
		switch {
		case seen == 1 && !good:
			return nil, nil, false // nothing can be said about rows whose header is not known
		case seen == 1:
			header = &r
			columns, good = t.columns(r)
			ok = ok && good
		case good:
			// One finding a row: beside it the others have the same cause.
			good = t.width(r.at, r.left, header.left) && t.width(r.at, r.right, header.right)
			ok = ok && good
			rows = append(rows, tableCase{number: len(rows) + 1, row: r})
		}
	}
	switch {
	case seen == 0:
		t.report("BF5007", node.Range, "suite.table-no-header")
		return nil, nil, false
	case len(rows) == 0 && ok:
		t.report("BF5007", header.at, "suite.table-no-rows")
		return nil, nil, false
	}
	return columns, rows, ok
}

func (t *tableText) width(at source.Range, cells, header []tableCell) bool {
	if len(cells) == len(header) {
		return true
	}
	if len(cells) > 0 {
		at = source.Range{Start: cells[0].at.Start, End: cells[len(cells)-1].at.End}
	}
	t.report("BF5007", at, "suite.table-width", strconv.Itoa(len(cells)), strconv.Itoa(len(header)))
	return false
}

// columns looks up what the header names. Inputs decide what can be expected, so they come first.
func (t *tableText) columns(header tableRow) (columns []tableColumn, ok bool) {
	ok = true
	seen := map[string]bool{}
	name := func(c tableCell, side string) bool {
		switch key := side + c.text; {
		case c.text == "":
			t.report("BF5007", c.at, "suite.table-no-column")
		case seen[key]:
			t.report("BF5007", c.at, "suite.table-column", c.text)
		default:
			seen[key] = true
			return true
		}
		ok = false
		return false
	}
	if len(header.left) == 0 || len(header.right) == 0 {
		t.report("BF5007", header.at, "suite.table-no-column")
		ok = false
	}
	changing := false
	for _, c := range header.left {
		col := tableColumn{name: c.text}
		if name(c, "left ") && t.subject != nil {
			ok = t.input(&col, c) && ok
			changing = changing || col.group != nil && col.group.key == "change"
		}
		columns = append(columns, col)
	}
	for _, c := range header.right {
		col := tableColumn{name: c.text}
		if name(c, "right ") && t.subject != nil {
			col.expect = t.expectKey(c.text, c.at, changing)
			ok = ok && col.expect != nil
		}
		columns = append(columns, col)
	}
	return columns, ok
}

// input finds what a column left of || stands for: a fact, a field of one, or a value of another group, as in change.from.
func (t *tableText) input(col *tableColumn, c tableCell) bool {
	parts := strings.Split(c.text, ".")
	facts := t.subject.group("facts")
	col.group, col.fact = facts, facts.fact(parts[0])
	rest := parts[1:]
	if g := t.subject.group(parts[0]); col.fact == nil && g != nil && g != facts && len(rest) > 0 {
		col.group, col.fact, rest = g, g.fact(rest[0]), rest[1:]
	}
	if g := t.subject.group("case"); col.fact == nil && g != nil {
		col.group, col.fact = g, g.fact(parts[0])
	}
	if col.fact == nil {
		t.unknownColumn(c)
		return false
	}
	col.typ, col.path = col.fact.typ, rest
	for _, field := range rest {
		ft, ok := col.typ.Field(field)
		if !ok {
			t.unknownColumn(c)
			return false
		}
		col.typ = ft
	}
	if col.group.key == "case" {
		return true // the steps of a deadline are lists of simple values: spaces stand between them
	}
	if k := col.typ.Kind; k == expr.List || k == expr.Map || k == expr.Object || k == expr.Dyn {
		t.report("BF5007", c.at, "suite.table-type", c.text, k.String())
		return false
	}
	return true
}

func (t *tableText) unknownColumn(c tableCell) {
	g := t.report("BF5001", c.at, "suite.unknown-fact", c.text, t.subject.id)
	var names []string
	for _, group := range t.subject.groups {
		for _, f := range group.facts {
			name := f.name
			if group.key != "facts" && group.key != "case" {
				name = group.key + "." + name
			}
			if f.label == c.text {
				g.hint("hint.did-you-mean", name).replaceBy(name)
				return
			}
			names = append(names, name)
			for _, field := range f.typ.Fields {
				names = append(names, name+"."+field.Name)
			}
		}
	}
	g.didYouMean(c.text, names)
}

// readRow reads the cells of a row.
func (s *suiteReader) readRow(c *ruleset.Case, columns []tableColumn, tc tableCase) (tableCase, bool) {
	ok := true
	tc.count = 1
	for i, cell := range tc.row.left {
		options, good := s.inputCell(&columns[i], cell)
		ok = ok && good
		tc.options = append(tc.options, options)
		tc.count = min(tc.count*max(len(options), 1), overflown)
	}
	id := c.ID + "/" + strconv.Itoa(tc.number)
	for i, cell := range tc.row.right {
		col := &columns[len(tc.row.left)+i]
		if cell.text == "" {
			continue
		}
		k := ruleset.Expectation{Key: col.expect.key, Shape: col.expect.shape, Place: placeOfRange(cell.at)}
		if s.expectedCell(&k, col.expect, cell, id) {
			tc.expect = append(tc.expect, k)
		} else {
			ok = false
		}
	}
	if len(tc.expect) == 0 && ok {
		s.report("BF5005", tc.row.at, "suite.no-expectation", id)
		ok = false
	}
	return tc, ok
}

func placeOfRange(r source.Range) ruleset.Place {
	return ruleset.Place{Line: r.Start.Line, Column: r.Start.Column, EndLine: r.End.Line, EndColumn: r.End.Column}
}

// complete reports the values of a group that a row lacks: they are the same for all its expansions.
func (s *suiteReader) complete(columns []tableColumn, tc tableCase, group string) bool {
	have := map[string]any{}
	for i, options := range tc.options {
		if col := &columns[i]; col.group != nil && col.group.key == group && col.fact != nil && len(options) > 0 {
			have[col.fact.name] = options[0].value // nil for ?
		}
	}
	return s.required(tc.row.at, have, group)
}

// expand makes the cases of a row, the last `-` varying fastest.
func (s *suiteReader) expand(c *ruleset.Case, columns []tableColumn, tc tableCase, changing bool) {
	id := c.ID + "/" + strconv.Itoa(tc.number)
	for i := range tc.count {
		x := *c
		x.ID, x.Place, x.Expect = id, placeOfRange(tc.row.at), tc.expect
		if tc.count > 1 {
			x.ID += "." + strconv.Itoa(i+1)
		}
		x.Facts = cloneValue(c.Facts).(map[string]any)
		if changing {
			x.Change = map[string]any{}
		}
		x.Events = map[string]any{}
		ofCase := map[string]any{}
		stride := tc.count
		for j, options := range tc.options {
			if len(options) == 0 {
				continue
			}
			stride /= len(options)
			o := options[i/stride%len(options)]
			col := &columns[j]
			to := x.Facts
			switch col.group.key {
			case "change":
				to = x.Change
			case "events":
				to = x.Events
			case "case":
				to = ofCase
			}
			put(to, append([]string{col.fact.name}, col.path...), o)
		}
		x.SetCase(ofCase)
		s.add(x)
	}
}

func cloneValue(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v // lists are never changed in place
	}
	c := make(map[string]any, len(m))
	for k, x := range m {
		c[k] = cloneValue(x)
	}
	return c
}

// put sets or removes what a path of names leads to.
func put(m map[string]any, path []string, o tableOption) {
	for _, name := range path[:len(path)-1] {
		next, ok := m[name].(map[string]any)
		if !ok {
			if o.absent {
				return
			}
			next = map[string]any{}
			m[name] = next
		}
		m = next
	}
	if o.absent {
		delete(m, path[len(path)-1])
	} else {
		m[path[len(path)-1]] = o.value
	}
}
