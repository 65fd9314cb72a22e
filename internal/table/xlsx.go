package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// xlsxRows reads the sheets of a workbook in turn, row by row.
type xlsxRows struct {
	file   *excelize.File
	limits Limits
	sheets []string
	parts  map[string]sheetPart
	at     int // of sheets, the one that is read
	rows   *excelize.Rows
	row    int // last read
	merges *merges
}

// sheetPart is what the stream of rows does not tell about a sheet.
type sheetPart struct {
	merged  []merge
	lastRow int
	whole   bool // its data end where they should
}

// openXLSX opens a workbook. The sheets of charts and dialogs hold no rows.
func openXLSX(r *io.SectionReader, sheet string, l Limits) (_ rows, err error) {
	defer recovered(&err)
	parts, err := readParts(r, l)
	if err != nil {
		return nil, err
	}
	// Dates are to be read back: year first, whatever the country of the file.
	f, err := excelize.OpenReader(r, excelize.Options{
		UnzipSizeLimit: l.Bytes, UnzipXMLSizeLimit: l.Bytes,
		ShortDatePattern: "yyyy-mm-dd", LongDatePattern: "yyyy-mm-dd", LongTimePattern: "hh:mm:ss",
	})
	if err != nil {
		return nil, &Error{What: "cannot be read as .xlsx (" + err.Error() + "); open it and save it again as .xlsx", Err: err}
	}
	x := &xlsxRows{file: f, limits: l, parts: parts}
	for _, name := range f.GetSheetList() {
		if _, ok := parts[name]; ok {
			x.sheets = append(x.sheets, name)
		}
	}
	if sheet != "" {
		if !slices.Contains(x.sheets, sheet) {
			return nil, errors.Join(&Error{What: fmt.Sprintf("has no sheet %q; it has %q", sheet, x.sheets)}, f.Close())
		}
		x.sheets = []string{sheet}
	}
	return x, nil
}

// recovered turns a panic of the spreadsheet library about a damaged file into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = &Error{What: fmt.Sprintf("is damaged (%v); open it and save it again as .xlsx", p), Err: ErrFormat}
	}
}

func (x *xlsxRows) close() error {
	if x.rows != nil {
		return errors.Join(x.rows.Close(), x.file.Close())
	}
	return x.file.Close()
}

func (x *xlsxRows) next() (row Row, err error) {
	defer recovered(&err)
	for x.at < len(x.sheets) {
		name := x.sheets[x.at]
		part := x.parts[name]
		if x.rows == nil {
			if x.rows, err = x.file.Rows(name); err != nil {
				return Row{}, &Error{Sheet: name, What: err.Error(), Err: err}
			}
			x.row, x.merges = 0, &merges{todo: part.merged, most: x.limits.Columns}
		}
		if x.rows.Next() {
			x.row++
			cells, err := x.rows.Columns()
			if err != nil {
				return Row{}, &Error{Sheet: name, Row: x.row, What: err.Error(), Err: err}
			}
			for i := range cells {
				cells[i] = strings.ToValidUTF8(cells[i], "\ufffd")
			}
			row := Row{Sheet: name, Number: x.row, Cells: cells}
			x.merges.fill(&row)
			return row, nil
		}
		// The library takes damage for the end of the rows.
		if err := errors.Join(x.rows.Error(), x.rows.Close()); err != nil {
			return Row{}, &Error{Sheet: name, Row: x.row, What: err.Error(), Err: err}
		}
		if !part.whole || x.row < part.lastRow {
			return Row{}, &Error{Sheet: name, Row: x.row, What: "the sheet is damaged behind this row; open it and save it again as .xlsx", Err: ErrFormat}
		}
		x.rows = nil
		x.at++
	}
	return Row{}, io.EOF
}

// merge is a merged range, all ends included, from 1.
type merge struct{ top, left, bottom, right int }

// merges fills rows from the first cells of merged ranges. A range that begins in a row is open until its last row.
type merges struct {
	todo []merge // by their first row
	open []opened
	most int // columns of a row
}

type opened struct {
	merge
	value string
}

func (m *merges) fill(row *Row) {
	m.open = slices.DeleteFunc(m.open, func(o opened) bool { return o.bottom < row.Number })
	for len(m.todo) > 0 && m.todo[0].top <= row.Number {
		if r := m.todo[0]; r.top == row.Number && r.left <= len(row.Cells) && !Blank(row.Cells[r.left-1]) {
			m.open = append(m.open, opened{r, row.Cells[r.left-1]})
		}
		m.todo = m.todo[1:]
	}
	for _, o := range m.open {
		right := min(o.right, m.most)
		if n := right - len(row.Cells); n > 0 {
			row.Cells = append(row.Cells, make([]string, n)...)
		}
		for i := o.left - 1; i < right; i++ {
			if first := row.Number == o.top && i == o.left-1; first || !Blank(row.Cells[i]) {
				continue
			}
			if row.Merged == nil {
				row.Merged = make([]bool, len(row.Cells))
			}
			for len(row.Merged) < len(row.Cells) {
				row.Merged = append(row.Merged, false)
			}
			row.Cells[i], row.Merged[i] = o.value, true
		}
	}
}

