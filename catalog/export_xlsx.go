package catalog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// What a sheet holds at most.
const (
	exportSheetRows = excelize.TotalRows
	exportCellUnits = excelize.TotalCellChars // UTF-16 code units
)

// writeXLSX writes the table as one sheet. Every cell is text: numbers of catalogs lose their zeros otherwise.
func (x *exporter) writeXLSX(ctx context.Context, w *bufio.Writer, c *Catalog) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	sheet := x.pick("目录", "Catalog")
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	const epoch = "2000-01-01T00:00:00Z" // not the clock's: the same catalog gives the same bytes
	props := &excelize.DocProperties{Title: x.title(c), Creator: "banfa", Created: epoch, Modified: epoch, LastModifiedBy: "banfa"}
	if err := f.SetDocProps(props); err != nil {
		return err
	}
	out, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := x.fillSheet(ctx, f, out, c); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

func (x *exporter) fillSheet(ctx context.Context, f *excelize.File, out *excelize.StreamWriter, c *Catalog) error {
	t := x.table(c)
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, len(t.columns), 18); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	n := 0
	entry := ""
	write := func(row []string) error {
		n++
		if n > exportSheetRows {
			return &ExportError{FormatXLSX, entry, "", fmt.Sprintf("a sheet holds %d rows: use csv or jsonl", exportSheetRows)}
		}
		cells := make([]any, len(row))
		for i, text := range row {
			if len(text) > exportCellUnits && len(utf16.Encode([]rune(text))) > exportCellUnits {
				what := fmt.Sprintf("a cell holds %d characters: use csv or jsonl", exportCellUnits)
				return &ExportError{FormatXLSX, entry, t.columns[i].field, what}
			}
			switch {
			case text == "": // no cell at all
			case n == 1:
				cells[i] = excelize.Cell{StyleID: bold, Value: text}
			default:
				cells[i] = text
			}
		}
		cell, err := excelize.CoordinatesToCellName(1, n)
		if err != nil {
			return err
		}
		return out.SetRow(cell, cells)
	}
	if err := write(t.header()); err != nil {
		return err
	}
	for i := range c.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		entry = c.Entries[i].ID
		if err := t.rows(&c.Entries[i], write); err != nil {
			return err
		}
	}
	return nil
}
