package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/banfa-go/banfa/internal/table"
)

// tableImport reads a catalog from a table.
type tableImport struct {
	ctx   context.Context //nolint:containedctx // it lives as long as one call
	name  string
	o     *importOptions
	known *importAliases
	in    *table.Reader
	out   *Imported

	read      int // rows
	firstRow  table.Row
	anyHeader bool

	// Of the sheet that is read.
	sheet  string
	head   []table.Row // until its header is found
	header *importHeader
	layout *Layout
	labels []string     // cells of the header's rows, to tell where it is repeated
	entry  *importEntry // the last
	noID   int          // entries without a number
}

// importEntry is an entry that further rows can belong to.
type importEntry struct {
	Entry
	first    []string // cells of its first row
	flagText string   // the answer to 是否开放
}

func (i *tableImport) count() {
	i.read++
	if i.o.progress != nil && i.read%importProgressEvery == 0 {
		i.o.progress(i.read)
	}
}

// beginSheet finds the header among the rows that were kept for that and reads those below it.
func (i *tableImport) beginSheet() {
	head := i.head
	i.head = nil
	h, ok := findImportHeader(head, i.known)
	if !ok { // without any header the sheet holds no catalog; what it does hold is listed
		i.header = &importHeader{}
		i.find(Finding{
			Rule: "import.header", Severity: SeverityWarning, Place: i.place(head[0].Number, 0),
		}, say("finding.import.header", importHeaderRows), say("finding.import.header.fix"))
		for r := range head {
			i.row(&head[r])
		}
		return
	}
	i.anyHeader = true
	i.header, i.layout = h, h.layout(i.name, i.sheet)
	i.labels = head[h.row].Cells
	for _, row := range head[:h.first] {
		i.title(row)
	}
	for _, c := range h.spare {
		f := i.known.labels[importLabel(h.columns[c].label)].field
		i.find(Finding{
			Rule: "import.column", Severity: SeverityInfo, Field: f, Place: i.place(head[h.row].Number, c+1),
		}, say("finding.import.column", h.columns[c].label), words{})
	}
	for r := h.row + 1; r < len(head); r++ {
		i.row(&head[r])
	}
}

// title lists a row above the header.
func (i *tableImport) title(row table.Row) {
	var text []string
	for c, s := range row.Cells {
		if !table.Blank(s) && !row.Filled(c) {
			text = append(text, importText(s))
		}
	}
	i.find(Finding{Rule: "import.title", Severity: SeverityInfo, Place: i.place(row.Number, 0)},
		say("finding.import.title").add(" ", same(strings.Join(text, " | "))), words{})
}

func (i *tableImport) endSheet() {
	if i.header == nil && len(i.head) > 0 {
		i.beginSheet()
	}
	i.endEntry()
	if i.noID > 0 && !i.has("id") {
		i.find(Finding{
			Rule: "import.id", Severity: SeverityWarning, Field: "id", Place: i.place(0, 0),
		}, say("finding.import.no_ids", i.noID), say("finding.import.no_ids.fix"))
	}
	i.header, i.layout, i.labels, i.noID = nil, nil, nil, 0
}

func (i *tableImport) has(field string) bool {
	if i.header == nil {
		return false
	}
	_, ok := i.header.fields[field]
	return ok
}

// cell is the text of a field in a row.
func (i *tableImport) cell(row *table.Row, field string) (text string, own bool) {
	c, ok := i.header.fields[field]
	if !ok || c >= len(row.Cells) {
		return "", false
	}
	text = importText(row.Cells[c])
	return text, text != "" && !row.Filled(c)
}

