package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/banfa-go/banfa/internal/table"
)

// importHeaderRows is how many rows a header is looked for in: titles, remarks and dates of issue stand above it.
const importHeaderRows = 20

// importColumn is one column of a sheet.
type importColumn struct {
	label string // as in the file, and unique in the sheet
	field string // empty: to Extra
}

// importHeader is where the header of a sheet stands and what its columns mean.
type importHeader struct {
	row     int // index of its last row
	first   int // index of its first row
	columns []importColumn
	fields  map[string]int // field → index of the column
	spare   []int          // columns whose field another column has
	hasItem bool           // a row can be an item
}

// findImportHeader takes the row with most known labels among the first ones. It must name the entries; of two as good the first is
// taken. A header of two rows (groups above, their columns below, or the other way round) is read as one.
func findImportHeader(rows []table.Row, known *importAliases) (*importHeader, bool) {
	best, most := -1, 0
	for i, row := range rows {
		n, named := 0, false
		for c := range row.Cells {
			a, ok := known.labels[importLabel(row.Cells[c])]
			if !ok || row.Filled(c) && c > 0 && row.Cells[c] == row.Cells[c-1] {
				continue
			}
			n++
			named = named || a.field == "name"
		}
		if named && n > most && (n > 1 || importCellCount(row) == 1) {
			best, most = i, n
		}
	}
	if best < 0 {
		return nil, false
	}
	h := &importHeader{row: best, first: best}
	labels := make([]string, len(rows[best].Cells))
	for c, s := range rows[best].Cells {
		labels[c] = importText(s)
	}
	if best > 0 { // a blank under a known label belongs to it
		for c, s := range rows[best-1].Cells {
			if _, ok := known.labels[importLabel(s)]; ok && c < len(labels) && labels[c] == "" && rows[best-1].Number == rows[best].Number-1 {
				labels[c], h.first = importText(s), best-1
			}
		}
	}
	if best+1 < len(rows) && importAllLabels(rows[best+1], known) {
		h.row++
		for c, s := range rows[h.row].Cells {
			if s = importText(s); s != "" {
				for len(labels) <= c {
					labels = append(labels, "")
				}
				labels[c] = s
			}
		}
	}
	h.assign(labels, known)
	return h, true
}

// importAllLabels reports whether a row below a header is its second one: labels and blanks only, at least one of them of an item or of
// two columns.
func importAllLabels(row table.Row, known *importAliases) bool {
	n, item := 0, false
	for c, s := range row.Cells {
		if table.Blank(s) || row.Filled(c) {
			continue
		}
		a, ok := known.labels[importLabel(s)]
		if !ok {
			return false
		}
		n++
		item = item || strings.HasPrefix(a.field, "item.")
	}
	return n > 1 || item
}

func importCellCount(row table.Row) int {
	n := 0
	for _, c := range row.Cells {
		if !table.Blank(c) {
			n++
		}
	}
	return n
}

// assign gives every field its column. Between the columns of items, 是否开放, 共享类型 and 级别 are of the item, not of the entry.
func (h *importHeader) assign(labels []string, known *importAliases) {
	h.columns, h.fields = make([]importColumn, len(labels)), map[string]int{}
	means := make([]importAlias, len(labels))
	first, last := -1, -1
	for c, label := range labels {
		means[c] = known.labels[importLabel(label)]
		if strings.HasPrefix(means[c].field, "item.") {
			if first < 0 {
				first = c
			}
			last = c
		}
	}
	for c := range labels {
		within := first >= 0 && c > first && (c < last || c == last+1 && importAnother(means, c))
		switch f := means[c].field; f {
		case "sharing", "open_type", "open_flag", "level":
			if within {
				means[c].field = "item." + f
				last = max(last, c)
			}
		}
	}
	seen := map[string]int{}
	for c, label := range labels {
		if label == "" {
			label = "列" + table.Column(c+1)
		}
		seen[label]++
		if n := seen[label]; n > 1 {
			label = fmt.Sprintf("%s（%d）", label, n)
			seen[label]++
		}
		h.columns[c].label = label
		f := means[c].field
		if f == "" {
			continue
		}
		h.hasItem = h.hasItem || f == "item.name"
		old, ok := h.fields[f]
		switch {
		case !ok:
			h.fields[f] = c
		case means[c].rank < means[old].rank:
			h.fields[f] = c
			h.spare = append(h.spare, old)
		default:
			h.spare = append(h.spare, c)
		}
	}
	for f, c := range h.fields {
		h.columns[c].field = f
	}
}

// importAnother reports whether another column means the same.
func importAnother(means []importAlias, c int) bool {
	for i, m := range means {
		if i != c && (m.field == means[c].field || means[c].field == "open_flag" && m.field == "open_type") {
			return true
		}
	}
	return false
}

// layout is what the entries of a sheet share.
func (h *importHeader) layout(file, sheet string) *Layout {
	l := &Layout{File: file, Sheet: sheet, Columns: make(map[string]int, len(h.fields))}
	for f, c := range h.fields {
		l.Columns[f] = c + 1
	}
	return l
}

// noHeader is the error about an input in which no sheet has a header.
func (i *tableImport) noHeader() error {
	if i.firstRow.Number == 0 {
		return fmt.Errorf("%s: %w: there are no rows", i.name, ErrNoHeader)
	}
	const shown = 200 // characters
	text := []rune(strings.Join(i.firstRow.Cells, " | "))
	if len(text) > shown {
		text = append(text[:shown], '…')
	}
	return fmt.Errorf("%s: %w: none of the first %d rows names the column of the entries' names (目录名称, 数据集名称, 标题 …); row %d is %q. "+
		"If the labels are others, give a file of aliases", i.name, ErrNoHeader, importHeaderRows, i.firstRow.Number, string(text))
}

// run reads the sheets: of each first the rows in which its header is looked for, then row by row.
func (i *tableImport) run() error {
	for {
		if i.read%256 == 0 {
			if err := context.Cause(i.ctx); err != nil {
				return err
			}
		}
		row, err := i.in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		i.count()
		if i.firstRow.Number == 0 {
			i.firstRow = row
		}
		if row.Sheet != i.sheet {
			i.endSheet()
			i.sheet = row.Sheet
		}
		switch {
		case i.header != nil:
			i.row(&row)
		default:
			i.head = append(i.head, row)
			if len(i.head) == importHeaderRows {
				i.beginSheet()
			}
		}
	}
	i.endSheet()
	if i.o.progress != nil {
		i.o.progress(i.read)
	}
	if !i.anyHeader {
		return i.noHeader()
	}
	i.out.Findings = append(i.out.Findings, importDuplicates(i.name, i.out.Catalog.Entries)...)
	return nil
}
