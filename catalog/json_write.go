package catalog

import (
	"context"
	"io"
	"iter"
)

// WriteJSONLines writes the entries of a catalog, one a line, in their order: the same entries give the same bytes. Keys stand in the order
// of the model, those of maps sorted. It writes all that an entry has, also what must not leave (Article 18): for the inside, and for what
// Open or Derive made. ReadJSON reads it back.
func WriteJSONLines(ctx context.Context, w io.Writer, entries []Entry) error {
	return WriteJSONLinesSeq(ctx, w, func(yield func(*Entry) bool) {
		for i := range entries {
			if !yield(&entries[i]) {
				return
			}
		}
	})
}

// WriteJSONLinesSeq is WriteJSONLines of entries that come one after another, such as those of Derivation.Entries.
func WriteJSONLinesSeq(ctx context.Context, w io.Writer, entries iter.Seq[*Entry]) error {
	const enough = 64 << 10 // bytes, of one write
	buf := make([]byte, 0, enough+enough/4)
	for e := range entries {
		line, err := exportText(e)
		if err != nil {
			return &ExportError{Format: FormatJSONLines, Entry: e.ID, What: err.Error()}
		}
		buf = append(append(buf, line...), '\n')
		if len(buf) < enough {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		buf = buf[:0]
	}
	_, err := w.Write(buf)
	return err
}