// row reads one row below the header: an entry, or a further row of the last one.
func (i *tableImport) row(row *table.Row) {
	if len(i.header.columns) == 0 {
		i.rowUnread(row, "所在工作表没有表头")
		return
	}
	if i.repeated(row) {
		i.find(Finding{Rule: "import.title", Severity: SeverityInfo, Place: i.place(row.Number, 0)}, say("finding.import.header_again"), words{})
		return
	}
	i.out.Rows++
	row = importUnguarded(row)
	for c, s := range row.Cells {
		if strings.ContainsRune(s, '\ufffd') {
			i.find(Finding{
				Rule: "import.encoding", Severity: SeverityError, Place: i.place(row.Number, c+1),
			}, say("finding.import.encoding", i.in.Encoding()), say("finding.import.encoding.fix"))
		}
	}
	if i.ragged(row) {
		return
	}
	if !i.continues(row) {
		i.endEntry()
		i.begin(row)
		return
	}
	i.further(row)
}

// importUnguarded is a row without the apostrophes that Export puts before what a spreadsheet program would run.
func importUnguarded(row *table.Row) *table.Row {
	cloned := false
	for c, s := range row.Cells {
		plain := table.Unguard(s)
		if plain == s {
			continue
		}
		if !cloned { // the reader may still need its own
			own := *row
			own.Cells = slices.Clone(row.Cells)
			row, cloned = &own, true
		}
		row.Cells[c] = plain
	}
	return row
}

// repeated reports whether a row is the header again, as where pages were joined.
func (i *tableImport) repeated(row *table.Row) bool {
	if len(row.Cells) != len(i.labels) {
		return false
	}
	for c := range row.Cells {
		if row.Cells[c] != i.labels[c] {
			return false
		}
	}
	return true
}

// ragged reports whether a row of text has another number of fields than the header. Its cells cannot be told to be under the labels
// they belong to, so that it is no entry.
func (i *tableImport) ragged(row *table.Row) bool {
	if i.in.Format() != table.CSV {
		return false
	}
	width := len(row.Cells)
	for width > len(i.labels) && table.Blank(row.Cells[width-1]) {
		width--
	}
	if width == len(i.labels) {
		return false
	}
	why := say("finding.import.ragged", width, len(i.labels))
	i.find(Finding{Rule: "import.ragged", Severity: SeverityError, Place: i.place(row.Number, 0)}, why, say("finding.import.ragged.fix"))
	i.rowUnread(row, why.zh)
	return true
}

func (i *tableImport) rowUnread(row *table.Row, why string) {
	for c, s := range row.Cells {
		if !table.Blank(s) && !row.Filled(c) {
			i.unread(row.Number, c, s, why)
		}
	}
}

// continues reports whether a row belongs to the last entry: none of its own fields is stated anew, or they are repeated in a table
// that has a row for every item. A name or number that only repeats a merged cell is not stated anew.
func (i *tableImport) continues(row *table.Row) bool {
	if i.entry == nil {
		return false
	}
	_, ownID := i.cell(row, "id")
	_, ownName := i.cell(row, "name")
	item, _ := i.cell(row, "item.name")
	if ownID || ownName {
		return i.header.hasItem && item != "" && i.same(row)
	}
	if item != "" {
		return true
	}
	for c, s := range row.Cells { // a row without a name and an item that states a field is an entry whose name is missing
		if f := i.field(c); f != "" && !strings.HasPrefix(f, "item.") && !table.Blank(s) && !row.Filled(c) {
			return false
		}
	}
	return true
}

// same reports whether the number, the name and the unit are those of the last entry's first row.
func (i *tableImport) same(row *table.Row) bool {
	for _, f := range []string{"id", "name", "unit"} {
		c, ok := i.header.fields[f]
		if !ok {
			continue
		}
		if importText(importAt(row.Cells, c)) != importText(importAt(i.entry.first, c)) {
			return false
		}
	}
	return true
}

func importAt(cells []string, c int) string {
	if c < len(cells) {
		return cells[c]
	}
	return ""
}

func (i *tableImport) field(c int) string {
	if c < len(i.header.columns) {
		return i.header.columns[c].field
	}
	return ""
}

func (i *tableImport) label(c int) string {
	if c < len(i.header.columns) {
		return i.header.columns[c].label
	}
	return "列" + table.Column(c+1)
}