var (
	mergePattern = regexp.MustCompile(`<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"`)
	rowPattern   = regexp.MustCompile(`<(?:\w+:)?row(?:\s[^>]*?\sr|\s+r)="([0-9]{1,7})"`)
	endPattern   = regexp.MustCompile(`</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>`)
)

// readParts reads the merged ranges of every sheet and where its rows end, by the sheet's name. The library could tell the first, but
// only by holding the whole sheet in memory in a form many times its size.
func readParts(r *io.SectionReader, l Limits) (map[string]sheetPart, error) {
	z, err := zip.NewReader(r, r.Size())
	if err != nil {
		return nil, &Error{What: "is a damaged archive (" + err.Error() + "); was it copied whole?", Err: err}
	}
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			Old  string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
			Type   string `xml:"Type,attr"`
		} `xml:"Relationship"`
	}
	if err := readXML(z, "xl/workbook.xml", l, &book); err != nil {
		return nil, &Error{What: "is an archive without a workbook in it; unpack it, or save what is in it as .xlsx", Err: errors.Join(ErrFormat, err)}
	}
	if err := readXML(z, "xl/_rels/workbook.xml.rels", l, &links); err != nil {
		return nil, &Error{What: "is a damaged workbook (" + err.Error() + "); open it and save it again as .xlsx", Err: errors.Join(ErrFormat, err)}
	}
	parts := map[string]sheetPart{}
	for _, s := range book.Sheets {
		for _, link := range links.All {
			if link.ID != s.ID && link.ID != s.Old || !strings.HasSuffix(link.Type, "/worksheet") {
				continue
			}
			target := strings.TrimPrefix(link.Target, "/")
			if target == link.Target {
				target = path.Join("xl", target)
			}
			data, err := readPart(z, target, l)
			if err != nil {
				return nil, &Error{Sheet: s.Name, What: "cannot be read (" + err.Error() + "); open the file and save it again as .xlsx", Err: err}
			}
			parts[s.Name] = scanSheet(data)
		}
	}
	return parts, nil
}

func readXML(z *zip.Reader, name string, l Limits, v any) error {
	data, err := readPart(z, name, l)
	if err != nil {
		return err
	}
	return xml.NewDecoder(bytes.NewReader(data)).Decode(v)
}

func readPart(z *zip.Reader, name string, l Limits) (_ []byte, err error) {
	var f io.ReadCloser
	f, err = z.Open(name)
	if err != nil {
		// Some programs write other case or backslashes in the names of parts.
		for _, part := range z.File {
			if strings.EqualFold(strings.ReplaceAll(part.Name, `\`, "/"), name) {
				f, err = part.Open()
				break
			}
		}
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err := io.ReadAll(io.LimitReader(f, l.Bytes+1))
	if err == nil && int64(len(data)) > l.Bytes {
		err = fmt.Errorf("%s: unpacked it is more than the limit of %d bytes", name, l.Bytes)
	}
	return data, err
}

func scanSheet(data []byte) sheetPart {
	end := endPattern.FindIndex(data)
	if end == nil {
		return sheetPart{}
	}
	p := sheetPart{whole: true}
	// The last row that says its number; rows without one are counted by whoever reads them.
	for at := end[0]; at > 0 && p.lastRow == 0; {
		at = bytes.LastIndex(data[:at], []byte("row"))
		if at < 0 {
			break
		}
		from := bytes.LastIndexByte(data[:at], '<')
		if from < 0 || at-from > 20 {
			continue
		}
		if m := rowPattern.FindSubmatchIndex(data[from:end[0]]); m != nil && m[0] == 0 {
			p.lastRow, _ = strconv.Atoi(string(data[from+m[2] : from+m[3]])) // digits, few enough
		}
	}
	for _, m := range mergePattern.FindAllSubmatch(data[end[1]:], -1) {
		left, err1 := excelize.ColumnNameToNumber(string(m[1]))
		right, err2 := excelize.ColumnNameToNumber(string(m[3]))
		top, err3 := strconv.Atoi(string(m[2]))
		bottom, err4 := strconv.Atoi(string(m[4]))
		if errors.Join(err1, err2, err3, err4) == nil && top > 0 && top <= bottom && left <= right {
			p.merged = append(p.merged, merge{top, left, bottom, right})
		}
	}
	slices.SortStableFunc(p.merged, func(a, b merge) int { return a.top - b.top })
	return p
}
