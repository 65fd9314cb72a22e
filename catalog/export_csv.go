package catalog

import (
	"bufio"
	"context"
	"encoding/csv"
)

// writeCSV writes the table as UTF-8, with the mark by which Excel knows that it is. Lines end with a line feed: a
// carriage return would get into the texts of more than one line as well.
func (x *exporter) writeCSV(ctx context.Context, w *bufio.Writer, c *Catalog) error {
	if _, err := w.WriteString("\ufeff"); err != nil {
		return err
	}
	t := x.table(c)
	out := csv.NewWriter(w)
	if err := out.Write(t.header()); err != nil {
		return err
	}
	for i := range c.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.rows(&c.Entries[i], out.Write); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