func (i *tableImport) begin(row *table.Row) {
	i.entry = &importEntry{first: row.Cells}
	i.entry.Origin = &Origin{Layout: i.layout, Row: row.Number}
	for c, s := range row.Cells {
		text := importText(s)
		f := i.field(c)
		switch {
		case text == "" || strings.HasPrefix(f, "item."):
		case f == "":
			i.extra(i.label(c), text)
		default:
			i.set(row.Number, c, f, text)
		}
	}
	i.item(row)
}

// further reads a further row of an entry: an item, and what the unknown columns have beside it.
func (i *tableImport) further(row *table.Row) {
	for c, s := range row.Cells {
		text := importText(s)
		f := i.field(c)
		switch {
		case text == "" || strings.HasPrefix(f, "item.") || row.Filled(c):
		case f == "" && text != importText(importAt(i.entry.first, c)):
			i.extra(i.label(c), text)
		case f == "items" && text != importText(importAt(i.entry.first, c)):
			i.items(row.Number, c, text)
		case f != "" && text != importText(importAt(i.entry.first, c)):
			i.keep(row.Number, c, text, fmt.Sprintf("与该目录第一行（第 %d 行）不一致，未采用", i.entry.Origin.Row))
		}
	}
	i.item(row)
}

// extra keeps a value under the label of its column. Several of one entry become a list.
func (i *tableImport) extra(label, text string) {
	if i.entry.Extra == nil {
		i.entry.Extra = map[string]any{}
	}
	switch old := i.entry.Extra[label].(type) {
	case nil:
		i.entry.Extra[label] = text
	case string:
		i.entry.Extra[label] = []any{old, text}
	case []any:
		i.entry.Extra[label] = append(old, text)
	}
}

// keep keeps a value that is not understood, and says so.
func (i *tableImport) keep(row, c int, text, why string) {
	i.extra(i.label(c), text)
	i.unread(row, c, text, why)
}

func (i *tableImport) unread(row, c int, text, why string) {
	i.out.Unread = append(i.out.Unread, Unread{Sheet: i.sheet, Row: row, Column: table.Column(c + 1), Value: text, Why: why})
}

func (i *tableImport) find(f Finding, what, fix words) {
	f.Verdict = Violated
	i.out.Findings = append(i.out.Findings, f.saying(what, fix))
}

// place is a place in the sheet that is read; column from 1, 0 for the whole row.
func (i *tableImport) place(row, column int) *Place {
	return &Place{File: i.name, Sheet: i.sheet, Row: row, Column: table.Column(column)}
}

// endEntry completes the last entry: its open type from the two columns that speak of it, items in the prose of its summary, and its
// number.
func (i *tableImport) endEntry() {
	e := i.entry
	if e == nil {
		return
	}
	i.entry = nil
	i.openFlag(e)
	if len(e.Items) == 0 {
		i.prose(e)
	}
	if e.Name == "" {
		i.find(Finding{
			Rule: "import.name", Severity: SeverityError, Entry: e.ID, Unit: e.Unit, Field: "name", Place: i.place(e.Origin.Row, 0),
		}, say("finding.import.name"), say("finding.import.name.fix"))
	}
	if e.ID == "" {
		e.ID = importID(&e.Entry)
		i.noID++
		if i.has("id") {
			i.find(Finding{
				Rule: "import.id", Severity: SeverityWarning, Entry: e.ID, Unit: e.Unit, Field: "id", Place: i.place(e.Origin.Row, 0),
			}, say("finding.import.id"), say("finding.import.id.fix"))
		}
	}
	i.out.Catalog.Entries = append(i.out.Catalog.Entries, e.Entry)
}

// importID derives a number that stays the same as long as the unit, the name and the address do.
func importID(e *Entry) string {
	sum := sha256.Sum256([]byte(e.Unit + "\x00" + e.Name + "\x00" + e.URL))
	const shown = 8 // bytes
	return "derived-" + hex.EncodeToString(sum[:shown])
}
