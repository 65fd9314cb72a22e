package catalog

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
)

// writeJSON writes the model as one object, an entry a line: large catalogs are compared line by line.
func (x *exporter) writeJSON(ctx context.Context, w *bufio.Writer, c *Catalog) error {
	head := *c
	head.Entries = []Entry{}
	return exportFrame(ctx, w, head, len(c.Entries), func(i int) (any, error) { return &c.Entries[i], nil })
}

// writeJSONLines writes the entries, one a line.
func (x *exporter) writeJSONLines(ctx context.Context, w *bufio.Writer, c *Catalog) error {
	for i := range c.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, err := exportText(&c.Entries[i])
		if err != nil {
			return err
		}
		if _, err := w.Write(append(text, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// exportFrame writes an object whose text ends with an empty list, and into that list n elements, one a line.
func exportFrame(ctx context.Context, w *bufio.Writer, frame any, n int, element func(int) (any, error)) error {
	text, err := exportText(frame)
	if err != nil {
		return err
	}
	at := bytes.LastIndex(text, []byte("[]"))
	if _, err := w.Write(text[:at+1]); err != nil {
		return err
	}
	for i := range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		v, err := element(i)
		if err != nil {
			return err
		}
		one, err := exportText(v)
		if err != nil {
			return err
		}
		between := "\n"
		if i > 0 {
			between = ",\n"
		}
		if _, err := w.WriteString(between); err != nil {
			return err
		}
		if _, err := w.Write(one); err != nil {
			return err
		}
	}
	if n > 0 {
		if err := w.WriteByte('\n'); err != nil {
			return err
		}
	}
	_, err = w.Write(append(text[at+1:], '\n'))
	return err
}

// exportText is JSON without the escapes that only matter within HTML, and without a line end.
func exportText(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
